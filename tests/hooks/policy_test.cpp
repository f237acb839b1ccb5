#include <memory>
#include <string>
#include <tl/hooks/policy.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

namespace {
// Calls the policy on rows of a [row, d_model] view at its own point, layer 0.
template <class P>
void call(P& policy, Residual& values, const std::vector<tl::Row>& rows) {
  policy.call(values.view(), tl::Context(0, P::ref.point, rows));
}
// The position of the first row of each call, and the number of rows: "1+3 5+1".
struct Runs {
  std::string text{};
  void operator()(auto view, const tl::Context& at) {
    REQUIRE(view.template extent<"row">() == at.rows());
    if (!text.empty()) text += ' ';
    text += std::to_string(at.position()) + '+' + std::to_string(at.rows());
  }
};
// It can be moved only.
struct Counter {
  std::unique_ptr<int> calls = std::make_unique<int>(0);
  void operator()(auto, const tl::Context&) { ++*calls; }
};
constexpr tl::fixed_string resid = "blocks.*.hook_resid_pre";
}  // namespace

TEST_CASE("an edit writes through the view, an observer sees a const one") {
  auto values = counted<Residual>(2);
  const auto rows = made_rows(2, 2);
  auto negate = tl::edit<resid>([](auto view, const tl::Context&) {
    for (float& x : view.values()) x = -x;
  });
  call(negate, values, rows);
  REQUIRE(values(0, 0) == -1);
  REQUIRE(values(1, 3) == -8);
  float last = 0;
  auto look = tl::observe<resid>([&](auto view, const tl::Context& at) {
    STATIC_REQUIRE(std::is_same_v<typename decltype(view)::value_type, const float>);
    last = view(at.rows() - 1, 3);
  });
  call(look, values, rows);
  REQUIRE(last == -8);
}

TEST_CASE("a callable may say the tensor it takes") {
  auto values = counted<Residual>(2);
  const auto rows = made_rows(2, 2);
  auto zero = tl::edit<resid>(
      [](tl::TensorView<float, tl::Dim<"row">, tl::Dim<"d_model">> view, tl::Context) { fill(view, 0); });
  call(zero, values, rows);
  REQUIRE(values_of(values) == std::vector<float>(8, 0.f));
}

TEST_CASE("an lvalue is kept by reference, an rvalue is moved in") {
  auto values = counted<Residual>(1);
  const auto rows = made_rows(1, 1);
  Counter counter;
  auto referring = tl::observe<resid>(counter);
  call(referring, values, rows);
  call(referring, values, rows);
  REQUIRE(*counter.calls == 2);
  auto owning = tl::observe<resid>(std::move(counter)).where(tl::all);
  REQUIRE(counter.calls == nullptr);
  call(owning, values, rows);
  REQUIRE(*owning.callable().calls == 3);
}

TEST_CASE("where gives one call for each longest run of rows") {
  auto values = counted<Residual>(6);
  auto rows = made_rows(6, 4);
  const auto runs = [&](auto predicate) {
    auto policy = tl::observe<resid>(Runs{}).where(predicate);
    call(policy, values, rows);
    return policy.callable().text;
  };
  REQUIRE(runs(tl::all) == "0+6");
  REQUIRE(runs(tl::not_first) == "1+5");
  REQUIRE(runs(tl::prompt_only) == "0+4");
  REQUIRE(runs(tl::generated_only) == "4+2");
  REQUIRE(runs(tl::last_prompt) == "3+1");
  REQUIRE(runs(tl::at{0, 1, 3, -1, 5}) == "0+2 3+1 5+1");
  REQUIRE(runs(tl::at{17}).empty());
  // Of two sequences in one batch each row goes by its own.
  const auto second = made_rows(2, 1, 0, 1);
  std::copy(second.begin(), second.end(), rows.begin() + 4);
  REQUIRE(runs(tl::not_first) == "1+3 1+1");
  REQUIRE(runs(tl::last_prompt) == "3+2");
}

TEST_CASE("the view of a run is its rows") {
  auto values = counted<Residual>(4);
  const auto rows = made_rows(4, 4);
  auto zero = tl::edit<resid>([](auto view, const tl::Context&) { fill(view, 0); }).where(tl::at{1, 2});
  call(zero, values, rows);
  REQUIRE(values_of(values) == std::vector<float>{1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 13, 14, 15, 16});
}

TEST_CASE("scores and patterns come a row at a time, and where chooses among them") {
  auto pattern = counted<Pattern>(3);
  const auto row = made_rows(1, 3, 2);
  const tl::Context at(0, tl::Point::pattern, row);
  int calls = 0;
  const auto count = [&](auto view, const tl::Context& here) {
    REQUIRE(view.template extent<"key_pos">() == 3);
    REQUIRE(here.position() == 2);
    ++calls;
  };
  auto last = tl::observe<"blocks.*.attn.hook_pattern">(count).where(tl::last_prompt);
  last.call(pattern.view(), at);
  REQUIRE(calls == 1);
  auto first = tl::observe<"blocks.*.attn.hook_pattern">(count).where(tl::at{0});
  first.call(pattern.view(), at);
  REQUIRE(calls == 1);
}

TEST_CASE("a policy that mixes rows is offered one sequence a call") {
  auto values = counted<Residual>(5);
  auto rows = made_rows(3, 3);
  const auto second = made_rows(2, 2, 0, 1);
  rows.insert(rows.end(), second.begin(), second.end());
  auto policy = tl::edit<resid>(Runs{}).mixing_rows();
  STATIC_REQUIRE(decltype(policy)::mixes_rows);
  call(policy, values, rows);
  REQUIRE(policy.callable().text == "0+3 0+2");
}

TEST_CASE("applies tells what where was given") {
  const auto policy = tl::edit<resid>(Runs{}).where(tl::generated_only);
  REQUIRE(policy.applies(5, {0, 5}));
  REQUIRE_FALSE(policy.applies(4, {0, 5}));
}
