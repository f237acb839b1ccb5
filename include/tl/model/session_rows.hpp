#pragma once
// What a session keeps, and the rows of its next forward pass: sequences, the cache that they lie in, of each row its
// position, its slot and the past that it sees. Knows neither weights nor hooks, so one for all serves every session.
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/token.hpp>
#include <tl/model/config.hpp>
#include <tl/model/kv_cache.hpp>
#include <tl/model/row_batch.hpp>
#include <tl/model/workspace.hpp>
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
  friend constexpr bool operator==(const TreeNode&, const TreeNode&) = default;
};

// A token tree that grows from a sequence's end. Of its nodes the first `computed` have run in the passes before this
// one and keep their place in the cache: a tree may grow level by level.
struct TreeExtension {
  std::size_t sequence;
  std::span<const TreeNode> nodes;
  std::size_t computed = 0;
};

// Another continuation of a sequence from position `first` on, as the residual stream [pos, d_model] of its rows where
// they enter.
struct Variant {
  std::size_t first;
  std::span<const float> residual;
};

// Each call throws Error where there is no such sequence, a token is out of range or the context is full.
class SessionRows {
 public:
  static constexpr std::size_t never = static_cast<std::size_t>(-1);
  struct Sequence {
    KvCache::BlockList blocks;
    std::size_t length, prompt_length;
    std::size_t edited_from = never;  // the first position that a hook wrote at
    std::vector<TreeNode> tree{};     // the token tree that lies in the cache behind its end
  };

  // The configuration must outlive it.
  explicit SessionRows(const Config& config) : config_(&config), cache_(config) {}

  std::size_t open(std::size_t prompt_length);
  // A new sequence that begins with the first `length` positions of another, which has them, in memory that both share.
  std::size_t branch(std::size_t sequence, std::size_t length, std::size_t prompt_length);
  void rewind(std::size_t sequence, std::size_t length);
  // Becomes the first `position` positions of every sequence of another, whose memory it shares.
  void share(const SessionRows& other, std::size_t position);
  std::span<const Sequence> sequences() const { return sequences_; }
  const Sequence& sequence(std::size_t index) const;
  // One that has room for `more` positions.
  Sequence& sequence(std::size_t index, std::size_t more);

  // A pass of rows that enter at a layer, by their tokens or as residuals; a session grows at one layer only.
  void begin(std::size_t layer, bool residual_given);
  void begin_growing(std::size_t layer, bool residual_given);
  // Its rows: `count` that continue a sequence, tokens null where residuals are given; the nodes of a tree; variants,
  // with their residuals. The sequences do not get longer by it.
  void append(std::size_t sequence, const Token* tokens, std::size_t count, Need need);
  void append_tree(const TreeExtension& tree, Need need);
  void append_variants(std::size_t sequence, std::span<const Variant> variants, Need need);
  // The pass has been run; and a tree was in it.
  void end();
  void keep_tree(const TreeExtension& tree);
  // The sequence grows by a path of the tree behind its end, whose keys and values move up. Throws Error where the
  // nodes are no path of it from its root on.
  void accept(std::size_t sequence, std::span<const std::size_t> path);

  const RowBatch& batch() const { return batch_; }
  void note_key_positions() { batch_.note_key_positions(slot_position_); }
  const KvCache& cache() const { return cache_; }
  Workspace& workspace() { return workspace_; }
  std::size_t start_layer() const { return start_layer_; }
  bool residual_given() const { return residual_given_; }
  std::size_t passes() const { return passes_; }
  std::size_t rows_run() const { return rows_run_; }

 private:
  void require_layer(std::size_t layer) const;
  void require_room(std::size_t length) const;
  // The row's spans have been appended.
  void push(std::size_t index, std::size_t prompt_length, Token token, std::size_t position, std::uint32_t slot,
            RowKind kind);
  // Of the `rows` rows added last, those whose logits are wanted.
  void choose(Need need, std::size_t rows);

  const Config* config_;
  KvCache cache_;
  Workspace workspace_;
  RowBatch batch_;
  std::vector<Sequence> sequences_;
  std::vector<std::uint32_t> slot_position_;
  std::size_t entry_layer_ = 0, start_layer_ = 0, passes_ = 0, rows_run_ = 0;
  bool residual_given_ = false;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/model/session_rows-inl.hpp>
#endif
