// expect: a point of a block is written blocks.3.NAME or blocks.*.NAME
#include <tl/hooks/capture.hpp>

auto policy = tl::capture<TL_WRONG("hook_resid_post", "blocks.3.hook_resid_post")>();
