#pragma once
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <tl/core/error.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/text/byte_alphabet.hpp>
#include <tl/text/printable.hpp>
#include <tl/text/vocabulary.hpp>
#include <unordered_map>
#include <utility>

namespace TL_NAMESPACE::text {
namespace detail {

using Json = nlohmann::json;

// The files of a tokenizer; those that are not there have no text.
struct TokenizerFiles {
  struct File {
    std::string name;  // as messages call it
    std::optional<std::string> text;

    Json json() const { return text ? io::detail::parse_json(*text, name) : Json(); }
  };
  File vocab{"vocab.json", {}}, merges{"merges.txt", {}}, tokenizer{"tokenizer.json", {}};
  File added_tokens{"added_tokens.json", {}}, config{"tokenizer_config.json", {}};
  File special_tokens_map{"special_tokens_map.json", {}};
};

// A value of a JSON file and where it stands there.
struct JsonValue {
  std::string file, path;  // "gpt2/tokenizer.json", "model.vocab"
  const Json& json;

  // The words for it in messages.
  std::string where() const { return '\'' + file + (path.empty() ? "'" : "': " + path); }
  bool is_null() const { return json.is_null(); }
  bool is(const Json& value) const { return json == value; }

  // The member of an object, null where it is not there.
  JsonValue operator[](const std::string& key) const {
    static const Json null;
    const auto member = object().find(key);
    return {file, path.empty() ? key : path + '.' + key, member == json.end() ? null : *member};
  }

  // The value as its type; throws where it has another.
  const Json& object() const { return must(json.is_object(), "an object").json; }
  const Json& array() const { return must(json.is_array(), "a list").json; }
  const std::string& string() const { return must(json.is_string(), "a string").json.get_ref<const std::string&>(); }
  const JsonValue& must(bool has_type, std::string_view wanted) const {
    if (!has_type) throw Error(where(), " must be ", wanted, ", but is of the type ", json.type_name());
    return *this;
  }
};

// The id of a token that the value, its table, gives.
TL_INLINE Token id_in(const JsonValue& table, const std::string& token, const Json& id) {
  if (!id.is_number_unsigned() || id.get<std::uint64_t>() > INT32_MAX)
    throw Error(table.where(), ": the id of ", in_quotes(token), " must be a whole number from 0 to ", INT32_MAX,
                ", but is ", id.is_number() ? id.dump() : "of the type " + std::string(id.type_name()));
  return id.get<Token>();
}

class VocabularyBuilder {
 public:
  // In this order. The value given to read_ids must outlive the builder.
  void read_ids(const JsonValue& vocab);
  void read_added_tokens(const JsonValue& list);     // the member of tokenizer.json
  void read_added_tokens_map(const JsonValue& map);  // added_tokens.json
  void read_config(const JsonValue& config);         // tokenizer_config.json, special_tokens_map.json
  void check_ids(const JsonValue& vocab) const;
  void read_merges(const TokenizerFiles::File& merges_txt);
  void read_merges(const JsonValue& list);
  Vocabulary finish(const JsonValue& vocab) &&;

 private:
  // What names a merge in messages: "'gpt2/merges.txt': line 7".
  struct Place {
    const std::string& file;
    std::string_view unit;
    std::size_t number;
    std::string where() const { return '\'' + file + "': " + std::string(unit) + ' ' + std::to_string(number); }
  };

  std::string special_content(const JsonValue& token) const;
  void add_special(const JsonValue& table, const std::string& content, Token id);
  void name_special(const JsonValue& token, std::optional<Token>* role);
  void check_spelled(const JsonValue& vocab, Token made) const;
  void add_merge(const Place& place, std::string_view pair);
  void add_merge(const Place& place, std::string_view left, std::string_view right);

