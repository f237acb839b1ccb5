// The bodies of include/tl/speculation, compiled once.
#include <tl/speculation/optimal_shape-inl.hpp>
