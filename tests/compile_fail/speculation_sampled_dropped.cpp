// expect: tl: children that were sampled cannot be dropped for what they are
#include <tl/speculation/token_tree.hpp>

void prune(tl::TokenTree<TL_WRONG(tl::SampledIndependently, tl::Deterministic)>& tree) { tree.keep_best(8); }
