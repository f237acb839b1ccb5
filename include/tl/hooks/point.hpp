#pragma once
// Every place of GPT-2 where a hook may look or write: 7 once a model and 25 once a block, under TransformerLens' names.
// docs/02_hooks.md has the definition of each, and the order in which they fire.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

enum class Point : std::uint8_t {
  // clang-format off
  embed, pos_embed,                                                        // once a model, before the blocks
  resid_pre, attn_in, q_input, k_input, v_input,                           // once a block
  ln1_scale, ln1_normalized, ln1_out, q, k, v, attn_scores, pattern, z, result, attn_out,
  resid_mid, mlp_in, ln2_scale, ln2_normalized, ln2_out, mlp_pre, mlp_post, mlp_out, resid_post,
  ln_final_scale, ln_final_normalized, ln_final_out, unembed_in, unembed_out  // once a model, after the blocks
  // clang-format on
};

// What one row has at a point; scores and patterns run over the row's own past.
enum class PointShape : std::uint8_t { d_model, scale, head_d_head, head_key_pos, head_d_model, d_mlp, d_vocab };

struct PointInfo {
  Point point;
  std::string_view name;  // without `blocks.N.`
  PointShape shape;
  bool in_block;
};

inline constexpr std::size_t point_count = 32;
inline constexpr std::array<PointInfo, point_count> points{{
    {Point::embed, "hook_embed", PointShape::d_model, false},
    {Point::pos_embed, "hook_pos_embed", PointShape::d_model, false},
    {Point::resid_pre, "hook_resid_pre", PointShape::d_model, true},
    {Point::attn_in, "hook_attn_in", PointShape::head_d_model, true},
    {Point::q_input, "hook_q_input", PointShape::head_d_model, true},
    {Point::k_input, "hook_k_input", PointShape::head_d_model, true},
    {Point::v_input, "hook_v_input", PointShape::head_d_model, true},
    {Point::ln1_scale, "ln1.hook_scale", PointShape::scale, true},
    {Point::ln1_normalized, "ln1.hook_normalized", PointShape::d_model, true},
    {Point::ln1_out, "ln1.hook_out", PointShape::d_model, true},
    {Point::q, "attn.hook_q", PointShape::head_d_head, true},
    {Point::k, "attn.hook_k", PointShape::head_d_head, true},
    {Point::v, "attn.hook_v", PointShape::head_d_head, true},
    {Point::attn_scores, "attn.hook_attn_scores", PointShape::head_key_pos, true},
    {Point::pattern, "attn.hook_pattern", PointShape::head_key_pos, true},
    {Point::z, "attn.hook_z", PointShape::head_d_head, true},
    {Point::result, "attn.hook_result", PointShape::head_d_model, true},
    {Point::attn_out, "hook_attn_out", PointShape::d_model, true},
    {Point::resid_mid, "hook_resid_mid", PointShape::d_model, true},
    {Point::mlp_in, "hook_mlp_in", PointShape::d_model, true},
    {Point::ln2_scale, "ln2.hook_scale", PointShape::scale, true},
    {Point::ln2_normalized, "ln2.hook_normalized", PointShape::d_model, true},
    {Point::ln2_out, "ln2.hook_out", PointShape::d_model, true},
    {Point::mlp_pre, "mlp.hook_pre", PointShape::d_mlp, true},
    {Point::mlp_post, "mlp.hook_post", PointShape::d_mlp, true},
    {Point::mlp_out, "hook_mlp_out", PointShape::d_model, true},
    {Point::resid_post, "hook_resid_post", PointShape::d_model, true},
    {Point::ln_final_scale, "ln_final.hook_scale", PointShape::scale, false},
    {Point::ln_final_normalized, "ln_final.hook_normalized", PointShape::d_model, false},
    {Point::ln_final_out, "ln_final.hook_out", PointShape::d_model, false},
    {Point::unembed_in, "unembed.hook_in", PointShape::d_model, false},
    {Point::unembed_out, "unembed.hook_out", PointShape::d_vocab, false},
}};

constexpr const PointInfo& info(Point point) { return points[static_cast<std::size_t>(point)]; }

// What belongs to what.
constexpr bool is_ln1(Point p) { return p == Point::ln1_scale || p == Point::ln1_normalized || p == Point::ln1_out; }
constexpr bool is_head_input(Point p) {
  return p == Point::attn_in || p == Point::q_input || p == Point::k_input || p == Point::v_input;
}
constexpr bool is_norm(Point p) {
  return is_ln1(p) || p == Point::ln2_scale || p == Point::ln2_normalized || p == Point::ln2_out ||
         p == Point::ln_final_scale || p == Point::ln_final_normalized || p == Point::ln_final_out;
}
// Whether what is there is of the residual stream, or added to it: its numbers depend on the stream's basis.
constexpr bool is_residual(Point p) {
  const PointShape shape = info(p).shape;
  return (shape == PointShape::d_model || shape == PointShape::head_d_model) && !is_norm(p) && p != Point::unembed_in;
}
constexpr bool is_mlp(Point p) { return p >= Point::mlp_in && p <= Point::mlp_out; }

}  // namespace TL_NAMESPACE
