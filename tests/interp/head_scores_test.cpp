#include <tl/interp/head_scores.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("heads ranked by their scores") {
  HeadScores scores(2, 2);
  scores(0, 1) = 3, scores(1, 0) = 5, scores(1, 1) = 3;
  const auto heads = ranked(scores);
  REQUIRE(heads.size() == 4);
  CHECK((heads[0].at == HeadAt{1, 0} && heads[0].score == 5));
  CHECK((heads[1].at == HeadAt{0, 1} && heads[2].at == HeadAt{1, 1} && heads[3].at == HeadAt{0, 0}));
}

TEST_CASE("a head that does not exist is refused") {
  CHECK_NOTHROW((HeadAt{2, 2}.check(odd)));
  CHECK_THROWS_WITH((HeadAt{3, 0}.check(odd)),
                    "there is no head 0 in layer 3: this model has layers 0 to 2 of heads 0 to 2");
  CHECK_THROWS_AS((HeadAt{0, 3}.check(odd)), Error);
}
