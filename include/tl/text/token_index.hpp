#pragma once
// The bytes of every token, and the way back from bytes to the token.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <vector>

namespace TL_NAMESPACE::text {

class TokenIndex {
 public:
  // tokens[id] are the bytes of the token id.
  explicit TokenIndex(std::span<const std::string> tokens) {
    std::size_t slots = 16;
    while (slots < 2 * tokens.size()) slots *= 2;
    slots_.resize(slots);
    starts_.reserve(tokens.size() + 1);
    for (const std::string& token : tokens) {
      starts_.push_back(bytes_.size());
      bytes_ += token;
    }
    starts_.push_back(bytes_.size());
  }

  std::size_t size() const { return starts_.size() - 1; }
  std::string_view operator[](Token token) const {
    const auto id = static_cast<std::size_t>(token);
    return {bytes_.data() + starts_[id], starts_[id + 1] - starts_[id]};
  }

  // Makes find() give this token for its bytes. False, and nothing changed, where another token has the same bytes.
  bool insert(Token token) {
    const std::string_view bytes = (*this)[token];
    const std::uint64_t hash = hash_of(bytes);
    Slot& slot = slots_[slot_of(bytes, hash)];
    if (slot.token != no_token) return false;
    slot = {static_cast<std::uint32_t>(hash >> 32), token};
    return true;
  }

  static constexpr Token no_token = -1;
  // The inserted token of these bytes, or no_token.
  Token find(std::string_view bytes) const { return slots_[slot_of(bytes, hash_of(bytes))].token; }

 private:
  struct Slot {
    std::uint32_t tag = 0;  // the upper half of the hash: most strangers are told apart without a look at their bytes
    Token token = no_token;
  };

  std::size_t slot_of(std::string_view bytes, std::uint64_t hash) const {
    const std::size_t mask = slots_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t slot = hash & mask;
    while (slots_[slot].token != no_token && (slots_[slot].tag != tag || (*this)[slots_[slot].token] != bytes))
      slot = (slot + 1) & mask;
    return slot;
  }

  // Eight bytes at a time, the last eight overlapping; two multiplications for most words.
  static std::uint64_t hash_of(std::string_view bytes) {
    const auto load = [](const char* from, std::size_t count) {
      std::uint64_t value = 0;
      std::memcpy(&value, from, count);
      return value;
    };
    const auto mix = [](std::uint64_t h) {
      h *= 0x9E3779B97F4A7C15u;
      return h ^ h >> 29;
    };
    const char* data = bytes.data();
    std::size_t size = bytes.size();
    std::uint64_t hash = size;
    for (; size > 8; size -= 8, data += 8) hash = mix(hash ^ load(data, 8));
    if (bytes.size() >= 8) {
      hash = mix(hash ^ load(data + size - 8, 8));
    } else if (size >= 4) {
      hash = mix(hash ^ (load(data, 4) | load(data + size - 4, 4) << 32));
    } else if (size != 0) {
      const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(data[i])}; };
      hash = mix(hash ^ (byte(0) | byte(size / 2) << 8 | byte(size - 1) << 16));
    }
    return mix(hash);
  }

  std::string bytes_;
  std::vector<std::size_t> starts_;
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

}  // namespace TL_NAMESPACE::text
