// A small blocking HTTP client: the command line talking to the operator's listener of a running
// service.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "service/http/message.h"

namespace deltamill {

// No answer: nobody listens, the connection broke, a deadline passed, or what came is not HTTP.
class NoAnswer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class HttpClient {
 public:
  // `address`: http://host:port, host:port, or unix:/path. Throws std::invalid_argument for
  // anything else.
  explicit HttpClient(const std::string& address,
                      std::chrono::milliseconds timeout = std::chrono::seconds(10));

  [[nodiscard]] Response get(const std::string& target);
  [[nodiscard]] Response post(const std::string& target, const std::string& json);
  [[nodiscard]] Response erase(const std::string& target);

  // One request on a connection of its own, within the timeout as a whole. Throws NoAnswer.
  [[nodiscard]] Response send(const std::string& method, const std::string& target,
                              const std::vector<Header>& headers, const std::string& body);

 private:
  std::string host_;
  std::string port_;
  std::string path_;  // of a unix socket
  std::chrono::milliseconds timeout_;
};

// Value of the first header of this name.
[[nodiscard]] std::optional<std::string> header_of(const Response& response, std::string_view name);

}  // namespace deltamill
