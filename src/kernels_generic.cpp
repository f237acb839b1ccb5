// The kernels for generic; src/meson.build gives this file, and no other, that set's compiler flags.
#include <tl/kernels/kernel_table-inl.hpp>

namespace tl::kernels::detail {

const KernelTable& table_generic() { return table_of<simd::generic>; }

}  // namespace tl::kernels::detail
