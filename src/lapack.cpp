// What calls LAPACK, in a file of its own: a program that links the static library and uses none of it needs no LAPACK.
#include <tl/interp/copying-inl.hpp>
#include <tl/kernels/svd-inl.hpp>
#include <tl/model/processed_weights-inl.hpp>
