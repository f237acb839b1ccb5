// expect: tl: a watermark's lists depend on the 1 to 4 tokens before a candidate
#include <tl/watermark/scheme.hpp>

const tl::WatermarkScheme scheme{1, tl::LeftHash<TL_WRONG(5, 4)>{}, tl::BernoulliList{.25}};
const std::size_t width = scheme.width();
