#pragma once
// Changes of an SAE's weights that change nothing of what it computes but, where said, the scale of its features.
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_weights.hpp>

namespace TL_NAMESPACE {

// Decoder rows of norm 1: feature i is multiplied by the norm n_i = max(|W_dec[i]|, 1e-8) that its row loses, exactly
// as SAELens' fold_W_dec_norm. Throws Error for topk that does not rank by the decoder's norms: other features would be
// active.
void fold_W_dec_norm(SaeConfig& config, SaeWeights& weights);

// The factor that expected_average_only_in multiplies inputs by (sqrt(d_in) / E|x|): W_enc *= c, W_dec /= c, b_dec /=
// c. What was computed for c x is computed for x. Throws Error where c is not above 0, or another normalisation is left
// to do.
void fold_activation_norm_scaling_factor(SaeConfig& config, SaeWeights& weights, float c);

// From the centred residual basis to the raw one: features of x become those of x less its mean, by taking the mean
// over d_in out of W_enc's columns; what decodes stays, since LayerNorms see no mean. Throws Error where the SAE is of
// the raw basis, or normalises by constant_norm_rescale, since the mean counts in a norm.
void fold_centring(SaeConfig& config, SaeWeights& weights);

// From raw to centred: possible only where layer_norm takes the mean away. Decoder rows lose their mean, as the stream
// did. Throws Error for other normalisations, whose SAEs read a mean that the centred stream has not, and where the SAE
// is of the centred basis.
void fold_out_mean(SaeConfig& config, SaeWeights& weights);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/fold_sae-inl.hpp>
#endif
