// The bodies of tl/sae, compiled once.
#include <tl/sae/activation_moments-inl.hpp>
#include <tl/sae/reconstruction_quality-inl.hpp>
#include <tl/sae/token_concentration-inl.hpp>
