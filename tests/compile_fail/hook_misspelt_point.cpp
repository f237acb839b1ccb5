// expect: hook_point_named<tl::fixed_string<25>{"blocks.3.hook_resid_pots"}, tl::fixed_string<16>{"hook_resid_post"}, false>
#include <tl/hooks/capture.hpp>

auto policy = tl::capture<"blocks.3.hook_resid_" TL_WRONG("pots", "post")>();
