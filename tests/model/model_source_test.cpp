#include <tl/model/model_source.hpp>

#include <tl/model/checkpoint_tensors.hpp>
#include "../catch.hpp"
#include "small_models.hpp"

using namespace tl;

TEST_CASE("a model gives back every tensor it was made of") {
  const auto check = [](const Config& config) {
    RandomSource original(11);
    const Gpt2<dynamic_gpt2> model(original, config);
    ModelSource copy(model.weights());
    for (const io::TensorSpec& tensor : checkpoint_tensors(config)) {
      std::size_t size = 1;
      for (std::size_t extent : tensor.shape) size *= extent;
      std::vector<float> expected(size), found(size);
      original.read(tensor.name, tensor.shape, expected.data());
      copy.read(tensor.name, tensor.shape, found.data());
      INFO(tensor.name);
      CHECK((found == expected));
    }
  };
  check(odd);
  check(attention_only);
  Config untied = odd;
  untied.tied_unembed = false;
  check(untied);
  const auto model = random_model<odd>();
  ModelSource source(model.weights());
  float out;
  CHECK_THROWS_WITH(source.read("h.9.ln_1.weight", {}, &out), "this model has no tensor `h.9.ln_1.weight`");
}
