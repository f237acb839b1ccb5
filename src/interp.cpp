// The bodies of include/tl/interp that need more than templates.
#include <tl/interp/cell-inl.hpp>
#include <tl/interp/composition-inl.hpp>
#include <tl/interp/contrast-inl.hpp>
#include <tl/interp/greater_than-inl.hpp>
#include <tl/interp/head_detector-inl.hpp>
#include <tl/interp/indirect_object-inl.hpp>
#include <tl/interp/logit_lens-inl.hpp>
