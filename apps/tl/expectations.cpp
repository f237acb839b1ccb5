#include "expectations.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "read_text.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::json;

// The members of a JSON object, each of a known type; what nobody asked for is a mistake.
class Members {
 public:
  // `where` begins what is said: "'FILE', row 3".
  Members(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw Error(where_, " is no object of JSON");
  }

  template <class T>
  std::optional<T> find(const char* name) {
    asked_.insert(name);
    const auto found = json_.find(name);
    if (found == json_.end()) return std::nullopt;
    try {
      return found->get<T>();
    } catch (const Json::exception&) {
      throw Error(where_, ": `", name, "` is of another type than it should be");
    }
  }
  template <class T>
  T get(const char* name) {
    if (auto found = find<T>(name)) return *std::move(found);
    throw Error(where_, " has no `", name, "`");
  }
  // Throws Error where there are others.
  void end() const {
    for (const auto& [name, value] : json_.items())
      if (!asked_.contains(name)) throw Error(where_, " has a member `", name, "`, which means nothing");
  }
  const std::string& where() const { return where_; }

 private:
  const Json& json_;
  std::string where_;
  std::set<std::string> asked_;
};

ExpectedPrompt prompt_of(Members members) {
  ExpectedPrompt prompt{.text = members.get<std::string>("text"),
                        .answer = members.find<std::string>("answer").value_or(""),
                        .foil = members.find<std::string>("foil").value_or(""),
                        .then = members.find<std::string>("then").value_or(""),
                        .bos = members.find<bool>("bos").value_or(true)};
  members.end();
  return prompt;
}

WithoutHead without_of(Members members) {
  WithoutHead without{members.get<std::string>("point"), members.get<std::string>("head"),
                      members.find<bool>("last_position").value_or(false)};
  members.end();
  return without;
}

Expectation expectation_of(Members members, const std::map<std::string, ExpectedPrompt>& prompts) {
  Expectation row{.quantity = members.get<std::string>("quantity"),
                  .measure = members.get<std::string>("measure"),
                  .processing = members.find<std::string>("processing").value_or("none")};
  for (const std::string& name :
       members.find<std::vector<std::string>>("prompts").value_or(std::vector<std::string>())) {
    const auto found = prompts.find(name);
    if (found == prompts.end())
      throw Error(members.where(), " names a prompt `", name, "`, which the file does not have");
    row.prompts.push_back(found->second);
  }
  if (const auto answer = members.find<std::string>("answer"))
    for (ExpectedPrompt& prompt : row.prompts) prompt.answer = *answer;
  if (const auto without = members.find<Json>("without"))
    row.without = without_of(Members(*without, members.where() + ", without"));
  row.component = members.find<std::string>("component").value_or("");
  row.tokens = members.find<std::size_t>("tokens").value_or(0);
  row.of = members.find<std::vector<std::string>>("of").value_or(std::vector<std::string>());
  if (const auto expected = members.find<Json>("expected")) {
    if (expected->is_string()) row.expected = expected->get<std::string>();
    else if (expected->is_number()) row.expected = expected->get<double>();
    else throw Error(members.where(), ": `expected` is neither a number nor a text");
  }
  row.within = members.find<double>("within").value_or(0);
  row.at_least = members.find<double>("at_least");
  row.at_most = members.find<double>("at_most");
  if (!row.expected && !row.at_least && !row.at_most)
    throw Error(members.where(), " expects nothing: give expected, at_least or at_most");
  members.end();
  return row;
}

}  // namespace

bool Expectation::holds(const Measured& found) const {
  if (expected && expected->index() != found.index()) return false;
  if (const auto* text = std::get_if<std::string>(&found)) return expected && *text == std::get<std::string>(*expected);
  const double value = std::get<double>(found);
  if (std::isnan(value)) return false;
  return !(expected && std::abs(value - std::get<double>(*expected)) > within) && !(at_least && value < *at_least) &&
         !(at_most && value > *at_most);
}

Expectations Expectations::read(const std::string& path) {
  const std::string file = "'" + path + "'";
  Json json;
  try {
    json = Json::parse(read_text(path));
  } catch (const Json::exception&) {
    throw Error(file, " is no JSON");
  }
  Members members(json, file);
  Expectations out{.model = members.get<std::string>("model"),
                   .source = members.get<std::string>("source"),
                   .n_layer = members.get<std::size_t>("n_layer"),
                   .n_head = members.get<std::size_t>("n_head"),
                   .d_model = members.get<std::size_t>("d_model"),
                   .d_vocab = members.get<std::size_t>("d_vocab"),
                   .rows = {}};
  std::map<std::string, ExpectedPrompt> prompts;
  for (const auto& [name, prompt] : members.get<std::map<std::string, Json>>("prompts"))
    prompts[name] = prompt_of(Members(prompt, file + ", prompt `" + name + "`"));
  for (const Json& row : members.get<std::vector<Json>>("rows")) {
    out.rows.push_back(expectation_of(Members(row, file + ", row " + std::to_string(out.rows.size())), prompts));
    const std::string& name = out.rows.back().quantity;
    if (std::ranges::count(out.rows, name, &Expectation::quantity) != 1)
      throw Error(file, " has two rows `", name, "`");
  }
  if (out.rows.empty()) throw Error(file, " has no rows");
  members.end();
  return out;
}

}  // namespace tl::app
