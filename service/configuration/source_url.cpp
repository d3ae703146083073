// libpq's own parser decides; of its messages only those are shown that name a keyword.
#include "service/configuration/source_url.h"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace deltamill {

namespace {

constexpr std::string_view harmless[] = {"invalid connection option", "invalid URI query parameter",
                                         "invalid port number"};

struct Free {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string reason_of(const char* message) {
  const std::string_view text = message == nullptr ? std::string_view() : message;
  for (const std::string_view start : harmless)
    if (text.starts_with(start)) return " (" + std::string(text.substr(0, text.find('\n'))) + ")";
  return {};
}

}  // namespace

std::string url_problem(const std::string& url) {
  if (url.empty()) return "a connection string; it is empty";
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, Free> options(PQconninfoParse(url.c_str(), &message));
  std::string problem;
  if (options == nullptr)
    problem =
        "a URI (postgresql://user@host:port/database) or keyword=value pairs" + reason_of(message);
  PQfreemem(message);
  return problem;
}

}  // namespace deltamill
