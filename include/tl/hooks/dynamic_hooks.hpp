#pragma once
// Hooks whose names and predicates are known at run time: the command line, bindings. One object is one policy; every
// point asks it what is wanted there, and that decides what is computed and where the forward stops.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <tl/hooks/captured.hpp>
#include <vector>

namespace TL_NAMESPACE {

// A view whose dimensions are known at run time. The first is `row`, but for scores and patterns ([head, key_pos], one row).
struct DynamicView {
  float* data;
  std::vector<std::size_t> extents;

  std::size_t size() const {
    std::size_t n = 1;
    for (std::size_t extent : extents) n *= extent;
    return n;
  }
};

class DynamicHooks {
 public:
  using Function = std::function<void(const DynamicView&, const Context&)>;
  using Where = AnyPositions;

  // Names as everywhere, `blocks.*` included. Throws Error where there is no such point.
  void capture(std::string_view name, Where where = all) { add(name, Access::observe, {}, std::move(where)); }
  void observe(std::string_view name, Function f, Where where = all) {
    add(name, Access::observe, std::move(f), std::move(where));
  }
  void edit(std::string_view name, Function f, Where where = all) {
    add(name, Access::edit, std::move(f), std::move(where));
  }

  // What was captured of a sequence, moved out: in the order of the names given, then of layers.
  std::vector<NamedArray> take(std::size_t sequence = 0) {
    std::vector<NamedArray> arrays;
    for (Entry& entry : entries_)
      for (std::size_t i = 0; i != entry.kept.size(); ++i)
        if (sequence < entry.kept[i].size() && entry.kept[i][sequence].positions() != 0)
          arrays.push_back({full_name(entry.ref.point, static_cast<int>(i)), entry.kept[i][sequence].take(entry.ref.point)});
    return arrays;
  }

  bool captures() const {
    return std::ranges::any_of(entries_,
                               [](const Entry& entry) { return entry.access == Access::observe && !entry.f; });
  }

  // What a session asks of a run-time policy.
  bool wants(Point point, int layer) const {
    for (const Entry& entry : entries_)
      if (entry.ref.covers(point, layer)) return true;
    return false;
  }
  bool edits(Point point, int layer) const {
    for (const Entry& entry : entries_)
      if (entry.access == Access::edit && entry.ref.covers(point, layer)) return true;
    return false;
  }
  bool edits_position(std::size_t position, SequenceInfo sequence) const {
    for (const Entry& entry : entries_)
      if (entry.access == Access::edit && detail::accepts(entry.where, position, sequence)) return true;
    return false;
  }
  // Whether what happened at a position of one sequence is all that would happen there in the other.
  bool may_share(std::size_t position, SequenceInfo one, SequenceInfo other) const {
    for (const Entry& entry : entries_) {
      const bool here = detail::accepts(entry.where, position, one), there = detail::accepts(entry.where, position, other);
      if (entry.access == Access::edit ? here != there : here || there) return false;
    }
    return true;
  }
  template <class F>
  void for_each_ref(F f) const {
    for (const Entry& entry : entries_) f(entry.ref);
  }
  // missing_part(point): why the model cannot serve a point, or null.
  template <class MissingPart>
  void check(std::size_t n_layer, MissingPart missing_part) const {
    for (const Entry& entry : entries_) {
      resolve_or_throw(entry.name, n_layer);
      if (const char* why = missing_part(entry.ref.point)) throw Error("hook point `", entry.name, "` cannot be served: ", why);
      for (const Entry& other : entries_)
        if (entry.access == Access::edit && is_head_input(entry.ref.point) && is_ln1(other.ref.point) &&
            (entry.ref.layer == other.ref.layer || entry.ref.layer == every_layer || other.ref.layer == every_layer))
          throw Error("`", entry.name, "` is edited for single heads, each then has a LayerNorm of its own, and `", other.name, "` does not exist");
    }
  }
  template <class T, class... Ds>
  void call(TensorView<T, Ds...> view, const Context& at) {
    const std::size_t entries = entries_.size();
    for (std::size_t i = 0; i != entries; ++i) {
      Entry& entry = entries_[i];
      if (!entry.ref.covers(at.point, at.layer)) continue;
      const auto selected = [&](std::size_t row) { return detail::accepts(entry.where, at.position(row), at.sequence_info(row)); };
      detail::for_each_run(view, at, selected, [&](auto rows, const Context& window) {
        if (entry.f) {
          const auto extents = rows.shape().extents();
          entry.f(DynamicView{rows.data(), {extents.begin(), extents.end()}}, window);
        } else {
          keep(entry, rows, window);
        }
      });
    }
  }

 private:
  struct Entry {
    std::string name;
    HookRef ref;
    Access access;
    Function f;  // empty: a capture
    Where where;
    std::vector<std::vector<Captured>> kept{};  // [layer][sequence]
  };

  void add(std::string_view name, Access access, Function f, Where where) {
    const HookRef ref = resolve_or_throw(name, static_cast<std::size_t>(-1));
    entries_.push_back({std::string(name), ref, access, std::move(f), std::move(where)});
  }
  template <class View>
  static void keep(Entry& entry, View view, const Context& at) {
    const auto layer = static_cast<std::size_t>(std::max(at.layer, 0));
    if (layer >= entry.kept.size()) entry.kept.resize(layer + 1);
    detail::append_rows(view, at, [&](std::size_t sequence) -> Captured& {
      std::vector<Captured>& of_layer = entry.kept[layer];
      if (sequence >= of_layer.size()) of_layer.resize(sequence + 1);
      return of_layer[sequence];
    });
  }

  std::vector<Entry> entries_;
};

}  // namespace TL_NAMESPACE
