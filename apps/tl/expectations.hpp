#pragma once
// Numbers that are published of a model, as data: what is measured, of which prompts, and what should come out.
#include <cstddef>
#include <optional>
#include <string>
#include <tl/model/config.hpp>
#include <variant>
#include <vector>

namespace tl::app {

struct ExpectedPrompt {
  std::string text;
  std::string answer, foil;  // as they would go on, their blank included
  std::string then;          // what the prompt is continued by
  bool bos = true;
};

// A head taken out while the prompts run: its values at a point become 0.
struct WithoutHead {
  std::string point, head;     // "z", "9.9"
  bool last_position = false;  // there only
};

// A number, or a text.
using Measured = std::variant<double, std::string>;

struct Expectation {
  std::string quantity;  // its name, which no other has
  std::string measure;   // which of measure.hpp's
  std::string processing = "none";
  std::vector<ExpectedPrompt> prompts = {};
  std::optional<WithoutHead> without = {};
  std::string component = {};        // of the measure "attribution"
  std::size_t tokens = 0;            // of the measure "greedy"
  std::vector<std::string> of = {};  // of the measure "difference": two quantities

  std::optional<Measured> expected = {};  // within so much, a text exactly; or else bounds
  double within = 0;
  std::optional<double> at_least = {}, at_most = {};

  bool holds(const Measured& found) const;
};

struct Expectations {
  std::string model, source;  // of which model, and whose numbers
  std::size_t n_layer, n_head, d_model, d_vocab;
  std::vector<Expectation> rows;

  // Throws Error, naming the file, where it cannot be read or is none.
  static Expectations read(const std::string& path);
};

}  // namespace tl::app
