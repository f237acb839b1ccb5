#pragma once
// A session: sequences that grow, the cached past they share with nobody, and one set of hooks fixed at construction.
// Other hooks enter by fork(), which checks that what is shared was not written through; a cache is never handed
// around. A session belongs to one thread; the model it refers to is shared by all and must outlive it.
#include <cstddef>
#include <span>
#include <tl/model/forward.hpp>
#include <tl/model/hook_rules.hpp>
#include <tl/model/run_options.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What a call is for; more costs more.
enum class Need {
  hooks,        // run as far as some hook looks; the session cannot go on afterwards
  past,         // fill the cache
  last_logits,  // and the logits of the last row of each sequence
  all_logits,   // and those of every row
};

// Tokens to append to a sequence.
struct Extension {
  std::size_t sequence;
  std::span<const Token> tokens;
};

// A node of a token tree: its token and the index of its parent among the nodes before it, or -1: the sequence's end.
struct TreeNode {
  Token token;
  std::ptrdiff_t parent;
};

// Another continuation of a sequence from position `first` on, as the residual stream [pos, d_model] of its rows where
// they enter.
struct Variant {
  std::size_t first;
  std::span<const float> residual;
};

namespace detail {
// One for all sessions, whatever their hooks: so is what std::vector makes of it.
struct Sequence {
  KvCache::BlockList blocks;
  std::size_t length, prompt_length;
  std::size_t edited_from;  // the first position that a hook wrote at
};
}  // namespace detail

template <class Model, AnyPolicy... Policies>
class Session {
  static constexpr Config C = Model::static_config;
  using D = Dims<C>;

 public:
  using LogitsView = TensorView<float, typename D::row, typename D::d_vocab>;

  // Throws Error where a policy names a layer or a part that a model known at run time does not have.
  explicit Session(const Model& model, RunOptions options, Policies... policies)
      : model_(&model),
        threads_(options.resolved_threads()),
        hooks_(std::forward<Policies>(policies)...),
        cache_(model.config()) {
    check_hooks<C, Model::basis, Policies...>();
    check_hooks_at_run_time(hooks_, model.config());
    hooks_depth_ = depth_of(hooks_, model.config().n_layer);
  }
  Session(Session&&) = default;

