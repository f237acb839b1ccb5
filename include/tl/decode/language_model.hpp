#pragma once
// A model with its tokenizer: what load() gives. Calls that take text parse special tokens and prepend the BOS; calls
// that take tokens take them as they are.
#include <ostream>
#include <string>
#include <string_view>
#include <tl/decode/generate.hpp>
#include <tl/decode/stop.hpp>
#include <tl/decode/text_writer.hpp>
#include <tl/model/direction.hpp>
#include <tl/text/tokenizer.hpp>

namespace TL_NAMESPACE {

template <class RunResult>
struct GeneratedText : Generated<RunResult> {
  std::string text;  // without the prompt, the stop token and anything from a stop string on
  double tokens_per_second = 0;

  operator const std::string&() const { return text; }
  friend std::ostream& operator<<(std::ostream& out, const GeneratedText& generated) { return out << generated.text; }
};

// Called with text as it becomes certain: whole characters, nothing that may yet turn out to be a stop string.
using OnText = std::function<void(std::string_view piece)>;

template <Config C, StorageType Storage = float, Basis B = Basis::raw>
class LanguageModel : public Gpt2<C, Storage, B> {
  using Base = Gpt2<C, Storage, B>;

 public:
  // Throws Error where the tokenizer has more tokens than the model.
  LanguageModel(Base model, Tokenizer tokenizer) : Base(std::move(model)), tokenizer_(std::move(tokenizer)) {
    if (tokenizer_.vocabulary_size() > this->config().d_vocab)
      throw Error("the tokenizer has ", tokenizer_.vocabulary_size(), " tokens and the model ", this->config().d_vocab);
  }

  const Tokenizer& tokenizer() const { return tokenizer_; }
  // Never adds a BOS: encode(text).with_bos().
  Tokens encode(std::string_view text, Special special = Special::text) const {
    return tokenizer_.encode(text, special);
  }
  std::string decode(std::span<const Token> tokens) const { return tokenizer_.decode(tokens); }
  // A prompt as the calls below take it: special tokens parsed, the BOS in front (of a tokenizer that has one).
  Tokens prompt(std::string_view text) const {
    const Tokens tokens = tokenizer_.encode(text, Special::parse);
    return tokenizer_.bos() ? tokens.with_bos() : tokens;
  }

  using Base::operator();
  using Base::log_probs;
  using Base::loss;
  using Base::run;
  template <AnyPolicy... Policies>
  typename Base::Logits operator()(std::string_view text, Policies&&... policies) const {
    return (*this)(prompt(text), std::forward<Policies>(policies)...);
  }
  template <AnyPolicy... Policies>
  auto run(std::string_view text, Policies&&... policies) const {
    return run(prompt(text), std::forward<Policies>(policies)...);
  }
  template <AnyPolicy... Policies>
  double loss(std::string_view text, Policies&&... policies) const {
    return loss(prompt(text), std::forward<Policies>(policies)...);
  }

  // Continues a text. Ends at the tokenizer's EOS, at the options' stop tokens and strings, or when the context is
  // full.
  template <AnyPolicy... Policies>
  auto generate(std::string_view text, const GenerateOptions& options, Policies&&... policies) const {
    return generate(prompt(text), options, OnText{}, std::forward<Policies>(policies)...);
  }
  template <AnyPolicy... Policies>
  auto generate(std::string_view text, Policies&&... policies) const {
    return generate(text, GenerateOptions{}, std::forward<Policies>(policies)...);
  }
  // The same from tokens, with the text streamed to on_text.
  template <AnyPolicy... Policies>
  auto generate(std::span<const Token> tokens, GenerateOptions options, const OnText& on_text,
                Policies&&... policies) const {
    if (tokenizer_.eos()) options.stop_tokens.push_back(*tokenizer_.eos());
    const Prompt one{tokens};
    TextWriter writer(tokenizer_, options.stop_strings);
    const auto emit = [&](const std::string& piece) {
      if (on_text && !piece.empty()) on_text(piece);
    };
    const StopTokens stop_tokens(options.stop_tokens);
    const OnToken on_token = [&](std::size_t, Token token) {
      if (!stop_tokens.contains(token)) emit(writer.push(token));
      return !writer.stopped();
    };
    auto generation = tl_generate(std::span(&one, 1), options, on_token, std::forward<Policies>(policies)...);
    emit(writer.finish());
    using Run = decltype(generation.texts.front().run);
    return GeneratedText<Run>{std::move(generation.texts.front()), writer.text(), generation.tokens_per_second()};
  }

 private:
  template <AnyPolicy... Policies>
  auto tl_generate(std::span<const Prompt> prompts, const GenerateOptions& options, const OnToken& on_token,
                   Policies&&... policies) const {
    using tl::generate;
    return generate(static_cast<const Base&>(*this), prompts, options, Sampler(options.sampling), on_token,
                    std::forward<Policies>(policies)...);
  }

  Tokenizer tokenizer_;
};

// difference<Name>(model, "I love", "I hate"): both texts get the BOS.
template <fixed_string Name, Config C, StorageType Storage, Basis B>
auto difference(const LanguageModel<C, Storage, B>& model, std::string_view a, std::string_view b) {
  return difference<Name>(static_cast<const Gpt2<C, Storage, B>&>(model), model.prompt(a), model.prompt(b));
}

}  // namespace TL_NAMESPACE
