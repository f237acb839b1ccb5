#include <tl/speculation/payoff.hpp>

#include "../catch.hpp"

using namespace tl;

namespace {
// Steps as long as the draft is wanted, at most `most`.
std::size_t steps(Payoff& payoff, std::size_t most, std::size_t rows, std::size_t tokens, double seconds) {
  std::size_t n = 0;
  for (; n != most && payoff.wants_draft(); ++n) payoff.add(true, 1, rows, tokens, 0.1, seconds);
  return n;
}
}  // namespace

TEST_CASE("a draft that pays goes on; one that does not is left for longer each time") {
  Payoff good;
  CHECK(!good.wants_draft());
  for (int i = 0; i != 2; ++i) good.add(false, 1, 1, 1, 0, 1);
  CHECK(steps(good, 100, 4, 3, 1.4) == 100);
  CHECK(good.speedup() == Approx(2));
  CHECK((good.drafted() == 100 && good.turned_off() == 0));

  Payoff bad;
  for (int i = 0; i != 2; ++i) bad.add(false, 1, 1, 1, 0, 1);
  std::vector<std::size_t> pauses;
  for (int i = 0; i != 3; ++i) {
    CHECK(steps(bad, 100, 4, 1, 1.4) == 8);
    std::size_t pause = 0;
    for (; !bad.wants_draft(); ++pause) bad.add(false, 1, 1, 1, 0, 1);
    pauses.push_back(pause);
  }
  CHECK(pauses == std::vector<std::size_t>{32, 64, 128});
  CHECK(bad.speedup() == Approx(1 / 1.5));
}

TEST_CASE("a tree has as many nodes as the time allows") {
  Payoff payoff;
  payoff.add(false, 1, 1, 1, 0, 1);
  payoff.add(false, 1, 2, 1, 0, 1.2);
  payoff.add(false, 1, 3, 1, 0, 1.4);
  TokenTree<Deterministic> tree;
  tree.begin(0, 0);
  tree.expand(0, std::vector<Token>{1, 2, 3}, std::vector<double>{0.6, 0.25, 0.1});
  CHECK(payoff.best_size(tree, 1) == 2);  // 1.6 / 1.2 = 1.33, 1.85 / 1.4 = 1.32
  tree.begin(0, 0);
  tree.expand(0, std::vector<Token>{1}, std::vector<double>{0.1});
  CHECK(payoff.best_size(tree, 1) == 1);
}
