#pragma once
// A session: sequences that grow, the cached past they share with nobody, and one set of hooks fixed at construction.
// Other hooks enter by fork(), which checks that what is shared was not written through; a cache is never handed
// around. A session belongs to one thread; the model it refers to is shared by all and must outlive it.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/model/forward.hpp>
#include <tl/model/hook_rules.hpp>
#include <tl/model/run_options.hpp>
#include <tl/model/session_rows.hpp>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

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
        rows_(model.config()) {
    check_hooks<C, Model::basis, Policies...>();
    check_hooks_at_run_time(hooks_, model.config());
    hooks_depth_ = depth_of(hooks_, model.config().n_layer);
  }
  Session(Session&&) = default;

  // A new, empty sequence; positions from prompt_length on count as generated.
  std::size_t open(std::size_t prompt_length) { return rows_.open(prompt_length); }
  // A new sequence that begins with the first `length` positions of another and shares their memory, each copying what
  // it writes. Throws Error where a hook looks at one of them, or edits it in one of the two only (may_share).
  std::size_t branch(std::size_t sequence, std::size_t length, std::size_t prompt_length) {
    require_complete();
    const SessionRows::Sequence& from = rows_.sequence(sequence);
    if (length > from.length) throw Error("cannot branch at position ", length, " of a sequence of ", from.length);
    if (!may_share(length, {sequence, from.prompt_length}, {sequences(), prompt_length}))
      throw Error("cannot branch at position ", length,
                  ": a hook looks at a position before, or edits it in one of the two sequences only");
    return rows_.branch(sequence, length, prompt_length);
  }
  // Whether two sequences may have their first `length` positions in common.
  bool may_share(std::size_t length, SequenceInfo one, SequenceInfo other) {
    if (mixes_rows) return false;
    for (std::size_t p = 0; p != length; ++p) {
      detail::MayShare visitor{p, one, other};
      hooks_.for_each(visitor);
      if (!visitor.all) return false;
    }
    return true;
  }
  std::size_t sequences() const { return rows_.sequences().size(); }
  std::size_t length(std::size_t sequence) const { return rows_.sequence(sequence).length; }
  std::size_t prompt_length(std::size_t sequence) const { return rows_.sequence(sequence).prompt_length; }

  // Appends tokens to sequences, any number to each, in one forward pass. The logits, in the order of the extensions,
  // stay valid until the next call. Throws Error where a token is out of range or the context is full.
  LogitsView extend(std::span<const Extension> extensions, Need need = Need::last_logits) {
    require_complete();
    rows_.begin_growing(0, false);
    for (const Extension& extension : extensions) {
      for (const Extension* before = extensions.data(); before != &extension; ++before)
        if (before->sequence == extension.sequence)
          throw Error("sequence ", extension.sequence, " is extended twice in one call: put its tokens together");
      append(extension.sequence, extension.tokens.data(), extension.tokens.size(), need);
    }
    const LogitsView logits = forward(need);
    for (const Extension& extension : extensions)
      rows_.sequence(extension.sequence, 0).length += extension.tokens.size();
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
    const Asking asking(rows_.workspace(), &questions);
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
    require_complete();
    rows_.begin_growing(layer, true);
    append(sequence_index, nullptr, n, need);
    std::copy_n(residual.data(), n * d, rows_.workspace().resid.need(n * d));
    const LogitsView logits = forward(need);
    rows_.sequence(sequence_index, 0).length += n;
    return logits;
  }

  // Logits of every node, but those computed before, of token trees that grow from the ends of sequences, in one pass,
  // in the order given. Each node attends to the sequence, its own ancestors and itself, so it has the bits of the same
  // tokens decoded in a line. To hooks its rows are of Phase::verify. The sequences do not grow until accept(). Throws
  // Error where a path is longer than the context left, a node comes before its parent, a sequence is named twice, or
  // the nodes computed before are not those that ran last.
  LogitsView trees(std::span<const TreeExtension> trees, Need need = Need::all_logits) {
    require_complete();
    if constexpr (mixes_rows) throw Error("a hook that mixes rows cannot run on a token tree");
    rows_.begin_growing(0, false);
    for (const TreeExtension& tree : trees) {
      for (const TreeExtension* before = trees.data(); before != &tree; ++before)
        if (before->sequence == tree.sequence) throw Error("sequence ", tree.sequence, " has two trees in one call");
      rows_.append_tree(tree, need);
    }
    const LogitsView logits = forward(need);
    for (const TreeExtension& tree : trees) rows_.keep_tree(tree);
    return logits;
  }
  LogitsView tree(std::size_t sequence, std::span<const TreeNode> nodes) {
    const TreeExtension one{sequence, nodes};
    return trees(std::span(&one, 1));
  }
  // The sequence grows by a path of the tree that ran last behind it: nodes, each the parent of the next, the first a
  // root. Their keys and values move to their places, and the past is what the tokens in a line would have given.
  // Throws Error where the nodes are no such path, or the tree is gone: the sequence was extended or rewound since.
  void accept(std::size_t sequence_index, std::span<const std::size_t> path) {
    const std::size_t length = this->length(sequence_index);
    rows_.accept(sequence_index, path);
    note_edits(sequence_index, length, length + path.size());
  }

  // Runs variants of a sequence from a layer on, all in one pass. Each attends to the sequence before its first
  // position and to its own rows, so it has the bits of a run of its own in which nothing before was changed. To hooks
  // the rows of variants[i] are of sequence i. The sequence does not change. Logits, or answers to the questions, of
  // the last row of each, or of every row. Throws Error where a variant begins behind the sequence's end or the
  // residual is no whole number of rows.
  LogitsView variants(std::size_t sequence_index, std::size_t layer, std::span<const Variant> variants,
                      Need need = Need::last_logits, const kernels::LogitQuestions* questions = nullptr) {
    require_complete();
    if constexpr (mixes_rows) throw Error("a hook that mixes rows cannot run on variants of a sequence");
    rows_.begin(layer, true);
    rows_.append_variants(sequence_index, variants, need);
    const Asking asking(rows_.workspace(), questions);
    return forward(need);
  }

  // Forgets a sequence's positions from `length` on.
  void rewind(std::size_t sequence, std::size_t length) { rows_.rewind(sequence, length); }

  // A session with other hooks that shares the first `position` positions of every sequence, without copying them.
  // Throws Error where that past would not be what the new hooks give from scratch: this session's hooks wrote there,
  // or the new ones would.
  template <AnyPolicy... Others>
  Session<Model, Others...> fork(std::size_t position, Others&&... policies) const {
    require_complete();
    Session<Model, Others...> other(*model_, RunOptions{threads_}, std::forward<Others>(policies)...);
    for (std::size_t index = 0; index != sequences(); ++index) {
      const SessionRows::Sequence& sequence = rows_.sequence(index);
      const std::size_t shared = std::min(position, sequence.length);
      if (sequence.edited_from < shared)
        throw Error("cannot fork at position ", position, ": a hook of this session wrote at position ",
                    sequence.edited_from, ", so the past is not the new hooks' own");
      for (std::size_t p = 0; p != shared; ++p)
        if (other.edits_at(p, {index, sequence.prompt_length}))
          throw Error("cannot fork at position ", position, ": a new hook edits position ", p,
                      ", which is shared; fork there or restrict the hook with where(...)");
    }
    other.rows_.share(rows_, position);
    return other;
  }

  HookSet<Policies...>& hooks() { return hooks_; }
  const Model& model() const { return *model_; }
  int threads() const { return threads_; }
  // Forward passes and rows run so far.
  std::size_t forward_passes() const { return rows_.passes(); }
  std::size_t rows_computed() const { return rows_.rows_run(); }
  std::size_t cache_bytes() const { return rows_.cache().bytes(); }

 private:
  template <class, AnyPolicy...>
  friend class Session;

  static constexpr bool mixes_rows = [] {
    [[maybe_unused]] const auto mixes = []<class P>(std::type_identity<P>) {
      if constexpr (requires { P::mixes_rows; }) return P::mixes_rows;
      else return false;
    };
    return (mixes(std::type_identity<std::remove_cvref_t<Policies>>{}) || ...);
  }();

  // While it lives the forward answers questions instead of giving logits.
  struct Asking {
    Asking(Workspace& asked, const kernels::LogitQuestions* questions) : workspace(asked) {
      workspace.questions = questions;
    }
    ~Asking() { workspace.questions = nullptr; }
    Workspace& workspace;
  };

  void require_complete() const {
    if (incomplete_)
      throw Error("this session stopped before the last layer, so it has no complete past; start another to go on");
  }
  // Rows that continue a sequence.
  void append(std::size_t index, const Token* tokens, std::size_t count, Need need) {
    SessionRows::Sequence& sequence = rows_.sequence(index, count);
    if (mixes_rows && (sequence.length != 0 || count < sequence.prompt_length))
      throw Error(
          "a hook that mixes rows is offered whole sequences only: it can run neither on a part of a prompt nor "
          "while generating");
    note_edits(index, sequence.length, sequence.length + count);
    rows_.append(index, tokens, count, need);
  }
  // Whether hooks write at positions [first, last) of the sequence.
  void note_edits(std::size_t index, std::size_t first, std::size_t last) {
    SessionRows::Sequence& sequence = rows_.sequence(index, 0);
    for (std::size_t position = first; position != last; ++position)
      if (position < sequence.edited_from && edits_at(position, {index, sequence.prompt_length}))
        sequence.edited_from = position;
  }
  bool edits_at(std::size_t position, SequenceInfo sequence) {
    detail::EditsAt visitor{position, sequence};
    hooks_.for_each(visitor);
    return visitor.any;
  }

  // The only forward.
  LogitsView forward(Need need) {
    const Config& config = model_->config();
    const auto n_layer = static_cast<int>(config.n_layer);
    Depth last = hooks_depth_;
    if (need >= Need::past) last = std::max(last, Depth{n_layer - 1, Point::v});
    if (need >= Need::last_logits) last = std::max(last, Depth{n_layer, Point::unembed_out});
    Workspace& workspace = rows_.workspace();
    if (rows_.batch().size() != 0 && last != nowhere) {
      if constexpr (may_see_attention) rows_.note_key_positions();
      Forward<C, typename Model::storage_type, HookSet<Policies...>>{
          config,        model_->weights(),   workspace,
          rows_.batch(), rows_.cache(),       threads_,
          hooks_,        rows_.start_layer(), rows_.residual_given(),
          last}();
    }
    if (last <= Depth{n_layer - 1, Point::resid_pre}) incomplete_ = true;
    rows_.end();
    return row_view_over<Point::unembed_out, C>(workspace.logits.data(), workspace.chosen.size(), config);
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
  SessionRows rows_;
  Depth hooks_depth_ = nowhere;
  bool incomplete_ = false;
};

}  // namespace TL_NAMESPACE
