// The bodies of include/tl/sae that train, compiled once.
#include <tl/sae/activation_buffer-inl.hpp>
#include <tl/sae/feature_products-inl.hpp>
#include <tl/sae/geometric_median-inl.hpp>
#include <tl/sae/sae_loss-inl.hpp>
#include <tl/sae/sae_trainer-inl.hpp>
#include <tl/sae/shuffle_columns-inl.hpp>
#include <tl/sae/training_text-inl.hpp>
