// The bodies of include/tl/interp that need more than templates.
#include <tl/interp/logit_lens-inl.hpp>
