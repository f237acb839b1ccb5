// patch FOLDER OUT.npz ANSWER FOIL LENGTH CLEAN... CORRUPTED...: TransformerLens' patching functions by their names.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <tl/interp/patching.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/io/npz.hpp>

int main(int argc, char** argv) try {
  using namespace tl;
  const std::size_t length = argc < 6 ? 0 : static_cast<std::size_t>(std::atoi(argv[5]));
  if (length == 0 || argc != 6 + 2 * static_cast<int>(length))
    throw Error("usage: patch FOLDER OUT.npz ANSWER FOIL LENGTH CLEAN... CORRUPTED...");
  io::CheckpointFolder folder(argv[1]);
  const Gpt2<dynamic_gpt2> model(folder, folder.config());
  PatchTask task{{}, {}, logit_difference(std::atoi(argv[3]), std::atoi(argv[4]))};
  for (std::size_t i = 0; i != length; ++i) {
    task.clean.push_back(std::atoi(argv[6 + i]));
    task.corrupted.push_back(std::atoi(argv[6 + length + i]));
  }
  io::NpzWriter out(argv[2]);
  const auto add = [&](const std::string& name, const auto& get) { out.add(name, get(model, task)); };
  add("resid_pre", get_act_patch_resid_pre);
  add("resid_mid", get_act_patch_resid_mid);
  add("attn_out", get_act_patch_attn_out);
  add("mlp_out", get_act_patch_mlp_out);
  add("attn_head_out_by_pos", get_act_patch_attn_head_out_by_pos);
  add("attn_head_q_by_pos", get_act_patch_attn_head_q_by_pos);
  add("attn_head_k_by_pos", get_act_patch_attn_head_k_by_pos);
  add("attn_head_v_by_pos", get_act_patch_attn_head_v_by_pos);
  add("attn_head_pattern_by_pos", get_act_patch_attn_head_pattern_by_pos);
  add("attn_head_pattern_dest_src_pos", get_act_patch_attn_head_pattern_dest_src_pos);
  add("attn_head_out_all_pos", get_act_patch_attn_head_out_all_pos);
  add("attn_head_q_all_pos", get_act_patch_attn_head_q_all_pos);
  add("attn_head_k_all_pos", get_act_patch_attn_head_k_all_pos);
  add("attn_head_v_all_pos", get_act_patch_attn_head_v_all_pos);
  add("attn_head_pattern_all_pos", get_act_patch_attn_head_pattern_all_pos);
  const auto add_all = [&](const std::string& name, const auto& get) {
    const auto grids = get(model, task);
    for (std::size_t i = 0; i != grids.size(); ++i) out.add(name + "." + std::to_string(i), grids[i]);
  };
  add_all("attn_head_all_pos_every", get_act_patch_attn_head_all_pos_every);
  add_all("attn_head_by_pos_every", get_act_patch_attn_head_by_pos_every);
  add_all("block_every", get_act_patch_block_every);
  out.finish();
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