  // A new, empty sequence; positions from prompt_length on count as generated.
  std::size_t open(std::size_t prompt_length) {
    sequences_.push_back({{}, 0, prompt_length, never});
    return sequences_.size() - 1;
  }
  // A new sequence that begins with the first `length` positions of another and shares their memory, each copying what
  // it writes. Throws Error where a hook looks at one of them, or edits it in one of the two only (may_share).
  std::size_t branch(std::size_t sequence, std::size_t length, std::size_t prompt_length) {
    require_complete();
    const Sequence from = sequences_.at(sequence);
    if (length > from.length) throw Error("cannot branch at position ", length, " of a sequence of ", from.length);
    if (!may_share(length, from.prompt_length, prompt_length))
      throw Error("cannot branch at position ", length,
                  ": a hook looks at a position before, or edits it in one of the two sequences only");
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
  // Whether two sequences of these prompt lengths may have their first `length` positions in common.
  bool may_share(std::size_t length, std::size_t prompt_length, std::size_t other) {
    if (mixes_rows) return false;
    for (std::size_t p = 0; p != length; ++p) {
      detail::MayShare visitor{p, prompt_length, other};
      hooks_.for_each(visitor);
      if (!visitor.all) return false;
    }
    return true;
  }
  std::size_t length(std::size_t sequence) const { return sequences_.at(sequence).length; }
  std::size_t prompt_length(std::size_t sequence) const { return sequences_.at(sequence).prompt_length; }

  // Appends tokens to sequences, any number to each, in one forward pass. The logits, in the order of the extensions,
  // stay valid until the next call. Throws Error where a token is out of range or the context is full.
  LogitsView extend(std::span<const Extension> extensions, Need need = Need::last_logits) {
    begin_growing(0, false);
    for (const Extension& extension : extensions) {
      Sequence& sequence = open_sequence(extension.sequence, extension.tokens.size());
      for (const Extension* before = extensions.data(); before != &extension; ++before)
        if (before->sequence == extension.sequence)
          throw Error("sequence ", extension.sequence, " is extended twice in one call: put its tokens together");
      require_whole(sequence, extension.tokens.size());
      cache_.reserve(sequence.blocks, sequence.length, sequence.length + extension.tokens.size());
      for (std::size_t i = 0; i != extension.tokens.size(); ++i)
        add_row(extension.sequence, extension.tokens[i], sequence.length + i);
      choose(need, extension.tokens.size());
    }
    const LogitsView logits = forward(need);
    for (const Extension& extension : extensions) sequences_[extension.sequence].length += extension.tokens.size();
    return logits;
  }
  LogitsView extend(std::size_t sequence, std::span<const Token> tokens, Need need = Need::last_logits) {
    const Extension one{sequence, tokens};
    return extend(std::span(&one, 1), need);
  }

  // extend() with questions answered about the logits instead of logits: no row of d_vocab is ever in memory, unless a
  // hook looks at it.
  void read(std::span<const Extension> extensions, const kernels::LogitQuestions& questions,
            Need need = Need::all_logits) {
    const Asking asking(workspace_, &questions);
    extend(extensions, need);
  }
  void read(std::size_t sequence, std::span<const Token> tokens, const kernels::LogitQuestions& questions,
            Need need = Need::all_logits) {
    const Extension one{sequence, tokens};
    read(std::span(&one, 1), questions, need);
  }

  // Appends rows whose residual stream at the start of `layer` is given, [pos, d_model]. Every later row of the session
  // has to enter at the same layer.
  LogitsView enter(std::size_t sequence_index, std::size_t layer,
                   TensorView<const float, typename D::pos, typename D::d_model> residual,
                   Need need = Need::last_logits) {
    const std::size_t n = residual.template extent<"pos">(), d = model_->config().d_model;
    if (layer >= model_->config().n_layer)
      throw Error("cannot enter at layer ", layer, ": this model has layers 0 to ", model_->config().n_layer - 1);
    begin_growing(layer, true);
    Sequence& sequence = open_sequence(sequence_index, n);
    require_whole(sequence, n);
    cache_.reserve(sequence.blocks, sequence.length, sequence.length + n);
    for (std::size_t i = 0; i != n; ++i) add_row(sequence_index, -1, sequence.length + i);
    choose(need, n);
    std::copy_n(residual.data(), n * d, workspace_.resid.need(n * d));
    const LogitsView logits = forward(need);
    sequence.length += n;
    return logits;
  }

  // Logits of every node of a token tree that grows from the sequence's end. Each node attends to the sequence, its own
  // ancestors and itself, so it has the bits of the same tokens decoded in a line. The sequence does not grow.
  LogitsView tree(std::size_t sequence_index, std::span<const TreeNode> nodes) {
    begin_growing(0, false);
    if constexpr (mixes_rows) throw Error("a hook that mixes rows cannot run on a token tree");
    Sequence& sequence = open_sequence(sequence_index, 0);
    const std::size_t length = sequence.length;
    std::vector<std::size_t> depth(nodes.size());
    cache_.reserve(sequence.blocks, length, length + nodes.size());
    std::vector<std::size_t> path;
    for (std::size_t i = 0; i != nodes.size(); ++i) {
      const std::ptrdiff_t parent = nodes[i].parent;
      if (parent >= static_cast<std::ptrdiff_t>(i))
        throw Error("node ", i, " of a token tree names parent ", parent, ", which does not come before it");
      depth[i] = parent < 0 ? 0 : depth[static_cast<std::size_t>(parent)] + 1;
      require_room(length + depth[i] + 1);
      path.clear();
      for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(i); at >= 0; at = nodes[static_cast<std::size_t>(at)].parent)
        path.push_back(static_cast<std::size_t>(at));
      KvCache::append_spans(sequence.blocks, length, batch_.span_floor(), batch_.spans());
      for (std::size_t j = path.size(); j-- != 0;)
        KvCache::append_span({KvCache::slot(sequence.blocks, length + path[j]), 1}, batch_.span_floor(),
                             batch_.spans());
      push_row(sequence_index, sequence.prompt_length, nodes[i].token, length + depth[i],
               KvCache::slot(sequence.blocks, length + i), RowKind::draft);
    }
    choose(Need::all_logits, nodes.size());
    return forward(Need::all_logits);
  }

