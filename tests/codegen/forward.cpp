// The forward pass of the shipped gpt2_small, for `run` to look at the machine code of: without hooks, or with one.
#include <tl/model/forward.hpp>

struct Observer {
  void operator()(auto view, const tl::Context&) const { look(view.data()); }
  static void look(const float*);  // never defined: what matters is that it is called
};

#ifdef OBSERVED
using Hooks = tl::HookSet<tl::Policy<"blocks.3.hook_resid_post", tl::Access::observe, Observer>>;
#else
using Hooks = tl::HookSet<>;
#endif

extern "C" void forward(tl::Forward<tl::gpt2_small, float, Hooks>& pass) { pass(); }
