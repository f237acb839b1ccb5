// expect: tl: this policy has a where(...) already; combine the predicates
#include <tl/hooks/capture.hpp>

auto policy = tl::capture<"hook_embed">().where(TL_WRONG(tl::not_first, tl::all)).where(tl::prompt_only);