  // Runs variants of a sequence from a layer on, all in one pass. Each attends to the sequence before its first position
  // and to its own rows, so it has the bits of a run of its own in which nothing before was changed. To hooks the rows of
  // variants[i] are of sequence i. The sequence does not change. Logits, or answers to the questions, of the last row of
  // each, or of every row. Throws Error where a variant begins behind the sequence's end or the residual is no whole
  // number of rows.
  LogitsView variants(std::size_t sequence_index, std::size_t layer, std::span<const Variant> variants,
                      Need need = Need::last_logits, const kernels::LogitQuestions* questions = nullptr) {
    begin(layer, true);
    if (layer < entry_layer_)
      throw Error("cannot run variants from layer ", layer, " on: this session's past begins at layer ", entry_layer_);
    if constexpr (mixes_rows) throw Error("a hook that mixes rows cannot run on variants of a sequence");
    Sequence& sequence = open_sequence(sequence_index, 0);
    const std::size_t d = model_->config().d_model;
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
    std::size_t index = sequence.length;
    for (std::size_t i = 0; i != variants.size(); ++i) {
      const std::size_t count = variants[i].residual.size() / d, own = index;
      for (std::size_t row = 0; row != count; ++row, ++index) {
        KvCache::append_spans(sequence.blocks, variants[i].first, batch_.span_floor(), batch_.spans());
        for (std::size_t slot = own; slot <= index; ++slot)
          KvCache::append_span({KvCache::slot(sequence.blocks, slot), 1}, batch_.span_floor(), batch_.spans());
        push_row(i, sequence.prompt_length, -1, variants[i].first + row, KvCache::slot(sequence.blocks, index),
                 RowKind::plain);
      }
      choose(need, count);
      resid = std::copy(variants[i].residual.begin(), variants[i].residual.end(), resid);
    }
    const Asking asking(workspace_, questions);
    return forward(need);
  }

  // Forgets a sequence's positions from `length` on.
  void rewind(std::size_t sequence, std::size_t length) {
    Sequence& target = sequences_.at(sequence);
    if (length > target.length) throw Error("cannot rewind a sequence of ", target.length, " positions to ", length);
    target.length = length;
    if (target.edited_from >= length) target.edited_from = never;
  }

  // A session with other hooks that shares the first `position` positions of every sequence, without copying them.
  // Throws Error where that past would not be what the new hooks give from scratch: this session's hooks wrote there,
  // or the new ones would.
  template <AnyPolicy... Others>
  Session<Model, Others...> fork(std::size_t position, Others&&... policies) const {
    require_complete();
    Session<Model, Others...> other(*model_, RunOptions{threads_}, std::forward<Others>(policies)...);
    for (const Sequence& sequence : sequences_) {
      const std::size_t shared = std::min(position, sequence.length);
      if (sequence.edited_from < shared)
        throw Error("cannot fork at position ", position, ": a hook of this session wrote at position ",
                    sequence.edited_from, ", so the past is not the new hooks' own");
      for (std::size_t p = 0; p != shared; ++p)
        if (other.edits_at(p, sequence.prompt_length))
          throw Error("cannot fork at position ", position, ": a new hook edits position ", p,
                      ", which is shared; fork there or restrict the hook with where(...)");
      auto& copy = other.sequences_.emplace_back(
          typename Session<Model, Others...>::Sequence{sequence.blocks, shared, sequence.prompt_length, never});
      copy.blocks.resize((shared + kernels::block_slots - 1) / kernels::block_slots);
    }
    other.cache_ = cache_;
    other.slot_position_ = slot_position_;
    other.entry_layer_ = entry_layer_;
    other.steps_ = steps_;
    return other;
  }

  HookSet<Policies...>& hooks() { return hooks_; }
  const Model& model() const { return *model_; }
  int threads() const { return threads_; }
  // Forward passes and rows run so far.
  std::size_t forward_passes() const { return steps_; }
  std::size_t rows_computed() const { return rows_computed_; }
  std::size_t cache_bytes() const { return cache_.bytes(); }

 private:
  template <class, AnyPolicy...>
  friend class Session;

  static constexpr std::size_t never = static_cast<std::size_t>(-1);
  static constexpr bool mixes_rows = [] {
    [[maybe_unused]] const auto mixes = []<class P>(std::type_identity<P>) {
      if constexpr (requires { P::mixes_rows; }) return P::mixes_rows;
      else return false;
    };
    return (mixes(std::type_identity<std::remove_cvref_t<Policies>>{}) || ...);
  }();

  using Sequence = detail::Sequence;

  // While it lives the forward answers questions instead of giving logits.
  struct Asking {
    Asking(Workspace& asked, const kernels::LogitQuestions* questions) : workspace(asked) { workspace.questions = questions; }
    ~Asking() { workspace.questions = nullptr; }
    Workspace& workspace;
  };

  void require_complete() const {
    if (incomplete_)
      throw Error("this session stopped before the last layer, so it has no complete past; start another to go on");
  }
  void require_room(std::size_t length) const {
    if (length > model_->config().n_ctx)
      throw Error("the context holds ", model_->config().n_ctx, " tokens, and ", length, " were given");
  }
  Sequence& open_sequence(std::size_t index, std::size_t rows) {
    if (index >= sequences_.size())
      throw Error("sequence ", index, " was not opened: this session has ", sequences_.size());
    require_room(sequences_[index].length + rows);
    return sequences_[index];
  }
  void require_whole(const Sequence& sequence, std::size_t rows) const {
    if (mixes_rows && (sequence.length != 0 || rows < sequence.prompt_length))
      throw Error(
          "a hook that mixes rows is offered whole sequences only: it can run neither on a part of a prompt nor "
          "while generating");
  }
  bool edits_at(std::size_t position, std::size_t prompt_length) {
    detail::EditsAt visitor{position, prompt_length};
    hooks_.for_each(visitor);
    return visitor.any;
  }

