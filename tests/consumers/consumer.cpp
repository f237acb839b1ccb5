// What the three consumers of an installed tl build.
#include <iostream>
#include <tl/tl.hpp>

int main() {
  const tl::Tensor<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>> tensor(5);
  std::cout << tensor << " on " << tl::kernels::name(tl::kernels::instruction_set()) << '\n';
}
