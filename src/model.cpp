// The bodies of include/tl/model that need neither a model's type nor LAPACK.
#include <tl/model/session_rows-inl.hpp>
