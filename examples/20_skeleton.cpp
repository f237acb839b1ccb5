// Skeleton-of-Thought: a short list first, then all its points at once, as branches of one past.
#include <cstdio>
#include <iostream>
#include <tl/tl.hpp>

int main(int argc, char** argv) try {
  const auto model = tl::load<tl::tinystories_6l>(argc > 1 ? argv[1] : "models/tinystories-6l");
  const tl::SamplingOptions sampling{.temperature = 0.5, .repetition_penalty = 1.1, .seed = 4};
  const std::string beginning = "It was a sunny day in the park.";
  const auto answer = [&](const std::string& skeleton) {
    const tl::SkeletonOptions options{.skeleton = skeleton, .max_point_tokens = 30, .sampling = sampling};
    const auto told = tl::answer_by_skeleton(model, beginning, options, tl::DependenceWords(), tl::OnSkeletonToken{});
    std::cout << told.text() << '\n' << (told.route.parallel ? "at once: " : "in order: ") << told.route.reason;
    std::printf("\n%zu forward passes, %zu rows\n\n", told.forward_passes(), told.rows());
  };
  answer({});  // written by the model, held to "1. ...\n2. ...\n" by a grammar
  answer("1. Lily\n2. A little dog\n3. A big bird\n4. Grandma\n");

  // Branches by themselves, each with a length, an end and a hook of its own.
  const auto sea =
      tl::difference<"blocks.3.hook_resid_post">(model, "The boat sailed on the sea", "The girl sat in the house");
  const std::vector<tl::Branch> branches{{.text = " dog", .stream = 1, .stop_strings = {"."}},
                                         {.text = " cat", .stream = 2, .max_new_tokens = 20},
                                         {.text = " cat", .stream = 2, .max_new_tokens = 20}};
  const std::string story = "Once upon a time, there was a little girl named Lily. One day in the park she met a";
  const auto told =
      tl::generate_branches(model, story, branches, {.sampling = sampling},
                            tl::steer(sea, 0.4f).where(tl::sequences{2} && tl::from{model.prompt(story).size()}));
  for (const tl::BranchText& text : told.texts) std::cout << model.decode(text.prompt) << text.text << '\n';
  std::printf("%zu positions shared, %zu forward passes\n", told.shared_positions, told.forward_passes);
} catch (const tl::Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
