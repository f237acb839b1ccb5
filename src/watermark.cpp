// The bodies of include/tl/watermark that need more than templates.
#include <tl/watermark/p_value-inl.hpp>
#include <tl/watermark/passage-inl.hpp>
