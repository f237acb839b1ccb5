// expect: tl: all parts of a pipeline but the last are stages
#include <tl/decode/pipeline.hpp>

struct Sharpen {
  static constexpr tl::StageKind kind = tl::StageKind::temperature;
  void operator()(std::span<TL_WRONG(double, float)> logits, const tl::StepContext&) const {
    for (auto& logit : logits) logit *= 2;
  }
};

const tl::Pipeline pipeline{Sharpen{}, tl::Greedy{}};
