// Dimensions, lists of them and shapes.
#include <tl/core/shape.hpp>

namespace {

using tl::Dim;
using tl::Shape;

// A dimension is the same under one name unless two static extents contradict each other.
static_assert(tl::SameDim<Dim<"pos", 8>, Dim<"pos", 8>>);
static_assert(tl::SameDim<Dim<"pos", 8>, Dim<"pos">> && tl::SameDim<Dim<"pos">, Dim<"pos", 8>>);
static_assert(!tl::SameDim<Dim<"pos", 8>, Dim<"pos", 9>>);
static_assert(!tl::SameDim<Dim<"pos", 8>, Dim<"key_pos", 8>>);
static_assert(!tl::SameDim<Dim<"pos">, Dim<"po">>);

static_assert(tl::AnyDim<Dim<"pos">>);
static_assert(!tl::AnyDim<int>);

static_assert(tl::DistinctDims<>);
static_assert(tl::DistinctDims<Dim<"head">, Dim<"pos">, Dim<"key_pos">>);
static_assert(!tl::DistinctDims<Dim<"pos">, Dim<"head">, Dim<"pos", 8>>);

using Scores = Shape<Dim<"head", 12>, Dim<"pos">, Dim<"key_pos">>;
static_assert(Scores::rank == 3 && Scores::rank_dynamic == 2);
static_assert(Scores::axis_of<"head">() == 0 && Scores::axis_of<"key_pos">() == 2);
static_assert(Scores::of({12, 3, 5}).extent(2) == 5);
static_assert(Scores::of({12, 3, 5}).size() == 180);
static_assert(Shape<Dim<"d_model", 768>>{}.extent(0) == 768);
static_assert(Shape<>::rank == 0 && Shape<>{}.size() == 1);

}  // namespace
