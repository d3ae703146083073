// Steps through the length-prefixed messages of a payload (payload.h has the format).
#include "service/journal/payload.h"

namespace deltamill {

std::optional<std::string_view> MessageCursor::next() {
  if (rest_.empty()) return std::nullopt;
  std::uint32_t size = 0;
  if (rest_.size() < sizeof size) throw TornPayload();
  std::memcpy(&size, rest_.data(), sizeof size);
  rest_.remove_prefix(sizeof size);
  if (size == 0 || rest_.size() < size) throw TornPayload();
  const std::string_view message = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return message;
}

}  // namespace deltamill
