// A request and its answer as plain data, free of sockets and of the library that parses them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/body_stream.h"
#include "views/data/ascii.h"

namespace deltamill {

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method;
  std::string target;  // origin form, as received: visible ASCII only
  std::vector<Header> headers;
  std::string body;
  std::string id;  // X-Request-Id: the client's or ours
  std::chrono::steady_clock::time_point received;

  // Values of all fields of this name joined by ", ", as RFC 9110 section 5.2 has it; nothing =
  // absent.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const {
    std::optional<std::string> joined;
    for (const Header& field : headers) {
      if (!equals_ignoring_case(field.name, name)) continue;
      joined = joined ? *joined + ", " + field.value : field.value;
    }
    return joined;
  }
};

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  std::unique_ptr<BodyStream> rest;  // what follows `body`, piece by piece; null = nothing
  bool close = false;                // the connection ends after this answer

  void set(std::string_view name, std::string value) {
    headers.push_back({std::string(name), std::move(value)});
  }
};

}  // namespace deltamill
