// What hooks are as types, and what type of tensor each point shows.
#include <tl/hooks/capture.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/hook_set.hpp>
#include <tl/model/dims.hpp>
#include <tl/model/run.hpp>

namespace {

using tl::Dim;
using tl::Point;
using tl::TensorView;
using namespace tl::literals;

// Names are resolved when a program is compiled.
static_assert(tl::ref_of<"blocks.3.attn.hook_pattern">.point == Point::pattern);
static_assert(tl::ref_of<"blocks.3.attn.hook_pattern">.layer == 3);
static_assert(tl::ref_of<"blocks.*.attn.hook_pattern">.layer == tl::every_layer);
static_assert(tl::ref_of<"ln_final.hook_out">.layer == tl::no_layer);
static_assert(tl::ref_of<"logits">.point == tl::ref_of<"unembed.hook_out">.point);
static_assert(!tl::resolve("blocks.3.hook_resid_pots").known);
static_assert(tl::nearest_point("blocks.3.hook_resid_pots") == "hook_resid_post");
static_assert(decltype("hook_embed"_hook)::ref.point == Point::embed);

// No hooks are nothing at all: no state, no wish.
static_assert(std::is_empty_v<tl::NoHooks>);
static_assert(!tl::NoHooks::may_want<Point::pattern> && !tl::NoHooks::wants<Point::pattern>());

// A policy is as large as its callable; its name and a ready predicate take no room.
constexpr auto nothing = [](auto, const tl::Context&) {};
using Callable = void (*)(TensorView<const float, Dim<"row">, Dim<"d_model">>, tl::Context);
static_assert(sizeof(tl::observe<"hook_embed">(Callable{}).where(tl::not_first)) == sizeof(Callable));

// What is a policy, and of which kind.
using Capture = decltype(tl::capture<"blocks.*.hook_resid_post">());
static_assert(tl::NamedPolicy<Capture> && tl::NamedPolicy<Capture&> && !tl::RunTimePolicy<Capture>);
static_assert(tl::RunTimePolicy<tl::DynamicHooks> && !tl::NamedPolicy<tl::DynamicHooks>);
static_assert(!tl::AnyPolicy<decltype(nothing)> && !tl::AnyPolicy<int>);
static_assert(Capture::access == tl::Access::observe);
static_assert(decltype(tl::edit<"hook_embed">(nothing))::access == tl::Access::edit);

// One call covers the rows of a forward; scores and patterns come a row at a time.
using Resid = TensorView<float, Dim<"row">, Dim<"d_model", 768>>;
using Pattern = TensorView<float, Dim<"head", 12>, Dim<"key_pos">>;
static_assert(std::same_as<tl::RowView<Point::resid_post, tl::gpt2_small>, Resid>);
static_assert(std::same_as<tl::RowView<Point::pattern, tl::gpt2_small>, Pattern>);
static_assert(
    std::same_as<tl::RowView<Point::ln2_scale, tl::gpt2_small>, TensorView<float, Dim<"row">, Dim<"scale", 1>>>);
static_assert(std::same_as<tl::RowView<Point::result, tl::gpt2_small>,
                           TensorView<float, Dim<"row">, Dim<"head", 12>, Dim<"d_model", 768>>>);
static_assert(
    std::same_as<tl::RowView<Point::unembed_out, tl::dynamic_gpt2>, TensorView<float, Dim<"row">, Dim<"d_vocab">>>);

// Captures have TransformerLens' shapes without the batch axis.
static_assert(std::same_as<tl::CapturedView<Point::pattern, tl::gpt2_small>,
                           TensorView<const float, Dim<"head", 12>, Dim<"pos">, Dim<"key_pos">>>);
static_assert(std::same_as<tl::CapturedView<Point::mlp_pre, tl::gpt2_small>,
                           TensorView<const float, Dim<"pos">, Dim<"d_mlp", 3072>>>);

// A run has the results of its captures, in order, and of nothing else.
using Observer = decltype(tl::observe<"hook_embed">(nothing));
static_assert(std::same_as<tl::RunOf<tl::gpt2_small, Capture, Observer, Capture&>,
                           tl::Run<tl::gpt2_small, tl::HookName<"blocks.*.hook_resid_post">,
                                   tl::HookName<"blocks.*.hook_resid_post">>>);
static_assert(std::same_as<tl::RunOf<tl::gpt2_small, Observer>, tl::Run<tl::gpt2_small>>);

}  // namespace
