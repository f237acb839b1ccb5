// The bodies of include/tl/sae but for training, compiled once.
#include <tl/sae/activation_moments-inl.hpp>
#include <tl/sae/check_sae-inl.hpp>
#include <tl/sae/dynamic_sae-inl.hpp>
#include <tl/sae/fold_sae-inl.hpp>
#include <tl/sae/reconstruction_quality-inl.hpp>
#include <tl/sae/sae-inl.hpp>
#include <tl/sae/sae_folder-inl.hpp>
#include <tl/sae/splice-inl.hpp>
#include <tl/sae/splice_rows-inl.hpp>
#include <tl/sae/token_concentration-inl.hpp>
