#pragma once
// What vectors at a hook point write to the residual stream.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/model/gpt2.hpp>

namespace TL_NAMESPACE {

// How what is at a point of one layer comes to the residual stream: it is of the stream or added to it, or one matrix
// takes it there; none: by no one matrix.
enum class Written { none, as_it_is, through_W_out, through_W_O };
constexpr Written written(HookRef ref) {
  if (is_residual(ref.point) && info(ref.point).shape == PointShape::d_model) return Written::as_it_is;
  if (ref.layer < 0) return Written::none;
  return ref.point == Point::mlp_post ? Written::through_W_out
         : ref.point == Point::z      ? Written::through_W_O
                                      : Written::none;
}

// For rows of a point of one layer, [direction, row_width]: those of the stream (or added to it) are written as they
// are; of mlp.hook_post through W_out; of attn.hook_z through W_O. [direction, d_model]. Throws Error for other points
// and for what is not whole rows.
template <Config C, StorageType S, Basis B>
Tensor<float, Dim<"direction">, typename Dims<C>::d_model> written_directions(const Gpt2<C, S, B>& model,
                                                                              std::string_view hook_name,
                                                                              std::span<const float> rows,
                                                                              RunOptions run = {}) {
  const Config& config = model.config();
  const HookRef ref = resolve_or_throw(hook_name, config.n_layer);
  const std::size_t width = row_width(ref.point, config);
  const Written how = written(ref);
  if (how == Written::none)
    throw Error("what is at `", hook_name, "` is not written to the residual stream by one matrix");
  if (rows.size() % width != 0)
    throw Error(rows.size(), " numbers are no whole rows of ", width, " at `", hook_name, "`");
  const std::size_t count = rows.size() / width;
  Tensor<float, Dim<"direction">, typename Dims<C>::d_model> out(
      Shape<Dim<"direction">, typename Dims<C>::d_model>::of({count, config.d_model}));
  if (how == Written::as_it_is) {
    std::copy(rows.begin(), rows.end(), out.data());
    return out;
  }
  const auto& block = model.weights().blocks[static_cast<std::size_t>(ref.layer)];
  const auto& matrix = how == Written::through_W_O ? block.o.matrix : block.out.matrix;
  const int threads = run.resolved_threads();
  const auto rounded = allocate<float>(kernels::linear_scratch<S>(count, matrix.depth()));
  kernels::linear(kernels::linear_input(rows.data(), width, count, matrix, rounded.get(), threads), matrix, nullptr,
                  {out.data(), config.d_model}, {}, threads);
  return out;
}

}  // namespace TL_NAMESPACE
