// expect: tl: a bias, a penalty or a watermark stands before the temperature and before truncation
#include <tl/decode/penalties.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/truncation.hpp>

// Raises half of the whole vocabulary, as a watermark does.
struct Green {
  static constexpr auto kind = tl::StageKind::adjusts_logits;
  void operator()(std::span<float> logits, const tl::StepContext&) const {
    for (std::size_t i = 0; i < logits.size(); i += 2) logits[i] += 2;
  }
};

const tl::Pipeline pipeline{TL_WRONG(tl::TopK{40}, tl::RepetitionPenalty{1.1}), Green{}, tl::Multinomial{}};
