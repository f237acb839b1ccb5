#include "generation_report.hpp"

#include <nlohmann/json.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/report/report.hpp>
#include <tl/report/token_text.hpp>

namespace tl::app {

void write_generation_report(const std::string& path, const Model& model, std::span<const std::vector<Token>> texts,
                             std::span<const std::vector<DrawnFrom>> steps, const nlohmann::ordered_json& made) {
  report::Report page("What was drawn from what", table_of(made));
  for (std::size_t i = 0; i != texts.size(); ++i) {
    report::Passage passage;
    report::Series entropy{"entropy, nats", {}}, temperature{"temperature", {}};
    for (std::size_t step = 0; step != texts[i].size(); ++step) {
      const Token token = texts[i][step];
      passage.tokens.push_back(model.has_tokenizer() ? model.token(token) : std::to_string(token));
      passage.values.push_back(static_cast<float>(steps[i][step].entropy));
      entropy.y.push_back(steps[i][step].entropy);
      temperature.y.push_back(steps[i][step].temperature);
    }
    page.section(texts.size() == 1 ? "The text" : "Text " + std::to_string(i))
        .add(report::TokenText{.title = "Entropy of what each token was drawn from",
                               .passages = {std::move(passage)},
                               .unit = "nats",
                               .note = "Of the model's distribution over all tokens, before bias, penalties and "
                                       "temperature: the darker, the less sure the model was."})
        .add(report::LineChart{.title = "Temperature along the text",
                               .series = {std::move(temperature)},
                               .x_label = "generated token",
                               .y_label = "temperature"})
        .add(report::LineChart{.title = "Entropy along the text",
                               .series = {std::move(entropy)},
                               .x_label = "generated token",
                               .y_label = "nats"});
  }
  page.save(path);
}

}  // namespace tl::app
