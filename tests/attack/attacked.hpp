#pragma once
// What the tests of attacks have in common.
#include <tl/attack/attack.hpp>
#include <tl/watermark/detector.hpp>

#include "../watermark/texts.hpp"

namespace attacked {

// Mean z of so many watermarked texts of 200 tokens, as written and as attacked.
struct MeanZ {
  double before = 0, after = 0;
};

template <class Scheme>
MeanZ mean_z(const Scheme& scheme, const tl::Attack auto& attack, std::size_t texts = 12) {
  const tl::WatermarkDetector detector{scheme};
  MeanZ mean;
  for (std::uint64_t seed = 0; seed != texts; ++seed) {
    const auto text = texts::watermarked(scheme, 2, 200, seed);
    const std::span all(text);
    const tl::AttackedText given{all.first(4), all.subspan(4)};
    const auto body = attack(given, tl::RandomKey{seed, 0});
    const auto attacked = tl::AttackedText{given.prompt, body}.whole();
    mean.before += detector.detect(text, {.prompt_length = 4}).z / static_cast<double>(texts);
    mean.after += detector.detect(attacked, {.prompt_length = 4}).z / static_cast<double>(texts);
  }
  return mean;
}

}  // namespace attacked
