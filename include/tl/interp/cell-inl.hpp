#pragma once
#include <tl/hooks/name.hpp>
#include <tl/interp/cell.hpp>
#include <tl/model/hook_rules.hpp>

namespace TL_NAMESPACE {

TL_INLINE void Cell::check(const Config& config, std::size_t length) const {
  const PointInfo& of_point = info(point);
  const bool of_final_norm = point >= Point::ln_final_scale && point != Point::unembed_out;
  if (!of_point.in_block && (!of_final_norm || layer + 1 != config.n_layer))
    throw Error("a sweep edits points of blocks, or of the final LayerNorm behind the last layer, and ",
                full_name(point, no_layer), " in layer ", layer, " is none");
  for (const Further& more : further)
    if (more.layer <= layer || more.layer >= config.n_layer)
      throw Error("a cell of layer ", layer, " names layer ", more.layer, " too, which is not behind it");
  if (layer >= config.n_layer)
    throw Error("a cell names layer ", layer, ", and this model has layers 0 to ", config.n_layer - 1);
  const std::string name = full_name(point, of_point.in_block ? static_cast<int>(layer) : no_layer);
  if (const char* const why = detail::missing_part(point, config)) throw Error("a cell names ", name, ", and ", why);
  const bool by_head = of_point.shape == PointShape::head_d_head || of_point.shape == PointShape::head_d_model ||
                       of_point.shape == PointShape::head_key_pos;
  if (head && !by_head) throw Error(name, " has no heads");
  if (head && *head >= config.n_head)
    throw Error("a cell names head ", *head, ", and this model has heads 0 to ", config.n_head - 1);
  if (first >= length || (last && (*last < first || *last >= length)))
    throw Error("a cell names positions ", first, " to ", last.value_or(first), ", and the prompt has ", length);
}

}  // namespace TL_NAMESPACE
