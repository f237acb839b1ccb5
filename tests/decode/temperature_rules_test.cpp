#include <limits>
#include <tl/decode/temperature_rules.hpp>

#include "../catch.hpp"
#include "reference.hpp"

using tl::ConfidenceRange;
using tl::Edt;
using tl::Entropy;
using tl::EntropyRange;

TEST_CASE("the closed forms, against long double") {
  for (std::uint64_t i = 0; i != 300; ++i) {
    const auto u = [&](std::size_t index) { return tl::uniform({i, 0}, 0, tl::Purpose::test, index); };
    const std::size_t n = 2 + static_cast<std::size_t>(u(0) * 50'000);
    const Entropy of{u(1) * std::log(static_cast<double>(n)) + 0.05, 1 - u(2) * (1 - 1 / double(n)), n};
    const double t = 0.1 + 1.5 * u(3), theta = 2 * u(4) - 0.5, base = 0.1 + 0.8 * u(5), spread = u(6),
                 power = 0.3 + 2 * u(7);
    const long double exact = t * std::pow(static_cast<long double>(base), theta / static_cast<long double>(of.nats));
    CHECK(Edt(theta, base)(t, of) ==
          Approx(static_cast<double>(std::clamp(exact, std::min(1e-3L, static_cast<long double>(t)), 1000.0L)))
              .epsilon(1e-6));
    const auto range = [&](long double uncertainty) {
      const long double low = std::max(0.0, t - spread);
      return static_cast<double>(low + (t + spread - low) *
                                           std::pow(std::min(1.0L, uncertainty), static_cast<long double>(power)));
    };
    CHECK(EntropyRange(spread, power)(t, of) ==
          Approx(std::max(1e-3, range(of.nats / std::log(static_cast<long double>(n))))).epsilon(1e-6));
    CHECK(ConfidenceRange(spread, power)(t, of) ==
          Approx(std::max(1e-3, range((1 - static_cast<long double>(of.max_probability)) / (1 - 1.0L / n))))
              .epsilon(1e-6));
  }
}

TEST_CASE("temperature rises with the entropy of random logits") {
  const Edt edt(0.7), reversed(-0.7);
  const EntropyRange range(0.6, 1.5);
  const ConfidenceRange confidence(0.6, 1.5);
  std::vector<float> logits(6);
  std::vector<Entropy> seen;
  for (std::uint64_t i = 0; i != 100'000; ++i) {
    tl::fill_normal(logits, double(i % 13), {i, 0}, 0, tl::Purpose::test);
    seen.push_back(tl::entropy(logits));
  }
  const auto rises = [&](const auto& rule, double sign) {
    bool good = true;
    for (std::size_t i = 1; i != seen.size(); ++i) good &= sign * rule(0.8, seen[i]) >= sign * rule(0.8, seen[i - 1]);
    return good;
  };
  std::ranges::sort(seen, {}, &Entropy::nats);
  CHECK(seen.front().nats < 1e-6);
  CHECK(seen.back().nats == std::log(6.0));
  CHECK((rises(edt, 1) && rises(range, 1) && rises(reversed, -1)));
  std::ranges::sort(seen, std::greater{}, &Entropy::max_probability);
  CHECK(rises(confidence, 1));
}

TEST_CASE("the limits: greedy where the model is certain, the whole range where it knows nothing") {
  const Entropy certain{0, 1, 9}, sure{1e-5, 0.99999, 9}, alone{0, 1, 1}, nothing{std::log(9.0), 1 / 9.0, 9};
  CHECK(Edt(1)(0.8, certain) == 0);
  CHECK(Edt(1)(0.8, sure) == 1e-3);   // the floor
  CHECK(Edt(1)(1e-4, sure) == 1e-4);  // which the user's own temperature may lie below
  CHECK(Edt(1)(0.8, {1e9, 0, 9}) == Approx(0.8));
  CHECK(Edt(-1)(0.8, certain) == 1e3);
  CHECK(EntropyRange(2)(0.8, certain) == 0);
  CHECK(EntropyRange(0.5)(0.8, certain) == Approx(0.3));
  CHECK(EntropyRange(0.5)(0.8, alone) == Approx(0.3));
  CHECK(EntropyRange(0.5)(0.8, nothing) == Approx(1.3));
  CHECK(ConfidenceRange(0.5)(0.8, certain) == Approx(0.3));
  CHECK(ConfidenceRange(0.5)(0.8, alone) == Approx(0.3));
  CHECK(ConfidenceRange(0.5)(0.8, nothing) == Approx(1.3));
}

TEST_CASE("a rule that is off is the fixed temperature to the bit, whatever the entropy") {
  for (const double t : {1e-6, 0.1, 0.7, 1.0, 3.3, 5e3})
    for (const double nats : {0.0, 1e-9, 0.3, 4.0}) {
      const Entropy of{nats, std::exp(-nats), 100};
      CHECK((Edt(0)(t, of) == t && EntropyRange(0)(t, of) == t && ConfidenceRange(0)(t, of) == t));
    }
}

TEST_CASE("numbers out of range are refused by name") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto refused = [](const auto& make, const std::string& words) {
    CHECK(reference::message(make).starts_with(words + " of the dynamic temperature is "));
  };
  for (const double bad : {nan, infinity}) refused([&] { Edt{bad}; }, "theta");
  for (const double bad : {0.0, 1.0, 2.0, -0.8, nan}) refused([&] { Edt(1, bad); }, "the base");
  for (const double bad : {-0.1, nan, infinity}) {
    refused([&] { EntropyRange{bad}; }, "the spread");
    refused([&] { ConfidenceRange{bad}; }, "the spread");
  }
  for (const double bad : {0.0, -1.0, nan, infinity}) refused([&] { EntropyRange(0.5, bad); }, "the exponent");
}
