// expect: tl: a bias, a penalty or a watermark stands before the temperature and before truncation
#include <tl/decode/penalties.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/truncation.hpp>

const tl::Pipeline pipeline{tl::Temperature{0.8}, TL_WRONG(tl::RepetitionPenalty, tl::TopP){0.9}, tl::Multinomial{}};