  std::unordered_map<std::string_view, Token> ids_;    // BPE's tokens, spelled in the byte alphabet, in the JSON value
  std::map<std::string, Token, std::less<>> special_;  // as they are; some are among ids_ too
  std::vector<std::size_t> merge_numbers_;             // the Place of each merge
  Vocabulary result_;
};

TL_INLINE void VocabularyBuilder::read_ids(const JsonValue& vocab) {
  ids_.reserve(vocab.object().size());
  for (auto entry = vocab.json.begin(); entry != vocab.json.end(); ++entry)
    ids_.emplace(entry.key(), id_in(vocab, entry.key(), entry.value()));
}

TL_INLINE void VocabularyBuilder::add_special(const JsonValue& table, const std::string& content, Token id) {
  if (content.empty()) throw Error(table.where(), " names an empty text, which cannot be a token");
  const auto in_bpe = ids_.find(content);
  const Token known = in_bpe != ids_.end() ? in_bpe->second : special_.emplace(content, id).first->second;
  if (known != id)
    throw Error(table.where(), " gives ", in_quotes(content), " the id ", id, ", which has the id ", known, " already");
  special_.emplace(content, id);
}

// The text of a special token: a string, or an object that does not ask for what is not done here.
TL_INLINE std::string VocabularyBuilder::special_content(const JsonValue& token) const {
  if (token.json.is_string()) return token.string();
  for (const char* flag : {"single_word", "lstrip", "rstrip"})
    if (token[flag].is(true))
      throw Error(token.where(), " asks for a token with ", flag, ", which is not supported: set it to false");
  return token["content"].string();
}

TL_INLINE void VocabularyBuilder::read_added_tokens(const JsonValue& list) {
  if (list.is_null()) return;
  for (const Json& entry : list.array()) {
    const JsonValue token{list.file, list.path, entry};
    const std::string content = special_content(token);
    add_special(list, content, id_in(list, content, token["id"].json));
  }
}

TL_INLINE void VocabularyBuilder::read_added_tokens_map(const JsonValue& map) {
  for (const auto& [content, id] : map.object().items()) add_special(map, content, id_in(map, content, id));
}

// A token that a configuration names; of several files the first that names one for the role decides.
TL_INLINE void VocabularyBuilder::name_special(const JsonValue& token, std::optional<Token>* role) {
  if (token.is_null()) return;
  const std::string content = special_content(token);
  const auto added = special_.find(content);
  const auto in_bpe = ids_.find(content);
  if (added == special_.end() && in_bpe == ids_.end())
    throw Error(token.where(), " is ", in_quotes(content), ", which has no id in any file");
  const Token id = added != special_.end() ? added->second : in_bpe->second;
  special_.emplace(content, id);
  if (role != nullptr && !*role) *role = id;
}

TL_INLINE void VocabularyBuilder::read_config(const JsonValue& config) {
  if (const JsonValue prefix = config["add_prefix_space"]; prefix.is(true))
    throw Error(prefix.where(), " is true, which is not supported: put the space into the text");
  if (const JsonValue added = config["added_tokens_decoder"]; !added.is_null()) {
    for (const auto& [id, entry] : added.object().items()) {
      const std::string content = special_content({added.file, added.path, entry});
      // Read as JSON: "50256" is an id; "x", "-1" and "1e3" are none.
      add_special(added, content, id_in(added, content, Json::parse(id, nullptr, false)));
    }
  }
  name_special(config["bos_token"], &result_.bos);
  name_special(config["eos_token"], &result_.eos);
  for (const char* role : {"unk_token", "sep_token", "pad_token", "cls_token", "mask_token"})
    name_special(config[role], nullptr);
  if (const JsonValue others = config["additional_special_tokens"]; !others.is_null())
    for (const Json& token : others.array()) name_special({others.file, others.path, token}, nullptr);
}

// Every id from 0 on has one token.
TL_INLINE void VocabularyBuilder::check_ids(const JsonValue& vocab) const {
  std::size_t size = ids_.size();
  for (const auto& [content, id] : special_) size += !ids_.contains(content);
  std::vector<std::string_view> owners(size);
  const auto check = [&](std::string_view token, Token id) {
    if (static_cast<std::size_t>(id) >= size)
      throw Error(vocab.where(), ": the id ", id, " of ", in_quotes(token), " is too large: there are ", size,
                  " tokens, whose ids must be 0 to ", size - 1, " without holes");
    std::string_view& owner = owners[static_cast<std::size_t>(id)];
    if (owner.data() != nullptr && owner != token)
      throw Error(vocab.where(), ": the id ", id, " is given to two tokens, ", in_quotes(std::min(owner, token)),
                  " and ", in_quotes(std::max(owner, token)));
    owner = token;
  };
  for (const auto& [token, id] : ids_) check(token, id);
  for (const auto& [token, id] : special_) check(token, id);
}

TL_INLINE void VocabularyBuilder::add_merge(const Place& place, std::string_view left, std::string_view right) {
  const auto id_of = [&](std::string_view token) {
    const auto found = ids_.find(token);
    if (found == ids_.end())
      throw Error(place.where(), " merges ", in_quotes(left), " and ", in_quotes(right), ", but ", in_quotes(token),
                  " is not in the vocabulary");
    return found->second;
  };
  const Token left_id = id_of(left), right_id = id_of(right);
  if (!result_.merges.add(left_id, right_id, id_of(std::string(left).append(right))))
    throw Error(place.where(), " merges ", in_quotes(left), " and ", in_quotes(right), " again, as ", place.unit, " ",
                merge_numbers_[result_.merges.rank(left_id, right_id)], " did");
  merge_numbers_.push_back(place.number);
}

TL_INLINE void VocabularyBuilder::add_merge(const Place& place, std::string_view pair) {
  const std::size_t space = pair.find(' ');
  if (space == 0 || space >= pair.size() - 1 || pair.find(' ', space + 1) != std::string_view::npos)
    throw Error(place.where(), " must be two tokens with one space between them, but is ", in_quotes(pair));
  add_merge(place, pair.substr(0, space), pair.substr(space + 1));
}

TL_INLINE void VocabularyBuilder::read_merges(const TokenizerFiles::File& merges_txt) {
  std::string_view rest = *merges_txt.text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.ends_with('\r')) pair.remove_suffix(1);
    if (pair.empty() || (line == 1 && pair.starts_with("#version"))) continue;
    add_merge({merges_txt.name, "line", line}, pair);
  }
}

