// expect: tl: a pipeline has one temperature, fixed or dynamic
#include <tl/decode/dynamic_temperature.hpp>
#include <tl/decode/penalties.hpp>
#include <tl/decode/pipeline.hpp>

const tl::Pipeline pipeline{TL_WRONG(tl::Temperature, tl::RepetitionPenalty){0.8},
                            tl::DynamicTemperature{0.8, tl::Edt{}}, tl::Multinomial{}};
