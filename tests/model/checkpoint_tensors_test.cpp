#include <tl/model/checkpoint_tensors.hpp>

#include <algorithm>
#include <set>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("the list is what a model reads, each tensor once") {
  struct Recorder : RandomSource {
    using RandomSource::RandomSource;
    void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
      REQUIRE(asked.emplace(std::string(name), std::vector<std::size_t>(shape.begin(), shape.end())).second);
      RandomSource::read(name, shape, out);
    }
    std::set<std::pair<std::string, std::vector<std::size_t>>> asked;
  };
  const auto check = [](const Config& config) {
    Recorder source(1);
    const Weights<dynamic_gpt2> weights(source, config, 1);
    std::set<std::pair<std::string, std::vector<std::size_t>>> listed;
    for (const io::TensorSpec& tensor : checkpoint_tensors(config)) listed.emplace(tensor.name, tensor.shape);
    CHECK(listed == source.asked);
  };
  check(odd);
  check(attention_only);
  Config untied = odd;
  untied.tied_unembed = false;
  check(untied);
}
