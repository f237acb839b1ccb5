#pragma once
// What this machine can do at most: the ceiling that speeds are held against.
#include <tl/kernels/storage.hpp>

namespace TL_NAMESPACE::kernels {

// Floating point operations a second, two for each multiply-add (of int8: operations), on so many threads at once: of
// the instructions that linear layers of this storage are made of in the instruction set in use, in chains that do not
// wait for each other and touch no memory. Measured anew by each call, for some milliseconds: the best of several is
// the machine's. One thread is timed by its own processor time, which other programs disturb little, several by the
// clock.
template <StorageType S>
double peak_flops(int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/peak_flops-inl.hpp>
#endif
