#pragma once
// Patchscopes (Ghandeharioun et al. 2024): the residual stream at one place of a source run, put in at a place of a
// target run, which then says in words what it makes of it. Between the two anything may be done to it.
//   const auto h = residual_at(model, source, {.layer = 3});
//   generate(model, target, options, patchscope(model, target, {.layer = 3, .position = 7}, h));
// A position that is moved takes its position embedding along: GPT-2 adds it to the stream.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <tl/hooks/convert_basis.hpp>
#include <tl/interp/point_captures.hpp>
#include <tl/interp/residual_input.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What enters block `layer` at a position of a prompt. Layer 0 is the embedding; n_layer (or `unembedding`) is what
// leaves the last block, before the final LayerNorm: put in, it meets that LayerNorm once. The rows of a logit lens are
// these.
struct ResidualPlace {
  std::size_t layer;
  std::ptrdiff_t position = -1;  // a negative one counts from the prompt's end
};

// A vector of the residual stream, and the basis that it is in.
template <Basis B>
struct ResidualState {
  static constexpr Basis basis = B;
  Tensor<float, Dim<"d_model">> vector;
};

// The state that a model in the other basis has where this one was read: raw to centred, the mean is taken out; centred
// to raw, the numbers stay, for nothing but LayerNorms reads the stream, and they see no mean.
template <Basis To, Basis From>
ResidualState<To> convert_basis(const ResidualState<From>& state) {
  ResidualState<To> converted{clone(state.vector.view())};
  if constexpr (From == Basis::raw && To == Basis::centred)
    detail::take_means_out(converted.vector.values(), converted.vector.size());
  return converted;
}

// A prompt that has a model repeat a word (the paper's): the state of one is put in at the last position, at the
// question mark, and the text goes on with its name.
inline constexpr std::string_view token_identity_prompt = "cat -> cat\n1135 -> 1135\nhello -> hello\n?";
// The same for what is told of a word: put in at the last position.
inline constexpr std::string_view attribute_prompt = "cat cat dog dog 1234 1234 hello hello ?";

namespace detail {
// Throw Error where the prompt has no such position, or the model another width.
inline std::size_t position_in(std::ptrdiff_t position, std::size_t length) {
  const auto n = static_cast<std::ptrdiff_t>(length);
  if (n == 0) throw Error("position ", position, " is not in a prompt of 0 tokens");
  if (position < -n || position >= n)
    throw Error("position ", position, " is not in a prompt of ", n, " tokens: give 0 to ", n - 1, ", or -", n,
                " to -1");
  return static_cast<std::size_t>(position < 0 ? position + n : position);
}
template <Basis B>
void require_width(const ResidualState<B>& state, const Config& config) {
  if (state.vector.size() != config.d_model)
    throw Error("a state of ", state.vector.size(), " numbers cannot be put in where the residual stream has ",
                config.d_model, ": map it to that width first");
}
}  // namespace detail

// The residual stream at a place of a run under the policies. Throws Error where the prompt or the model has no such
// place.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
ResidualState<B> residual_at(const Gpt2<C, S, B>& model, std::span<const Token> prompt, ResidualPlace place,
                             RunOptions run = {}, Policies&&... policies) {
  const std::size_t position = detail::position_in(place.position, prompt.size());
  const PointAt point = ResidualInput{place.layer}.of(model.config()).residual(model.config());
  const auto here = [position](std::size_t p, std::size_t) { return p == position; };
  const PointCaptures captures =
      capture_points(model, prompt, std::span(&point, 1), here, run, std::forward<Policies>(policies)...);
  ResidualState<B> state{Tensor<float, Dim<"d_model">>(model.config().d_model)};
  std::copy_n(captures.at(point), state.vector.size(), state.vector.data());
  return state;
}

// The hook that puts a state in at a place of a target prompt, for a run, a session or generate(). It is a function of
// layer and position: a text generated from the cache has the bits of one that is computed anew for each token. Throws
// Error where the prompt or the model has no such place, or the state another width.
template <Config C, StorageType S, Basis B, Basis From>
DynamicHooks patchscope(const Gpt2<C, S, B>& model, std::span<const Token> prompt, ResidualPlace place,
                        const ResidualState<From>& state) {
  static_assert(From == B,
                "tl: this residual state is in one residual basis and the model in another (raw against centred); "
                "convert it first, by convert_basis");
  const Config& config = model.config();
  const std::size_t position = detail::position_in(place.position, prompt.size());
  const PointAt point = ResidualInput{place.layer}.of(config).residual(config);
  detail::require_width(state, config);
  const auto from = state.vector.values();
  DynamicHooks hooks;
  hooks.edit(
      full_name(point.point, point.layer),
      [values = std::vector<float>(from.begin(), from.end())](const DynamicView& row, const Context&) {
        std::copy(values.begin(), values.end(), row.data);
      },
      [position](std::size_t p, std::size_t) { return p == position; });
  return hooks;
}

}  // namespace TL_NAMESPACE
