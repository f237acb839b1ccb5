// A model of your own shape, and a session: what is shared by several continuations is computed once.
#include <cmath>
#include <cstdio>
#include <tl/tl.hpp>

inline constexpr tl::Config mine{
    .n_layer = 4, .n_head = 4, .d_model = 128, .d_head = 32, .d_mlp = 512, .n_ctx = 128, .d_vocab = 65};

int main() {
  tl::RandomSource weights(1);  // or tl::io::CheckpointFolder, or a source of your own
  const tl::Gpt2<mine> model(weights);

  std::vector<tl::Token> tokens;
  for (int i = 0; i != 100; ++i) tokens.push_back(i % 65);

  // How long the residual stream is at the last position, layer by layer.
  model.run(tokens, tl::observe<"blocks.*.hook_resid_post">([](auto resid, tl::Context at) {
              float sum = 0;
              for (const float x : resid(at.rows() - 1).values()) sum += x * x;
              std::printf("layer %d: |resid_post| = %.3f\n", at.layer, double{std::sqrt(sum)});
            }));

  auto session = model.session();
  const auto text = session.open(tokens.size());
  session.extend(text, tokens, tl::Need::past);

  // Ten forks share the hundred positions; each runs one row of its own.
  for (tl::Token next = 0; next != 10; ++next) {
    auto plain = session.fork(tokens.size());
    auto ablated = session.fork(tokens.size(), tl::ablate<"blocks.3.hook_mlp_out">().where(tl::generated_only));
    const auto before = plain.extend(text, {&next, 1}), after = ablated.extend(text, {&next, 1});
    std::printf("token %d: logit of 0 is %+.4f, %+.4f without the last MLP; %zu row\n", next, double{before(0, 0)},
                double{after(0, 0)}, ablated.rows_computed());
  }
}
