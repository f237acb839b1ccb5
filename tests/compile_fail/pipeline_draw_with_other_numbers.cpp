// expect: tl: a pipeline ends in its draw: Greedy or Multinomial stands last
#include <tl/decode/pipeline.hpp>

// A draw is given the random numbers of its own purpose, and cannot ask for those of another.
struct Coin {
  static constexpr tl::Purpose purpose = tl::Purpose::noise;
  tl::Token operator()(std::span<const float>, const tl::StepContext&,
                       tl::RandomNumbers<TL_WRONG(tl::Purpose::draw, purpose)>& numbers) const {
    return numbers.uniform() < 0.5;
  }
};

const tl::Pipeline pipeline{Coin{}};
