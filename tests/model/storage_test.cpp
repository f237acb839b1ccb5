#include <tl/model/storage.hpp>

#include "../catch.hpp"

static_assert(tl::StorageType<float>);
static_assert(!tl::StorageType<double>);

TEST_CASE("packed weights may be fp32") { SUCCEED(); }
