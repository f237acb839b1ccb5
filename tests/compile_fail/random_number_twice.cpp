// expect: use of deleted function
#include <tl/core/random_numbers.hpp>

double chance(tl::RandomNumbers<tl::Purpose::draw>& numbers) {
  tl::RandomNumbers<tl::Purpose::draw> TL_WRONG(again, &again)(numbers);  // the same numbers a second time
  return again.uniform() + numbers.uniform();
}
