// expect: tl: the temperature stands before top-k, top-p and min-p
#include <tl/decode/pipeline.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/truncation.hpp>

const tl::Pipeline pipeline{tl::TopK{40}, TL_WRONG(tl::Temperature, tl::TopP){0.8}, tl::Multinomial{}};
