// expect: tl: a pipeline ends in its draw: Greedy or Multinomial stands last
#include <tl/decode/pipeline.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/truncation.hpp>

const tl::Pipeline pipeline{tl::Temperature{0.8}, TL_WRONG(tl::TopP{0.9}, tl::Multinomial{})};
