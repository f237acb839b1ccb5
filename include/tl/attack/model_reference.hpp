#pragma once
// A model's logits behind a text that grows.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/token.hpp>
#include <tl/model/gpt2.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// Runs what it has not run before: of a text that begins as the last one did only the rest. Copies share the cache, so
// one thread at a time may ask; and texts are best asked for one after the other. The model must outlive it.
template <class Model>
class ModelReference {
 public:
  explicit ModelReference(const Model& model, RunOptions options = {})
      : cache_(std::make_shared<Cache>(model.session(options))) {}

  // The logits [d_vocab] behind the text. Throws Error where it is empty or longer than the context.
  void operator()(std::span<const Token> text, std::span<float> logits) const {
    if (text.empty()) throw Error("there is no text that the reference model could go on from");
    auto& [session, tokens] = *cache_;
    const auto common = static_cast<std::size_t>(std::ranges::mismatch(tokens, text).in1 - tokens.begin());
    const std::size_t kept = std::min(common, text.size() - 1);
    session.rewind(0, kept);
    tokens.assign(text.begin(), text.end());
    const auto found = session.extend(0, text.subspan(kept), Need::last_logits);
    std::ranges::copy(found(0).values(), logits.begin());
  }

 private:
  using Session = decltype(std::declval<const Model&>().session(RunOptions{}));
  struct Cache {
    explicit Cache(Session opened) : session(std::move(opened)) { session.open(0); }
    Session session;
    std::vector<Token> tokens{};
  };
  std::shared_ptr<Cache> cache_;
};

}  // namespace TL_NAMESPACE
