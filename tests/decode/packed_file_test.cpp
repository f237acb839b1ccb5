#include <cstdint>
#include <cstring>
#include <tl/decode/load.hpp>
#include <tl/decode/packed_file.hpp>
#include <tl/model/random_source.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"

using namespace tl;

namespace {

constexpr Config small{.n_layer = 2, .n_head = 2, .d_model = 20, .d_head = 10, .d_mlp = 50, .n_ctx = 12, .d_vocab = 70};
constexpr Config separate{.n_layer = 1,
                          .n_head = 1,
                          .d_model = 9,
                          .d_head = 3,
                          .d_mlp = 0,
                          .n_ctx = 5,
                          .d_vocab = 33,
                          .norm = Norm::none,
                          .tied_unembed = false};

void save(const Scratch& folder, const Config& config, std::uint64_t seed = 1) {
  RandomSource source(seed, 0.2f);
  io::save_hugging_face(folder.path(), {config}, source);
}
template <StorageType S>
std::string pack(const Scratch& folder) {
  io::CheckpointFolder checkpoint(folder.path());
  const Gpt2<dynamic_gpt2, S> model(checkpoint, checkpoint.config());
  save_packed(model.weights(), model.config(), checkpoint);
  return packed_path(folder.path(), storage_name<S>);
}
std::vector<float> logits(const auto& model) {
  const std::vector<Token> tokens{3, 0, 4, 1};
  const auto all = model(tokens);
  return {all.values().begin(), all.values().end()};
}
std::string reason(const std::string& sentence) {
  const auto begin = sentence.find("' ") + 2;
  return sentence.substr(begin, sentence.find(':', begin) - begin);
}

}  // namespace

TEMPLATE_TEST_CASE("a packed file gives the model of its checkpoint, bit for bit, and is really read", "", float, bf16,
                   int8) {
  for (const Config& config : {small, separate}) {
    const Scratch folder;
    save(folder, config);
    const auto expected = logits(load_network<dynamic_gpt2, TestType>(folder.path()));
    const std::string path = pack<TestType>(folder);
    const auto packed = load_network<dynamic_gpt2, TestType>(folder.path());
    CHECK(logits(packed) == expected);
    CHECK(packed.weights().bytes() % cache_line == 0);
    // Nothing but the packed file knows of this: a sign in the embedding of token 0, with a checksum to match.
    std::string bytes = file_text(path);
    PackedHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    bytes[4096 + 3] = static_cast<char>(bytes[4096 + 3] ^ 0x80);
    header.checksum = detail::packed_checksum(std::as_bytes(std::span(bytes)).subspan(4096), 2);
    std::memcpy(bytes.data(), &header, sizeof header);
    folder.write(std::filesystem::path(path).filename().string(), bytes);
    CHECK(logits(load_network<dynamic_gpt2, TestType>(folder.path())) != expected);
  }
}

TEST_CASE("a packed file that does not belong is refused in one sentence") {
  const Scratch folder;
  save(folder, small);
  const std::string path = pack<float>(folder), name = std::filesystem::path(path).filename().string();
  const std::string good = file_text(path);
  const auto refusal = [&](std::size_t at, char value) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ value);
    folder.write(name, bytes);
    return reason(error_of([&] { load_network(folder.path()); }));
  };
  CHECK(refusal(0, 1) == "is no packed file");
  CHECK(refusal(offsetof(PackedHeader, version), 7) == "was packed by another version of tl");
  CHECK(refusal(offsetof(PackedHeader, storage), 1) == "was packed for another configuration");
  CHECK(refusal(offsetof(PackedHeader, n_head), 1) == "was packed for another configuration");
  CHECK(refusal(offsetof(PackedHeader, checkpoint), 1) == "was packed from another checkpoint");
  CHECK(refusal(offsetof(PackedHeader, checksum), 1) == "is damaged");
  CHECK(refusal(offsetof(PackedHeader, bytes), 64) == "is not as long as it should be");
  CHECK(refusal(good.size() - 1, 1) == "is damaged");
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, std::size_t{4095}}) {
    folder.write(name, good.substr(0, size));
    CHECK(reason(error_of([&] { load_network(folder.path()); })) == "is no packed file");
  }
  folder.write(name, good.substr(0, good.size() - 64));
  CHECK(reason(error_of([&] { load_network(folder.path()); })) == "is not as long as it should be");
  // Arrays that are too few for the configuration, with a header to match.
  std::string bytes = good.substr(0, good.size() - 64);
  PackedHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.bytes -= 64;
  header.checksum = detail::packed_checksum(std::as_bytes(std::span(bytes)).subspan(4096), 1);
  std::memcpy(bytes.data(), &header, sizeof header);
  folder.write(name, bytes);
  CHECK(reason(error_of([&] { load_network(folder.path()); })) == "is too short for its model");
  folder.write(name, good);
  save(folder, small, 2);
  CHECK(reason(error_of([&] { load_network(folder.path()); })) == "was packed from another checkpoint");
}
