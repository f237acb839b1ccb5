#include <tl/decode/load.hpp>

#include <cmath>
#include <filesystem>
#include <tl/model/model_source.hpp>
#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "reference.hpp"

using namespace tl;

TEST_CASE("a folder is loaded with the program's Config, or with its own; the bits are the same") {
  const std::string folder = TL_SOURCE_DIR "/models/tinystories-6l";
  const auto fixed = load<tinystories_6l>(folder);
  const auto free = load(folder);
  const auto tokens = some_tokens(40, tinystories_6l);
  CHECK(same_bits(fixed(tokens), free(tokens)));
  CHECK(same_bits(fixed(tokens), load_network(folder)(tokens)));
  CHECK(reference::mentions(reference::message([&] { load<gpt2_small>(folder); }),
                            "the checkpoint is of another shape than the program's Config: n_layer 6 against 12"));
}

TEST_CASE("a folder is loaded processed where the type says so") {
  const std::string folder = TL_SOURCE_DIR "/models/tinystories-6l";
  constexpr WeightProcessing standard = WeightProcessing::standard();
  const auto tokens = some_tokens(40, tinystories_6l);
  const auto raw = load_network(folder);
  const auto any = load<dynamic_gpt2, float, Basis::centred>(folder, standard);
  const auto fixed = load_network<processed(tinystories_6l, standard), float, Basis::centred>(folder, standard);
  CHECK(any.processing() == standard);
  CHECK(raw.processing() == WeightProcessing::none());
  CHECK(same_bits(any(tokens), fixed(tokens)));
  CHECK(any.loss(tokens) == Approx(raw.loss(tokens)).epsilon(1e-5));
  CHECK(std::abs(any(tokens)(0, 0) - raw(tokens)(0, 0)) > 0.1f);
  CHECK(same_bits(load_network<dynamic_gpt2, float, Basis::raw>(folder, {})(tokens), raw(tokens)));
  CHECK(load_network<dynamic_gpt2, bf16, Basis::raw>(folder, {.fold_ln = true}).loss(tokens) ==
        Approx(raw.loss(tokens)).epsilon(1e-2));
  CHECK(reference::mentions(reference::message([&] { load_network<dynamic_gpt2, float, Basis::raw>(folder, standard); }),
                            "write Gpt2<C, Storage, Basis::centred>"));
  CHECK(reference::mentions(
      reference::message([&] { load_network<tinystories_6l, float, Basis::centred>(folder, standard); }),
      "of another shape than the program's Config: tied_unembed 0 against 1"));
}

TEST_CASE("what is saved is loaded again, bit for bit") {
  const auto folder = std::filesystem::temp_directory_path() / "tl_load_test";
  const auto model = random_model<dynamic_gpt2>(odd);
  ModelSource source(model.weights());
  io::save_hugging_face(folder.string(), {model.config()}, source);
  const auto again = load_network<odd>(folder.string());
  const auto tokens = some_tokens(20, odd);
  CHECK(same_bits(model(tokens), again(tokens)));
  std::filesystem::remove_all(folder);
}
