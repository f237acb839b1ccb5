// The bodies of tl/sae, compiled once.
#include <tl/sae/reconstruction_quality-inl.hpp>
