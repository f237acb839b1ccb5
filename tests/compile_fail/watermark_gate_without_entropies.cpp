// expect: tl: this watermark has an entropy gate: detect(tokens, entropies) needs the entropy
#include <tl/watermark/detector.hpp>

bool found(std::span<const tl::Token> tokens, std::span<const double> entropies) {
  const tl::WatermarkDetector detector{
      tl::WatermarkScheme{1, tl::LeftHash<1>{}, tl::BernoulliList{.25}, tl::EntropyGate{.9}}};
  return detector.detect(tokens, TL_WRONG(tl::DetectOptions{}, entropies)).p_value.has_value();
}
