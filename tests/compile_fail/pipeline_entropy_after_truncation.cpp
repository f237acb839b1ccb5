// expect: tl: the temperature stands before top-k, top-p and min-p
#include <tl/decode/dynamic_temperature.hpp>
#include <tl/decode/penalties.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/truncation.hpp>

const tl::Pipeline pipeline{TL_WRONG(tl::TopP, tl::RepetitionPenalty){0.9},
                            tl::DynamicTemperature{0.8, tl::EntropyRange{}}, tl::Multinomial{}};
