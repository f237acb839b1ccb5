#include <tl/model/dims.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("views of points take their run-time extents from the configuration") {
  float data[4096];
  const Config& config = tinystories_6l;
  CHECK((row_view_over<Point::q, dynamic_gpt2>(data, 3, config).shape().extents() ==
         std::array<std::size_t, 3>{3, 8, 32}));
  CHECK((row_view_over<Point::q, tinystories_6l>(data, 3, config).shape().extents() ==
         std::array<std::size_t, 3>{3, 8, 32}));
  CHECK((row_view_over<Point::pattern, dynamic_gpt2>(data, 5, config).shape().extents() ==
         std::array<std::size_t, 2>{8, 5}));
  CHECK((row_view_over<Point::ln1_scale, dynamic_gpt2>(data, 5, config).shape().extents() ==
         std::array<std::size_t, 2>{5, 1}));
  CHECK((row_view_over<Point::mlp_post, dynamic_gpt2>(data, 2, config).shape().extents() ==
         std::array<std::size_t, 2>{2, 1024}));
  static_assert(
      std::is_same_v<RowView<Point::resid_pre, gpt2_small>, TensorView<float, Dim<"row">, Dim<"d_model", 768>>>);
  static_assert(std::is_same_v<CapturedView<Point::pattern, gpt2_small>,
                               TensorView<const float, Dim<"head", 12>, Dim<"pos">, Dim<"key_pos">>>);
}

TEST_CASE("a row's width is the product of its extents, and none where it is the length of a past") {
  const Config& config = tinystories_6l;
  CHECK(row_width(Point::resid_pre, config) == 256);
  CHECK(row_width(Point::z, config) == 256);
  CHECK(row_width(Point::result, config) == 8 * 256);
  CHECK(row_width(Point::mlp_post, config) == 1024);
  CHECK(row_width(Point::ln2_scale, config) == 1);
  CHECK(row_width(Point::pattern, config) == 0);
  CHECK(row_width(Point::unembed_out, config) == 4096);
}
