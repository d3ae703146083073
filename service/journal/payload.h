// Payloads of the journal: a sequence of pgoutput messages, exactly as PostgreSQL sent them, each
// behind its length in 4 bytes (little endian).
//
//   whole transactions                   (B R* (I | U | D | T)* C)*
//   a piece of a large transaction       B R* (I | U | D | T)*       the last piece also has its C
//   a base chunk                         R I*
//
// Every piece has the B message of its transaction, and R (relation) stands before its first use, so
// that a payload can be read alone. Other messages are not stored.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
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

// A payload that does not end with a message.
class TornPayload : public std::runtime_error {
 public:
  TornPayload() : std::runtime_error("a payload of the journal is torn") {}
};

// Walks the messages of a payload. A copy of a cursor stays where it is.
class MessageCursor {
 public:
  MessageCursor() = default;  // at the end of an empty payload
  explicit MessageCursor(std::string_view payload) : rest_(payload) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // The next message, never an empty one, or nothing at the end. Throws TornPayload.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

}  // namespace deltamill
