// The head of a request: raw bytes -> Request, with every guard that Boost 1.81's parser lacks.
// Pure, so that each attack is a line in a test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/message.h"
#include "service/http/problem.h"

namespace deltamill {

inline constexpr std::size_t target_bytes_max = 8 << 10;
inline constexpr std::size_t header_bytes_max = 16 << 10;
inline constexpr std::size_t header_fields_max = 100;
inline constexpr std::size_t body_bytes_max = 64 << 10;
// Of a request line besides its target, and of the empty line.
inline constexpr std::size_t request_line_bytes_max = target_bytes_max + 64;
inline constexpr std::size_t head_bytes_max = request_line_bytes_max + header_bytes_max;

struct RequestHead {
  Request request;
  std::size_t body_bytes = 0;
  bool keep_alive = false;
  bool takes_chunks = false;  // HTTP/1.1: an answer may come in chunks
  bool expects_continue = false;
};

// Which Host names a listener answers to: names without port, in lower case.
class Hosts {
 public:
  explicit Hosts(std::vector<std::string> names);
  // `host` is a Host field: name or address, with or without port. `local_address`: where the
  // connection arrived.
  [[nodiscard]] bool known(std::string_view host, std::string_view local_address) const;

 private:
  std::vector<std::string> names_;
};

// Reads a complete head, up to and including its empty line. On a problem the connection must be
// closed after the answer: where the next request begins is not known any more.
[[nodiscard]] RequestHead read_head(std::string_view raw);

// What is already wrong with a head of which the end has not come.
void check_unfinished_head(std::string_view raw);

}  // namespace deltamill
