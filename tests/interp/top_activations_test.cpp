#include <tl/interp/top_activations.hpp>

#include <limits>
#include <tl/interp/mean_difference.hpp>
#include "../catch.hpp"
#include "stacks.hpp"

using namespace tl;

TEST_CASE("the greatest of all that are offered are kept, in order") {
  const auto texts = [] {
    std::vector<std::vector<Token>> all_texts;
    for (std::size_t i = 0; i != 9; ++i) all_texts.push_back(some_tokens(5 + i, odd, i));
    return all_texts;
  }();
  const auto model = random_model<odd>();
  std::vector<TopActivation> every;
  for (std::size_t text = 0; text != texts.size(); ++text) {
    const auto run = model.run(texts[text], capture<"blocks.1.mlp.hook_post">());
    for (std::size_t pos = 0; pos != texts[text].size(); ++pos)
      every.push_back({run["blocks.1.mlp.hook_post"_hook](pos, 17), text, pos});
  }
  std::stable_sort(every.begin(), every.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
  const auto found = top_activations(texts, 6, [&](auto tokens) { return neuron_activations(model, tokens, 1, 17); });
  REQUIRE(found.size() == 6);
  for (std::size_t i = 0; i != 6; ++i)
    CHECK(
        (found[i].value == every[i].value && found[i].text == every[i].text && found[i].position == every[i].position));
  CHECK_THROWS_WITH(neuron_activations(model, texts[0], 1, 131),
                    "there is no neuron 131: this model's MLPs have 131 each");
}

TEST_CASE("fewer than were asked for, equals and what is no number") {
  TopActivations top(2);
  top.offer({1, 0, 3});
  CHECK(top.sorted().size() == 1);
  top.offer({std::numeric_limits<float>::quiet_NaN(), 0, 4});
  top.offer({1, 1, 0});
  top.offer({1, 0, 1});
  const auto found = top.sorted();
  REQUIRE(found.size() == 2);
  CHECK((found[0].position == 1 && found[1].position == 3));
  TopActivations nothing(0);
  nothing.offer({1, 0, 0});
  CHECK(nothing.sorted().empty());
}

TEST_CASE("of each text the greatest only") {
  TopActivations top(2, true);
  for (const TopActivation& each :
       {TopActivation{3, 0, 1}, {2, 1, 0}, {4, 0, 2}, {3.5f, 0, 3}, {1, 2, 0}, {2.5f, 2, 1}})
    top.offer(each);
  const auto found = top.sorted();
  REQUIRE(found.size() == 2);
  CHECK((found[0].value == 4 && found[0].text == 0 && found[0].position == 2));
  CHECK((found[1].value == 2.5f && found[1].text == 2));
}

TEST_CASE("along a direction") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> a{some_tokens(5, odd, 1)}, b{some_tokens(8, odd, 2)};
  const auto direction = mean_difference<"blocks.1.hook_resid_mid">(model, a, b);
  const auto values = direction_activations(model, b[0], direction);
  const auto run = model.run(b[0], capture<"blocks.1.hook_resid_mid">());
  REQUIRE(values.size() == 8);
  for (std::size_t pos = 0; pos != 8; ++pos) {
    double sum = 0;
    for (std::size_t i = 0; i != odd.d_model; ++i)
      sum += static_cast<double>(run["blocks.1.hook_resid_mid"_hook](pos, i) * direction.vector(i));
    CHECK(std::abs(static_cast<double>(values[pos]) - sum) < 1e-4);
  }
}
