#pragma once
// What encoding rows gives: their features, and what decoding needs beside them. It is not in the SAE, so any number of
// threads share one.
#include <tl/sae/sparse_features.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct Encoded {
  SparseFeatures features;
  // What undoes the normalisation, [rows] each: x = scale * normalised + mean. Empty where nothing is undone.
  std::vector<float> mean, scale;
};

}  // namespace TL_NAMESPACE
