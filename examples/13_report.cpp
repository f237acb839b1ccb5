// A report: what a model does with a prompt, as one HTML file that needs no network.
#include <iostream>
#include <tl/tl.hpp>
namespace report = tl::report;

int main(int argc, char** argv) try {
  const std::string folder = argc > 1 ? argv[1] : "models/tinystories-6l", out = argc > 2 ? argv[2] : "/dev/null";
  const auto model = tl::load<tl::tinystories_6l>(folder);
  const std::string text = "Lily and Tom went to the park. Tom gave a ball to";
  const auto prompt = model.prompt(text);
  std::vector<std::string> words;
  for (const tl::Token token : prompt) words.emplace_back(model.tokenizer().token_bytes(token));

  report::Attention heads{.title = "Attention by head", .tokens = words, .layers = {}};
  const auto run = model.run(prompt, tl::capture<"blocks.*.attn.hook_pattern">());
  run.for_each([&](const std::string& name, auto pattern) { heads.layers.emplace_back(name.substr(0, 8), pattern); });

  const tl::LogitLens lens = tl::logit_lens(model, prompt);
  report::HeatMap layers{.title = "The logit lens", .grid = lens.kl, .row_labels = lens.labels, .column_labels = words};
  layers.unit = "nats to the output";
  for (const auto& top : lens.top.values()) layers.cell_text.emplace_back(model.tokenizer().token_bytes(top.token));

  const tl::LogitTarget target{.answer = tl::single_token(model.tokenizer(), " Lily")};
  const auto why = tl::logit_attribution(model, prompt, target, {.where = tl::at{-1}});
  const auto values = why.values.values();
  const report::Bars bars{
      .title = "What adds to Lily's logit", .labels = why.labels, .values = {values.begin(), values.end()}};

  report::Report page("A ball for Lily", {{"prompt", text}, {"model", folder}});
  page.section("Heads").text("A square is a head; a row is a token, a column what it attends to.").add(heads);
  page.section("Layers").add(layers).add(bars);
  page.save(out);
  std::cout << page.html().size() / 1000 << " KB in " << out << '\n';
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
