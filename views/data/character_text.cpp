// Reads the text types under their modifiers: varchar(n) and char(n) count characters, name bytes.
// The value views the text wherever it stands in it verbatim.
#include "views/data/character_text.h"

#include <algorithm>

#include "views/data/utf8.h"

namespace deltamill {

namespace {

constexpr std::size_t name_bytes_max = 63;
// The modifier counts the length word that PostgreSQL's stored form begins with.
constexpr std::int32_t length_header = 4;

// Cuts blanks beyond `characters`; nothing = something else stands there.
std::optional<std::string_view> fit_characters(std::string_view text, std::size_t characters) {
  const std::size_t kept = bytes_of_characters(text, characters);
  if (text.find_first_not_of(' ', kept) != std::string_view::npos) return std::nullopt;
  return text.substr(0, kept);
}

}  // namespace

std::optional<Value> parse_varchar(std::string_view text, std::int32_t modifier) {
  if (modifier < length_header) return Value::of_bytes(text);
  const auto characters = static_cast<std::size_t>(modifier - length_header);
  if (text.size() <= characters) return Value::of_bytes(text);
  const auto fitted = fit_characters(text, characters);
  if (!fitted) return std::nullopt;
  return Value::of_bytes(*fitted);
}

std::optional<Value> parse_bpchar(std::string_view text, std::int32_t modifier, Arena& arena) {
  if (modifier < length_header) return Value::of_bytes(text);
  const auto characters = static_cast<std::size_t>(modifier - length_header);
  const std::size_t count = count_characters(text);
  if (count == characters) return Value::of_bytes(text);
  if (count > characters) {
    const auto fitted = fit_characters(text, characters);
    if (!fitted) return std::nullopt;
    return Value::of_bytes(*fitted);
  }
  const std::size_t size = text.size() + (characters - count);
  auto* const padded = reinterpret_cast<char*>(arena.allocate(size));
  std::ranges::copy(text, padded);
  std::fill(padded + text.size(), padded + size, ' ');
  return Value::of_bytes({padded, size});
}

Value parse_name(std::string_view text) {
  return Value::of_bytes(cut_to_bytes(text, name_bytes_max));
}

}  // namespace deltamill
