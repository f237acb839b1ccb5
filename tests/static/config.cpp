// Configurations are template arguments, equal by value.
#include <tl/model/config.hpp>

namespace {

template <tl::Config C>
struct Model {
  static constexpr std::size_t d_model = C.d_model;
};
constexpr tl::Config mine{.n_layer = 4, .n_head = 2, .d_model = 128, .d_head = 64};

static_assert(Model<mine>::d_model == 128);
static_assert(mine == tl::Config{.n_layer = 4, .n_head = 2, .d_model = 128, .d_head = 64});
static_assert(!(mine == tl::gpt2_small));
static_assert(tl::dynamic_gpt2.is_dynamic());
static_assert(!tl::gpt2_small.is_dynamic());

// The shipped shapes: heads side by side make the residual, the MLP is four times as wide.
constexpr bool is_gpt2(tl::Config c) { return c.n_head * c.d_head == c.d_model && c.d_mlp == 4 * c.d_model; }
static_assert(is_gpt2(tl::gpt2_small) && is_gpt2(tl::gpt2_medium) && is_gpt2(tl::gpt2_large) && is_gpt2(tl::gpt2_xl));
static_assert(is_gpt2(tl::distilgpt2) && is_gpt2(tl::tinystories_6l));
static_assert(!is_gpt2(mine));

}  // namespace
