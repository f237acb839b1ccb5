// expect: hook_point_named<tl::fixed_string<24>{"blocks.6.hook_resid_per"}, tl::fixed_string<15>{"hook_resid_pre"}, false>
#include <tl/sae/sae.hpp>

using Mine = tl::Sae<"blocks.6.hook_resid_" TL_WRONG("per", "pre"), 768, 24576>;
static_assert(sizeof(Mine) != 0);
