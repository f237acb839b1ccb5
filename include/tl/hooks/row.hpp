#pragma once
// A row: one token position to be computed. Prefill, decode, ragged batches and trees are rows of different pasts.
#include <cstdint>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>

namespace TL_NAMESPACE {

enum class RowKind : std::uint8_t { plain, draft, beacon, scaled };
enum class Phase : std::uint8_t { prefill, decode, verify };

struct Row {
  Token token;                  // or none: -1 where a residual enters at a later layer
  std::uint32_t position;       // index into W_pos
  std::uint32_t sequence;       // as numbered by the session
  std::uint32_t prompt_length;  // recorded for the sequence: positions from here on were generated
  std::uint32_t slot;           // of the cache, where its key and value go
  std::uint32_t step;           // forward passes that the session ran before this one
  Phase phase;
  RowKind kind;
};

}  // namespace TL_NAMESPACE
