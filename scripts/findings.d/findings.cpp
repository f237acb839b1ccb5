// findings MODEL STORIES.txt PICTURES: the numbers and pictures of docs/findings.md.
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <tl/decode/load.hpp>
#include <tl/interp/contrast.hpp>
#include <tl/interp/copying.hpp>
#include <tl/interp/head_ablation.hpp>
#include <tl/interp/logit_attribution.hpp>
#include <tl/interp/logit_lens.hpp>
#include <tl/interp/patchscope_scores.hpp>
#include <tl/io/output_file.hpp>
#include <tl/report/heat_map.hpp>
#include <tl/report/line_chart.hpp>
#include <vector>

namespace {

using namespace tl;
using Model = LanguageModel<dynamic_gpt2>;
using Processed = LanguageModel<dynamic_gpt2, float, Basis::centred>;

std::filesystem::path pictures;

template <class Chart>
void draw(const std::string& name, const Chart& chart) {
  io::OutputFile file((pictures / ("findings_" + name + ".svg")).string());
  file.write(chart.svg());
  file.commit();
}

// One line a story.
std::vector<std::string> read_stories(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> stories;
  for (std::string line; std::getline(file, line);)
    if (line.find(' ') != line.npos) stories.push_back(line);
  if (stories.empty()) throw Error("there are no stories in ", path);
  return stories;
}

void heading(const std::string& text) { std::cout << "\n## " << text << "\n\n"; }

// A row of a table: what it is of, and a number for each column.
void row(const std::string& name, const std::vector<double>& values) {
  std::cout << "| " << name << " |";
  for (const double value : values) std::printf(" %.3f |", value);
  std::cout << std::endl;
}

void add(HeadScores& sum, const HeadScores& scores, double share) {
  for (std::size_t i = 0; i != sum.size(); ++i) sum.data()[i] += static_cast<float>(share * double{scores.data()[i]});
}
void rank(const std::string& what, const HeadScores& scores, std::size_t count) {
  std::cout << "| " << what << " |";
  const auto heads = ranked(scores);
  for (std::size_t i = 0; i != count; ++i)
    std::printf(" %zu.%zu %.3f |", heads[i].at.layer, heads[i].at.head, double{heads[i].score});
  std::cout << std::endl;
}

report::HeatMap of_heads(const std::string& title, const HeadScores& scores, report::Colors colors) {
  report::HeatMap map{.title = title, .grid = scores, .colors = colors};
  for (const float score : scores.values()) {
    std::array<char, 16> text;
    std::snprintf(text.data(), text.size(), "%.2f", std::abs(score) < 0.005f ? 0. : double{score});  // 0.00 has no sign
    map.cell_text.emplace_back(text.data());
  }
  return map;
}

// What each head adds itself to the logit of the right next token on the second copy, above the mean of all logits.
HeadScores direct(const Processed& model, const RepeatedTokens& tokens) {
  const Config& c = model.config();
  HeadScores mean(c.n_layer, c.n_head);
  const std::size_t first = tokens.second_copy(), count = tokens.size() - 1 - first;
  for (std::size_t pos = first; pos != first + count; ++pos) {
    const auto why =
        logit_attribution(model, tokens, {tokens[pos + 1]}, {.where = at{static_cast<std::ptrdiff_t>(pos)}});
    for (std::size_t layer = 0; layer != c.n_layer; ++layer)
      for (std::size_t head = 0; head != c.n_head; ++head) {
        const auto row = std::ranges::find(why.labels, head_label(layer, head)) - why.labels.begin();
        mean(layer, head) += why.values(static_cast<std::size_t>(row), 0) / static_cast<float>(count);
      }
  }
  return mean;
}

void induction_heads(const Model& model, const Processed& processed) {
  heading("Induction heads: [BOS r r], n = 50, means over 8 random r");
  const Config& c = model.config();
  constexpr std::size_t sequences = 8;
  HeadScores previous(c.n_layer, c.n_head), duplicate = clone(previous.view()), induction = clone(previous.view()),
                                            effect = clone(previous.view());
  CopyLosses losses;
  for (std::uint64_t stream = 0; stream != sequences; ++stream) {
    const RepeatedTokens tokens(c.d_vocab, {.length = 50, .bos = model.tokenizer().bos(), .random = {0, stream}});
    constexpr double share = 1. / sequences;
    add(previous, detect_heads(model, tokens, previous_token), share);
    add(duplicate, detect_heads(model, tokens, duplicate_token), share);
    add(induction, induction_scores(model, tokens), share);
    add(effect, ablation_effects(model, tokens), share);
    const CopyLosses one = copy_losses(model, tokens);
    losses.first += share * one.first, losses.second += share * one.second;
    losses.second_accuracy += share * one.second_accuracy;
  }
  rank("previous token", previous, 6);
  rank("duplicate token", duplicate, 6);
  rank("induction, offset n - 1", induction, 6);
  rank("effect of mean ablation, nats", effect, 6);
  const RepeatedTokens first(c.d_vocab, {.length = 50, .bos = model.tokenizer().bos()});
  rank("adds itself to the right logit", direct(processed, first), 6);
  std::printf("\nloss %.2f on the first copy, %.2f on the second, %.0f %% of it right\n", losses.first, losses.second,
              100 * losses.second_accuracy);
  double others = 0;
  std::size_t found = 0;
  for (std::size_t i = 0; i != induction.size(); ++i)
    if (induction.data()[i] >= 0.2f) ++found;
    else others = std::max(others, std::abs(double{effect.data()[i]}));
  const HeadAt best = ranked(induction).front().at;
  std::printf("heads with an induction score of .2 or more: %zu\n", found);
  std::printf("the best one's effect: %.2f; the greatest, either way, of a head with a lower score: %.2f\n",
              double{effect(best.layer, best.head)}, others);
  const CopyingScores copying = copying_scores(processed);
  std::printf("copying scores from weights: %.2f of the best one; in its layer",
              double{copying(best.layer, best.head)});
  for (const float score : copying(best.layer).values()) std::printf(" %.2f", double{score});
  std::cout << std::endl;
  draw("induction", of_heads("Induction score", induction, report::sequential(0, 1)));
  report::HeatMap effects = of_heads("What a head's ablation costs", effect, report::diverging());
  effects.unit = "nats";
  draw("effects", effects);
}

void lens(const Model& model, const std::vector<std::string>& stories) {
  heading("Where the answer settles: logit lens, rows are what enters each layer and what leaves the last");
  const std::size_t rows = model.config().n_layer + 1;
  std::vector<double> settled(rows), agrees(rows), kl(rows);
  double positions = 0;
  for (const std::string& story : stories) {
    const LogitLens one = logit_lens(model, model.prompt(story));
    positions += static_cast<double>(one.positions.size());
    for (std::size_t pos = 0; pos != one.positions.size(); ++pos) {
      ++settled[one.first_layer(pos)];
      for (std::size_t layer = 0; layer != rows; ++layer) {
        agrees[layer] += one.agrees(layer, pos);
        kl[layer] += double{one.kl(layer, pos)};
      }
    }
  }
  std::vector<double> so_far;
  for (std::size_t layer = 0; layer != rows; ++layer) {
    settled[layer] /= positions, agrees[layer] /= positions, kl[layer] /= positions;
    so_far.push_back(settled[layer] + (layer == 0 ? 0 : so_far.back()));
  }
  std::printf("%zu stories, %.0f positions\n\n", stories.size(), positions);
  row("settles at", settled);
  row("says the final token", agrees);
  row("KL(final, row), nats", kl);
  draw("lens", report::LineChart{.title = "The logit lens over stories",
                                 .series = {{"says the final token", agrees}, {"and keeps to it", so_far}},
                                 .x_label = "what enters the layer; last: the output",
                                 .y_label = "share of positions"});

  const auto prompt = model.prompt("Lily and Tom went to the park. Tom gave a ball to Lily");
  const LogitLens one = logit_lens(model, prompt);
  report::HeatMap map{.title = "What each layer would say next", .grid = one.kl, .row_labels = one.labels};
  map.unit = "nats to the output";
  const auto bytes = [&](Token token) { return std::string(model.tokenizer().token_bytes(token)); };
  for (const Token token : prompt) map.column_labels.push_back(bytes(token));
  for (const TokenLogProb& top : one.top.values()) map.cell_text.push_back(bytes(top.token));
  draw("lens_sentence", map);
}

void raw_and_processed(const Model& model, const Processed& processed) {
  heading("Greedy text from raw and from processed weights, 100 tokens");
  const GenerateOptions options{.max_new_tokens = 100, .sampling = {.temperature = 0}};
  for (const char* prompt : {"Once upon a time", "One day, Lily", "The big dog", "Tom and Sue went to"}) {
    const std::string raw = model.generate(prompt, options).text, standard = processed.generate(prompt, options).text;
    std::cout << prompt << ": " << raw.size() << " bytes, " << (raw == standard ? "the same" : "not the same")
              << std::endl;
  }
}

std::vector<double> by_layer(const PatchscopeScores& scores, double (PatchscopeScores::*measure)(std::size_t) const) {
  std::vector<double> values;
  for (std::size_t layer = 0; layer != scores.rows(); ++layer) values.push_back((scores.*measure)(layer));
  return values;
}

PatchscopeTarget target(const Model& model, std::string_view text, std::string_view slot = {}) {
  PatchscopeTarget made{model.prompt(text).ids()};
  if (slot.empty()) return made;
  const auto found = std::ranges::find(made.tokens, single_token(model.tokenizer(), slot));
  if (found == made.tokens.end()) throw Error("there is no `", slot, "` in `", text, "`");
  made.position = found - made.tokens.begin();
  return made;
}

void names_in_a_story(const Model& model) {
  heading("What a state can tell another story: names put in where a story has Lily, by layer");
  std::vector<PatchscopeSource> at_slot, earlier, at_short_slot;
  for (const char* name :
       {"Tom",   "Sue",  "Ben",   "Anna",  "Tim",   "Mia",   "Max",   "Lucy", "Sam",   "Jack",   "Bob",
        "Amy",   "Spot", "Jill",  "Sarah", "Tommy", "Timmy", "Emma",  "Sara", "Jane",  "Fluffy", "Bella",
        "John",  "Mary", "Peter", "Lila",  "Lisa",  "Jimmy", "Billy", "Mark", "Bobby", "Daisy",  "Kitty",
        "Buddy", "Rex",  "Molly", "Ella",  "Jenny", "Susie", "Joe",   "Leo"}) {
    single_token(model.tokenizer(), std::string(" ") + name);  // throws where it is not one
    at_slot.push_back({model.prompt(std::string("The big dog ran up to ") + name).ids()});
    earlier.push_back({model.prompt(std::string("The dog ran to ") + name).ids()});
  }
  const std::string named = "There was a little girl named Lily. One day,", asks = named + " her mom said, \"Hello,";
  const auto show = [&](const std::string& what, PatchscopeScores scores) {
    row(what + ": says the name", by_layer(scores, &PatchscopeScores::identity_at_1));
    row(what + ": the next prompt's name", by_layer(scores, &PatchscopeScores::swapped_identity_at_1));
    row(what + ": what it says unpatched", by_layer(scores, &PatchscopeScores::unmoved));
    return scores;
  };
  std::printf("%zu names\n\n", at_slot.size());
  const auto story = show("story", patchscope_scores(model, at_slot, model, target(model, asks, " Lily")));
  show("story, read two positions earlier", patchscope_scores(model, earlier, model, target(model, asks, " Lily")));
  show("story that ends at *One day,*", patchscope_scores(model, at_slot, model, target(model, named, " Lily")));
  const auto identity =
      show("token identity", patchscope_scores(model, at_slot, model, target(model, token_identity_prompt)));
  draw("names", report::LineChart{
                    .title = "A name's state, put into a story",
                    .series = {{"story: says the name", by_layer(story, &PatchscopeScores::identity_at_1)},
                               {"story: the next prompt's", by_layer(story, &PatchscopeScores::swapped_identity_at_1)},
                               {"story: still Lily", by_layer(story, &PatchscopeScores::unmoved)},
                               {"token identity", by_layer(identity, &PatchscopeScores::identity_at_1)}},
                    .x_label = "what enters the layer; last: the output",
                    .y_label = "precision@1"});
}

void next_tokens(const Model& model, const std::vector<std::string>& stories) {
  heading("Next-token prediction from a state, precision@1 by layer");
  std::vector<PatchscopeSource> pieces;
  for (const std::string& story : stories) {
    std::istringstream words(story);
    std::string piece;
    std::size_t count = 0;
    for (std::string word; words >> word && count != 40;) {
      piece += (count++ ? " " : "") + word;
      if (count % 8 == 0) pieces.push_back({model.prompt(piece).ids()});
    }
  }
  std::printf("%zu pieces\n\n", pieces.size());
  report::LineChart chart{.title = "The next token, from a state",
                          .series = {},
                          .x_label = "what enters the layer; last: the output",
                          .y_label = "precision@1"};
  const auto show = [&](const std::string& name, std::string_view text) {
    const PatchscopeScores scores = patchscope_scores(model, pieces, model, target(model, text));
    const auto precision = by_layer(scores, &PatchscopeScores::precision_at_1);
    row(name, precision);
    row(name + ", swapped", by_layer(scores, &PatchscopeScores::swapped_precision_at_1));
    row(name + ", the word itself", by_layer(scores, &PatchscopeScores::identity_at_1));
    row(name + ", surprisal in nats", by_layer(scores, &PatchscopeScores::surprisal));
    chart.series.push_back({name, precision});
  };
  show("token identity", token_identity_prompt);
  show("cat cat dog dog 1234 ...", attribute_prompt);
  show("cat cat dog dog mom mom ...", "cat cat dog dog mom mom park park x");
  std::vector<double> agrees(model.config().n_layer + 1);
  for (const PatchscopeSource& piece : pieces) {
    const LogitLens one = logit_lens(model, piece.tokens, {.kl = false, .where = at{-1}});
    for (std::size_t layer = 0; layer != one.rows(); ++layer)
      agrees[layer] += one.agrees(layer, 0) / double(pieces.size());
  }
  row("logit lens", agrees);
  chart.series.push_back({"logit lens", agrees});
  draw("next_token", chart);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 4) throw tl::Error("usage: findings MODEL STORIES.txt PICTURES");
  const auto model = tl::load(argv[1]);
  const auto processed =
      tl::load<tl::dynamic_gpt2, float, tl::Basis::centred>(argv[1], tl::WeightProcessing::standard());
  const auto stories = read_stories(argv[2]);
  pictures = argv[3];
  induction_heads(model, processed);
  lens(model, stories);
  raw_and_processed(model, processed);
  names_in_a_story(model);
  next_tokens(model, stories);
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
