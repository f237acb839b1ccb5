#pragma once
#include <algorithm>
#include <tl/core/error.hpp>
#include <tl/model/session_rows.hpp>
#include <utility>

namespace TL_NAMESPACE {

TL_INLINE std::size_t SessionRows::open(std::size_t prompt_length) {
  sequences_.push_back({{}, 0, prompt_length});
  return sequences_.size() - 1;
}

TL_INLINE std::size_t SessionRows::branch(std::size_t sequence, std::size_t length, std::size_t prompt_length) {
  const Sequence from = this->sequence(sequence);
  Sequence& to = sequences_.emplace_back(Sequence{{}, length, prompt_length, std::min(from.edited_from, length)});
  if (to.edited_from == length) to.edited_from = never;
  for (std::size_t i = 0; i * kernels::block_slots < length; ++i) {
    to.blocks.push_back(cache_.share(from.blocks[i]));
    const std::size_t first = to.blocks[i] * kernels::block_slots, source = from.blocks[i] * kernels::block_slots;
    slot_position_.resize(std::max(slot_position_.size(), first + kernels::block_slots));
    std::copy_n(slot_position_.begin() + static_cast<std::ptrdiff_t>(source), kernels::block_slots,
                slot_position_.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return sequences_.size() - 1;
}

TL_INLINE void SessionRows::rewind(std::size_t sequence, std::size_t length) {
  Sequence& target = this->sequence(sequence, 0);
  if (length > target.length) throw Error("cannot rewind a sequence of ", target.length, " positions to ", length);
  target.length = length;
  target.tree.clear();
  if (target.edited_from >= length) target.edited_from = never;
}

TL_INLINE void SessionRows::share(const SessionRows& other, std::size_t position) {
  for (const Sequence& sequence : other.sequences_) {
    const std::size_t shared = std::min(position, sequence.length);
    Sequence& copy = sequences_.emplace_back(Sequence{sequence.blocks, shared, sequence.prompt_length});
    copy.blocks.resize((shared + kernels::block_slots - 1) / kernels::block_slots);
  }
  cache_ = other.cache_;
  slot_position_ = other.slot_position_;
  entry_layer_ = other.entry_layer_;
  passes_ = other.passes_;
}

TL_INLINE const SessionRows::Sequence& SessionRows::sequence(std::size_t index) const {
  if (index >= sequences_.size())
    throw Error("sequence ", index, " was not opened: this session has ", sequences_.size());
  return sequences_[index];
}
TL_INLINE SessionRows::Sequence& SessionRows::sequence(std::size_t index, std::size_t more) {
  require_room(std::as_const(*this).sequence(index).length + more);
  return sequences_[index];
}

TL_INLINE void SessionRows::require_layer(std::size_t layer) const {
  if (layer >= config_->n_layer)
    throw Error("cannot enter at layer ", layer, ": this model has layers 0 to ", config_->n_layer - 1);
}
TL_INLINE void SessionRows::require_room(std::size_t length) const {
  if (length > config_->n_ctx)
    throw Error("the context holds ", config_->n_ctx, " tokens, and ", length, " were given");
}

TL_INLINE void SessionRows::begin(std::size_t layer, bool residual_given) {
  require_layer(layer);
  if (layer < entry_layer_)
    throw Error("cannot run variants from layer ", layer, " on: this session's past begins at layer ", entry_layer_);
  start_layer_ = layer;
  residual_given_ = residual_given;
  batch_.clear();
  workspace_.tokens.clear();
  workspace_.positions.clear();
  workspace_.chosen.clear();
}

TL_INLINE void SessionRows::begin_growing(std::size_t layer, bool residual_given) {
  require_layer(layer);
  if (passes_ != 0 && layer != entry_layer_)
    throw Error("rows of this session enter at layer ", entry_layer_, ", not ", layer);
  entry_layer_ = layer;
  begin(layer, residual_given);
}

TL_INLINE void SessionRows::append(std::size_t index, const Token* tokens, std::size_t count, Need need) {
  Sequence& sequence = this->sequence(index, count);
  sequence.tree.clear();
  cache_.reserve(sequence.blocks, sequence.length, sequence.length + count);
  for (std::size_t i = 0; i != count; ++i) {
    const std::size_t position = sequence.length + i;
    KvCache::append_spans(sequence.blocks, position + 1, batch_.span_floor(), batch_.spans());
    push(index, sequence.prompt_length, tokens ? tokens[i] : -1, position, KvCache::slot(sequence.blocks, position),
         RowKind::plain);
  }
  choose(need, count);
}

TL_INLINE void SessionRows::append_tree(const TreeExtension& tree, Need need) {
  const std::size_t index = tree.sequence, n = tree.nodes.size();
  Sequence& sequence = this->sequence(index, 0);
  const std::size_t length = sequence.length;
  if (tree.computed > n || tree.computed > sequence.tree.size() ||
      !std::equal(sequence.tree.begin(), sequence.tree.begin() + static_cast<std::ptrdiff_t>(tree.computed),
                  tree.nodes.begin()))
    throw Error("the first ", tree.computed, " nodes of a token tree are not those that ran last behind sequence ",
                index);
  sequence.tree.resize(tree.computed);
  std::vector<std::size_t> depth(n), path;
  cache_.reserve(sequence.blocks, length, length + n);
  for (std::size_t i = 0; i != n; ++i) {
    const std::ptrdiff_t parent = tree.nodes[i].parent;
    if (parent >= static_cast<std::ptrdiff_t>(i))
      throw Error("node ", i, " of a token tree names parent ", parent, ", which does not come before it");
    depth[i] = parent < 0 ? 0 : depth[static_cast<std::size_t>(parent)] + 1;
    if (i < tree.computed) continue;
    require_room(length + depth[i] + 1);
    path.clear();
    for (auto node = static_cast<std::ptrdiff_t>(i); node >= 0;
         node = tree.nodes[static_cast<std::size_t>(node)].parent)
      path.push_back(static_cast<std::size_t>(node));
    KvCache::append_spans(sequence.blocks, length, batch_.span_floor(), batch_.spans());
    for (std::size_t j = path.size(); j-- != 0;)
      KvCache::append_span({KvCache::slot(sequence.blocks, length + path[j]), 1}, batch_.span_floor(), batch_.spans());
    push(index, sequence.prompt_length, tree.nodes[i].token, length + depth[i],
         KvCache::slot(sequence.blocks, length + i), RowKind::draft);
  }
  choose(need, n - tree.computed);
}

TL_INLINE void SessionRows::keep_tree(const TreeExtension& tree) {
  sequence(tree.sequence, 0).tree.assign(tree.nodes.begin(), tree.nodes.end());
}

TL_INLINE void SessionRows::accept(std::size_t index, std::span<const std::size_t> path) {
  Sequence& sequence = this->sequence(index, path.size());
  std::ptrdiff_t parent = -1;
  for (const std::size_t node : path) {
    if (node >= sequence.tree.size() || sequence.tree[node].parent != parent)
      throw Error("node ", node, " does not go on the path: the tree that ran last behind sequence ", index, " has ",
                  sequence.tree.size(), " nodes, and a path begins at a root and goes from parent to child");
    parent = static_cast<std::ptrdiff_t>(node);
  }
  const std::size_t length = sequence.length;
  cache_.reserve(sequence.blocks, length, length + path.size());
  for (std::size_t j = 0; j != path.size(); ++j) {  // a parent comes before its child: j <= path[j], and none is lost
    const std::uint32_t to = KvCache::slot(sequence.blocks, length + j);
    cache_.copy_slot(KvCache::slot(sequence.blocks, length + path[j]), to);
    slot_position_[to] = static_cast<std::uint32_t>(length + j);
  }
  sequence.length = length + path.size();
  sequence.tree.clear();
}

TL_INLINE void SessionRows::append_variants(std::size_t index, std::span<const Variant> variants, Need need) {
  Sequence& sequence = this->sequence(index, 0);
  const std::size_t d = config_->d_model;
  std::size_t rows = 0;
  for (const Variant& variant : variants) {
    if (variant.first > sequence.length || variant.residual.empty() || variant.residual.size() % d != 0)
      throw Error("a variant from position ", variant.first, " on, of ", variant.residual.size(),
                  " numbers, does not continue a sequence of ", sequence.length, " rows of ", d);
    require_room(variant.first + variant.residual.size() / d);
    rows += variant.residual.size() / d;
  }
  cache_.reserve(sequence.blocks, sequence.length, sequence.length + rows);
  float* resid = workspace_.resid.need(rows * d);
  std::size_t slot = sequence.length;
  for (std::size_t i = 0; i != variants.size(); ++i) {
    const std::size_t count = variants[i].residual.size() / d, own = slot;
    for (std::size_t row = 0; row != count; ++row, ++slot) {
      KvCache::append_spans(sequence.blocks, variants[i].first, batch_.span_floor(), batch_.spans());
      for (std::size_t before = own; before <= slot; ++before)
        KvCache::append_span({KvCache::slot(sequence.blocks, before), 1}, batch_.span_floor(), batch_.spans());
      push(i, sequence.prompt_length, -1, variants[i].first + row, KvCache::slot(sequence.blocks, slot),
           RowKind::plain);
    }
    choose(need, count);
    resid = std::copy(variants[i].residual.begin(), variants[i].residual.end(), resid);
  }
}

TL_INLINE void SessionRows::end() {
  ++passes_;
  rows_run_ += batch_.size();
}

TL_INLINE void SessionRows::push(std::size_t index, std::size_t prompt_length, Token token, std::size_t position,
                                 std::uint32_t slot, RowKind kind) {
  if (!residual_given_ && (token < 0 || static_cast<std::size_t>(token) >= config_->d_vocab))
    throw Error("token ", token, " at position ", position, " is out of range: the vocabulary has ", config_->d_vocab,
                " tokens");
  if (slot >= slot_position_.size()) slot_position_.resize((slot / kernels::block_slots + 1) * kernels::block_slots);
  slot_position_[slot] = static_cast<std::uint32_t>(position);
  const Phase phase = kind == RowKind::draft     ? Phase::verify
                      : position < prompt_length ? Phase::prefill
                                                 : Phase::decode;
  batch_.add({token, static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(index),
              static_cast<std::uint32_t>(prompt_length), slot, static_cast<std::uint32_t>(passes_), phase, kind},
             config_->n_head);
  workspace_.tokens.push_back(token);
  workspace_.positions.push_back(static_cast<std::uint32_t>(position));
}

TL_INLINE void SessionRows::choose(Need need, std::size_t rows) {
  const std::size_t end = batch_.size();
  if (rows == 0 || need < Need::last_logits) return;
  for (std::size_t r = need == Need::all_logits ? end - rows : end - 1; r != end; ++r)
    workspace_.chosen.push_back(static_cast<std::uint32_t>(r));
}

}  // namespace TL_NAMESPACE
