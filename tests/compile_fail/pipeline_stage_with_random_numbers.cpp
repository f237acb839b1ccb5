// expect: has no member named 'key'
#include <tl/core/philox.hpp>
#include <tl/decode/pipeline.hpp>

// A stage that would draw the draw's number once more: what it is told holds no key.
struct Twice {
  static constexpr auto kind = tl::StageKind::adjusts_logits;
  void operator()(std::span<float> logits, const tl::StepContext& context) const {
    logits[0] += static_cast<float>(
        tl::uniform(TL_WRONG(context.key, tl::RandomKey{}), context.position, tl::Purpose::noise, 0));
  }
};

const tl::Pipeline pipeline{Twice{}, tl::Multinomial{}};