TL_INLINE void VocabularyBuilder::read_merges(const JsonValue& list) {
  for (std::size_t i = 0; i != list.array().size(); ++i) {
    const Json& merge = list.json[i];
    const Place place{list.file, "merge", i + 1};
    if (merge.is_string()) {
      add_merge(place, merge.get_ref<const std::string&>());
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      add_merge(place, merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>());
    } else {
      throw Error(place.where(), " must be \"a b\" or [\"a\", \"b\"]");
    }
  }
}

// A token that BPE makes from bytes must stand for these bytes also where it is special.
TL_INLINE void VocabularyBuilder::check_spelled(const JsonValue& vocab, Token made) const {
  const std::string& bytes = result_.tokens[static_cast<std::size_t>(made)];
  if (special_.contains(bytes) && unspelled(bytes) != bytes)
    throw Error(vocab.where(), ": the special token ", in_quotes(bytes), " is also what BPE makes of ",
                in_quotes(unspelled(bytes).value_or("")), ": it cannot stand for both");
}

TL_INLINE Vocabulary VocabularyBuilder::finish(const JsonValue& vocab) && {
  for (std::size_t byte = 0; byte != 256; ++byte) {
    const std::string letter = spelled(std::string(1, static_cast<char>(byte)));
    const auto found = ids_.find(letter);
    if (found == ids_.end())
      throw Error(vocab.where(), " has no token for the byte 0x", hexadecimal(static_cast<char>(byte)), ", spelled ",
                  in_quotes(letter), "; a byte-level BPE needs one for each of the 256");
    result_.byte_tokens[byte] = found->second;
  }
  constexpr const char* end_of_text = "<|endoftext|>";
  if (const auto found = ids_.find(end_of_text); found != ids_.end()) special_.emplace(*found);
  if (const auto found = special_.find(end_of_text); found != special_.end()) {
    if (!result_.bos) result_.bos = found->second;
    if (!result_.eos) result_.eos = found->second;
  }
  std::unordered_map<std::string_view, Token> all = std::move(ids_);
  all.insert(special_.begin(), special_.end());
  result_.tokens.resize(all.size());
  // Special tokens stand for themselves, and so do others that the byte alphabet cannot spell.
  for (const auto& [token, id] : all)
    result_.tokens[static_cast<std::size_t>(id)] =
        special_.contains(token) ? std::string(token) : unspelled(token).value_or(std::string(token));
  for (const Token made : result_.merges.merged()) check_spelled(vocab, made);
  for (const Token made : result_.byte_tokens) check_spelled(vocab, made);
  for (const auto& [token, id] : special_) result_.special.push_back(id);
  std::sort(result_.special.begin(), result_.special.end());
  return std::move(result_);
}

