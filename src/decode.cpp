// The bodies of include/tl/decode that need more than templates.
#include <tl/decode/packed_file-inl.hpp>
