// The bodies of include/tl/sae that train, compiled once.
#include <tl/sae/feature_products-inl.hpp>
#include <tl/sae/sae_loss-inl.hpp>