// Refuses what tokenizer.json can ask for that would give other ids than GPT-2's scheme.
TL_INLINE void check_scheme(const JsonValue& tokenizer) {
  const auto refuse_unless = [](bool supported, const JsonValue& option, std::string_view wanted) {
    if (!supported)
      throw Error(option.where(), " is ", option.json.dump().substr(0, 60), ": only ", wanted, " is supported");
  };
  const auto is_unset = [](const JsonValue& option) {
    return option.is_null() || option.is(false) || option.is("") || option.is(0);
  };
  const JsonValue normalizer = tokenizer["normalizer"];
  refuse_unless(normalizer.is_null(), normalizer, "null");
  const JsonValue pre_tokenizer = tokenizer["pre_tokenizer"];
  const JsonValue kind = pre_tokenizer["type"], prefix = pre_tokenizer["add_prefix_space"];
  const JsonValue use_regex = pre_tokenizer["use_regex"];
  refuse_unless(kind.is("ByteLevel"), kind, "ByteLevel");
  refuse_unless(is_unset(prefix), prefix, "false");
  refuse_unless(use_regex.is_null() || use_regex.is(true), use_regex, "true");
  const JsonValue model = tokenizer["model"];
  const JsonValue type = model["type"];  // early files have none
  refuse_unless(type.is_null() || type.is("BPE"), type, "BPE");
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"}) {
    const JsonValue option = model[key];
    refuse_unless(is_unset(option), option, "none");
  }
}

TL_INLINE Vocabulary build_vocabulary(const TokenizerFiles& files) {
  const Json tokenizer_json = files.tokenizer.json(), vocab_json = files.vocab.json();
  const JsonValue tokenizer{files.tokenizer.name, "", tokenizer_json};
  if (files.tokenizer.text) check_scheme(tokenizer);
  const bool separate = files.vocab.text && files.merges.text;
  const JsonValue vocab = separate ? JsonValue{files.vocab.name, "", vocab_json} : tokenizer["model"]["vocab"];

  VocabularyBuilder builder;
  builder.read_ids(vocab);
  if (files.tokenizer.text) builder.read_added_tokens(tokenizer["added_tokens"]);
  if (files.added_tokens.text) builder.read_added_tokens_map({files.added_tokens.name, "", files.added_tokens.json()});
  for (const auto* file : {&files.config, &files.special_tokens_map})
    if (file->text) builder.read_config({file->name, "", file->json()});
  builder.check_ids(vocab);
  if (separate) {
    builder.read_merges(files.merges);
  } else {
    builder.read_merges(tokenizer["model"]["merges"]);
  }
  return std::move(builder).finish(vocab);
}

}  // namespace detail

TL_INLINE Vocabulary parse_vocabulary(std::string_view vocab_json, std::string_view merges_txt) {
  detail::TokenizerFiles files;
  files.vocab.text = vocab_json;
  files.merges.text = merges_txt;
  return detail::build_vocabulary(files);
}

TL_INLINE Vocabulary parse_tokenizer_json(std::string_view tokenizer_json) {
  detail::TokenizerFiles files;
  files.tokenizer.text = tokenizer_json;
  return detail::build_vocabulary(files);
}

TL_INLINE Vocabulary read_vocabulary(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) throw Error("'", folder, "' is no folder to load a tokenizer from");
  detail::TokenizerFiles files;
  for (auto* file :
       {&files.vocab, &files.merges, &files.tokenizer, &files.added_tokens, &files.config, &files.special_tokens_map}) {
    const fs::path path = fs::path(folder) / file->name;
    file->name = path.string();
    if (!fs::exists(path, ignored)) continue;
    std::error_code failed;  // also where it is no regular file
    const auto size = fs::file_size(path, failed);
    if (!failed) file->text.emplace(size, '\0');
    if (failed || !std::ifstream(path, std::ios::binary).read(file->text->data(), std::ssize(*file->text)))
      throw Error("'", file->name, "' cannot be read as a file");
  }
  if (!files.tokenizer.text && !files.vocab.text)
    throw Error("'", folder, "' holds no tokenizer: neither vocab.json with merges.txt nor tokenizer.json is there");
  if (!files.tokenizer.text && !files.merges.text)
    throw Error("'", files.merges.name, "' is missing: it belongs beside vocab.json");
  return detail::build_vocabulary(files);
}

}  // namespace TL_NAMESPACE::text
