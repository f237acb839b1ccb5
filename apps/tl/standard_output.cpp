#include "standard_output.hpp"

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <tl/core/error.hpp>

namespace tl::app {

namespace {
[[noreturn]] void refuse() {
  const int reason = errno;
  if (reason == EPIPE) throw ReaderGone{};
  throw Error("cannot write to standard output: ", std::generic_category().message(reason));
}
}  // namespace

void put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) refuse();
}

void put_json(const nlohmann::ordered_json& json) {
  put(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void flush_output() {
  if (std::fflush(stdout) != 0) refuse();
}

}  // namespace tl::app
