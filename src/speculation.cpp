// The bodies of include/tl/speculation, compiled once.
#include <tl/speculation/optimal_shape-inl.hpp>
#include <tl/speculation/prompt_lookup-inl.hpp>
