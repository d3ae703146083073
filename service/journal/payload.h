// Payloads of the journal: a sequence of pgoutput messages, each behind its u32 length (little endian), exactly as
// PostgreSQL sent them: B (begin), R (relation), I, U, D, T, C (commit). Other messages are not stored. A piece of a
// large transaction begins with its B message again, so that every payload can be read alone; only the last piece
// ends with C.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace deltamill {

inline void append_message(std::string_view message, std::string& payload) {
  const auto size = static_cast<std::uint32_t>(message.size());
  char prefix[4];
  std::memcpy(prefix, &size, sizeof prefix);
  payload.append(prefix, sizeof prefix);
  payload.append(message);
}

// Walks the messages of a payload. Throws std::runtime_error on a torn payload.
class MessageCursor {
 public:
  explicit MessageCursor(std::string_view payload) : rest_(payload) {}
  // The next message, or nothing at the end.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

}  // namespace deltamill