  void begin(std::size_t layer, bool residual_given) {
    require_complete();
    start_layer_ = layer;
    residual_given_ = residual_given;
    batch_.clear();
    workspace_.tokens.clear();
    workspace_.positions.clear();
    workspace_.chosen.clear();
  }
  // Rows of sequences that grow.
  void begin_growing(std::size_t layer, bool residual_given) {
    if (steps_ != 0 && layer != entry_layer_)
      throw Error("rows of this session enter at layer ", entry_layer_, ", not ", layer);
    begin(layer, residual_given);
    entry_layer_ = layer;
  }
  void add_row(std::size_t index, Token token, std::size_t position) {
    Sequence& sequence = sequences_[index];
    KvCache::append_spans(sequence.blocks, position + 1, batch_.span_floor(), batch_.spans());
    if (position < sequence.edited_from && edits_at(position, sequence.prompt_length)) sequence.edited_from = position;
    push_row(index, sequence.prompt_length, token, position, KvCache::slot(sequence.blocks, position), RowKind::plain);
  }
  // The row's spans have been appended.
  void push_row(std::size_t index, std::size_t prompt_length, Token token, std::size_t position, std::uint32_t slot,
                RowKind kind) {
    if (!residual_given_ && (token < 0 || static_cast<std::size_t>(token) >= model_->config().d_vocab))
      throw Error("token ", token, " at position ", position, " is out of range: the vocabulary has ",
                  model_->config().d_vocab, " tokens");
    if (slot >= slot_position_.size()) slot_position_.resize((slot / kernels::block_slots + 1) * kernels::block_slots);
    slot_position_[slot] = static_cast<std::uint32_t>(position);
    const Phase phase = kind == RowKind::draft     ? Phase::verify
                        : position < prompt_length ? Phase::prefill
                                                   : Phase::decode;
    batch_.add({token, static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(index),
                static_cast<std::uint32_t>(prompt_length), slot, static_cast<std::uint32_t>(steps_), phase, kind},
               model_->config().n_head);
    workspace_.tokens.push_back(token);
    workspace_.positions.push_back(static_cast<std::uint32_t>(position));
  }
  // Of the `rows` rows added last, those whose logits are wanted.
  void choose(Need need, std::size_t rows) {
    const std::size_t end = batch_.size();
    if (rows == 0 || need < Need::last_logits) return;
    for (std::size_t r = need == Need::all_logits ? end - rows : end - 1; r != end; ++r)
      workspace_.chosen.push_back(static_cast<std::uint32_t>(r));
  }

  // The only forward.
  LogitsView forward(Need need) {
    const Config& config = model_->config();
    const auto n_layer = static_cast<int>(config.n_layer);
    Depth last = hooks_depth_;
    if (need >= Need::past) last = std::max(last, Depth{n_layer - 1, Point::v});
    if (need >= Need::last_logits) last = std::max(last, Depth{n_layer, Point::unembed_out});
    if (batch_.size() != 0 && last != nowhere) {
      if constexpr (may_see_attention) batch_.note_key_positions(slot_position_);
      Forward<C, typename Model::storage_type, HookSet<Policies...>>{config, model_->weights(), workspace_, batch_, cache_, threads_,
                                       hooks_, start_layer_, residual_given_, last}();
    }
    if (last <= Depth{n_layer - 1, Point::resid_pre}) incomplete_ = true;
    ++steps_;
    rows_computed_ += batch_.size();
    return row_view_over<Point::unembed_out, C>(workspace_.logits.data(), workspace_.chosen.size(), config);
  }
  static constexpr bool may_see_attention = [] {
    [[maybe_unused]] const auto sees = []<class P>(std::type_identity<P>) {
      if constexpr (NamedPolicy<P>) return info(P::ref.point).shape == PointShape::head_key_pos;
      else return true;
    };
    return (sees(std::type_identity<std::remove_cvref_t<Policies>>{}) || ...);
  }();

  const Model* model_;
  int threads_;
  HookSet<Policies...> hooks_;
  KvCache cache_;
  Workspace workspace_;
  RowBatch batch_;
  std::vector<Sequence> sequences_;
  std::vector<std::uint32_t> slot_position_;
  Depth hooks_depth_ = nowhere;
  std::size_t entry_layer_ = 0, start_layer_ = 0, steps_ = 0, rows_computed_ = 0;
  bool incomplete_ = false, residual_given_ = false;
};

}  // namespace TL_NAMESPACE
