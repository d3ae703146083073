// Checks source.url with libpq's own parser. Of its messages only those are shown that name a
// keyword; others may quote the password.
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

// An @ in a password that is not percent-encoded: libpq takes what follows it for the host, and
// says so wherever it cannot connect.
bool host_has_at(const PQconninfoOption* options) {
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option)
    if (std::string_view(option->keyword) == "host" && option->val != nullptr)
      return std::string_view(option->val).find('@') != std::string_view::npos &&
             option->val[0] != '@';
  return false;
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
  else if (host_has_at(options.get()))
    problem = "a URI in which an @ of the password is written as %40";
  PQfreemem(message);
  return problem;
}

}  // namespace deltamill
