#include <cmath>
#include <tl/train/adam.hpp>

#include "../catch.hpp"

TEST_CASE("Adam takes torch's steps, and goes on from its state bit for bit") {
  // torch.optim.Adam([w], lr=.1) from w = (1, 2) with gradients (1, -3), (.5, 0), (0, 4).
  const float expected[3][2]{{.9f, 2.1f}, {.8067821f, 2.1670058f}, {.7347243f, 2.1469398f}};
  const float gradients[3][2]{{1, -3}, {.5f, 0}, {0, 4}};
  std::vector<float> w{1, 2}, again;
  tl::Adam adam, resumed;
  tl::AdamState saved;
  for (int t = 0; t != 3; ++t) {
    if (t == 2) saved = adam.state(), again = w;
    const tl::TrainedTensor tensor{w, gradients[t]};
    adam.step({&tensor, 1}, .1, 1, 1);
    CHECK(w[0] == Approx(expected[t][0]).epsilon(1e-5));
    CHECK(w[1] == Approx(expected[t][1]).epsilon(1e-5));
  }
  resumed.restore(saved);
  const tl::TrainedTensor tensor{again, gradients[2]};
  resumed.step({&tensor, 1}, .1, 1, 1);
  CHECK(again == w);
}

TEST_CASE("a state of other tensors is refused") {
  std::vector<float> w{1, 2}, longer{1, 2, 3};
  const std::vector<float> g{1, 2, 3};
  tl::Adam adam;
  const tl::TrainedTensor two{w, std::span(g).first(2)}, three{longer, g};
  adam.step({&two, 1}, .1, 1, 1);
  CHECK_THROWS_AS(adam.step({&three, 1}, .1, 1, 1), tl::Error);
}
