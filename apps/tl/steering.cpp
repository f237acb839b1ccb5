#include "steering.hpp"

#include <cmath>
#include <tl/kernels/elementwise.hpp>
#include <utility>
#include <vector>

#include "number.hpp"

namespace tl::app {

Steering parse_steering(std::string_view text) {
  const std::size_t first = text.find(':'), last = text.rfind(':');
  if (first == last)
    throw Error("--steer is `", text, "`, where POINT:TEXT_A-TEXT_B:ALPHA is wanted, such as hook_embed:Love-Hate:5");
  Steering steering{
      std::string(text.substr(0, first)), {}, {}, parse_number<float>(text.substr(last + 1), "ALPHA of --steer")};
  if (!std::isfinite(steering.alpha))
    throw Error("ALPHA of --steer is `", text.substr(last + 1), "`, which is not finite");

  const std::string_view texts = text.substr(first + 1, last - first - 1);
  std::size_t hyphens = 0;
  for (std::size_t i = 0; i != texts.size(); ++i) {
    const bool escape = texts[i] == '\\' && i + 1 != texts.size() && texts[i + 1] == '-';
    if (!escape && texts[i] == '-') ++hyphens;
    else (hyphens == 0 ? steering.text_a : steering.text_b) += escape ? texts[++i] : texts[i];
  }
  if (hyphens != 1)
    throw Error("--steer has ", hyphens, " hyphens between its texts `", texts,
                "`, where one tells them apart: write others as \\-");

  const HookRef ref = resolve_or_throw(steering.point, static_cast<std::size_t>(-1));
  if (ref.layer == every_layer)
    throw Error("--steer names `", steering.point, "`: a direction is read at one layer, such as blocks.3.NAME");
  if (info(ref.point).shape == PointShape::head_key_pos)
    throw Error("--steer names `", steering.point,
                "`: scores and patterns have no direction, their width is the length of the past");
  return steering;
}

namespace {
std::vector<float> last_position(const Model& model, const std::string& point, std::string_view text) {
  const std::vector<Token> tokens = model.prompt(text);
  if (tokens.empty()) throw Error("a text of --steer is empty, and the tokenizer has no BOS to stand for it");
  DynamicHooks hooks;
  hooks.capture(point, last_prompt);
  model.with_network([&](const auto& network) { network.run(tokens, model.run_options(), hooks); });
  const auto arrays = hooks.take();
  const auto& values = arrays.front().array.values;
  return {values.begin(), values.end()};
}
}  // namespace

void add_steering(DynamicHooks& hooks, const Model& model, const Steering& steering) {
  std::vector<float> direction = last_position(model, steering.point, steering.text_a);
  const std::vector<float> of_b = last_position(model, steering.point, steering.text_b);
  for (std::size_t i = 0; i != direction.size(); ++i) direction[i] -= of_b[i];
  if (steering.alpha == 0) return;  // adding 0 would still turn -0 into +0
  const auto add = [direction = std::move(direction), alpha = steering.alpha](const DynamicView& rows, const Context&) {
    const std::size_t width = direction.size();
    for (float* row = rows.data; row != rows.data + rows.size(); row += width)
      kernels::add_scaled(alpha, direction.data(), row, width, 1);
  };
  hooks.edit(steering.point, add, not_first);
}

}  // namespace tl::app
