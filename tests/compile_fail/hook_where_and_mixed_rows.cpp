// expect: tl: a policy that mixes rows is offered whole sequences; it cannot have a where(...) too
#include <tl/hooks/policy.hpp>

auto policy = tl::edit<"hook_embed">([](auto, tl::Context) {}).where(TL_WRONG(tl::not_first, tl::all)).mixing_rows();
