// Functions that cut, search and replace text. Positions and lengths count UTF-8 characters;
// searching works on bytes, since in UTF-8 no character begins inside another one.
#include "views/functions/text_parts.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "views/data/utf8.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// substring(text from start for length) by SQL's rule: the window [start, start + length) may begin
// before 1.
std::optional<std::string_view> cut(std::string_view text, std::int64_t start,
                                    std::int64_t length) {
  if (length < 0) return std::nullopt;
  const std::int64_t end = start + length;
  const std::int64_t first = std::max<std::int64_t>(start, 1);
  if (end <= first) return std::string_view();
  text.remove_prefix(bytes_of_characters(text, static_cast<std::size_t>(first - 1)));
  // text_substring(): start plus length beyond an integer means to the end.
  if (end > std::numeric_limits<std::int32_t>::max()) return text;
  return text.substr(0, bytes_of_characters(text, static_cast<std::size_t>(end - first)));
}

constexpr std::string_view negative_length = "negative substring length not allowed";

Value substring_from(const Value* arguments, CallContext&) {
  std::string_view text = arguments[0].text();
  const std::int64_t start = std::max<std::int64_t>(arguments[1].integer, 1);
  text.remove_prefix(bytes_of_characters(text, static_cast<std::size_t>(start - 1)));
  return Value::of_bytes(text);
}

Value substring_from_for(const Value* arguments, CallContext& context) {
  const auto part = cut(arguments[0].text(), arguments[1].integer, arguments[2].integer);
  return part ? Value::of_bytes(*part) : context.fail(negative_length);
}

// Bytes of the first `count` characters; a negative count means all but the last -count.
std::size_t leading_bytes(std::string_view text, std::int64_t count) {
  if (count < 0) count += static_cast<std::int64_t>(count_characters(text));
  return bytes_of_characters(text, static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
}

Value left_part(const Value* arguments, CallContext&) {
  const std::string_view text = arguments[0].text();
  return Value::of_bytes(text.substr(0, leading_bytes(text, arguments[1].integer)));
}

Value right_part(const Value* arguments, CallContext&) {
  std::string_view text = arguments[0].text();
  const std::int64_t count = arguments[1].integer;
  std::int64_t skipped = -count;
  if (count >= 0)
    skipped = std::max<std::int64_t>(static_cast<std::int64_t>(count_characters(text)) - count, 0);
  text.remove_prefix(bytes_of_characters(text, static_cast<std::size_t>(skipped)));
  return Value::of_bytes(text);
}

bool holds_character(std::string_view set, std::string_view character) {
  while (!set.empty()) {
    const std::size_t bytes = first_character_bytes(set);
    if (set.substr(0, bytes) == character) return true;
    set.remove_prefix(bytes);
  }
  return false;
}

std::string_view trim_start(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    const std::size_t bytes = first_character_bytes(text);
    if (!holds_character(set, text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  return text;
}

std::string_view trim_end(std::string_view text, std::string_view set) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && continues_character(text[start])) --start;
    if (!holds_character(set, text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

template <bool at_start, bool at_end, bool with_set>
Value trim(const Value* arguments, CallContext&) {
  std::string_view set = " ";
  if constexpr (with_set) set = arguments[1].text();
  std::string_view text = arguments[0].text();
  if constexpr (at_start) text = trim_start(text, set);
  if constexpr (at_end) text = trim_end(text, set);
  return Value::of_bytes(text);
}

// The field of `text` between the separators `number - 1` and `number`, counted from 1; nothing if
// there are fewer.
std::string_view field(std::string_view text, std::string_view separator, std::int64_t number) {
  for (; number > 1; --number) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + separator.size());
  }
  return text.substr(0, text.find(separator));
}

std::int64_t count_occurrences(std::string_view text, std::string_view part) {
  std::int64_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

Value split_part(const Value* arguments, CallContext& context) {
  const std::string_view text = arguments[0].text();
  const std::string_view separator = arguments[1].text();
  std::int64_t number = arguments[2].integer;
  if (number == 0) return context.fail("field position must not be zero");
  if (separator.empty()) return Value::of_bytes(number == 1 || number == -1 ? text : "");
  // Counted from the end: −1 is the field behind the last separator.
  if (number < 0) number += count_occurrences(text, separator) + 2;
  return Value::of_bytes(number <= 0 ? "" : field(text, separator, number));
}

Value overlay_for(const Value* arguments, CallContext& context) {
  constexpr std::int64_t integer_max = std::numeric_limits<std::int32_t>::max();
  const std::string_view text = arguments[0].text();
  const std::int64_t start = arguments[2].integer;
  const std::int64_t after = start + arguments[3].integer;
  if (start <= 0) return context.fail(negative_length);
  if (after > integer_max) return context.fail("integer out of range");
  std::string result(
      text.substr(0, bytes_of_characters(text, static_cast<std::size_t>(start - 1))));
  result += arguments[1].text();
  const std::int64_t rest = std::max<std::int64_t>(after, 1) - 1;
  result += text.substr(bytes_of_characters(text, static_cast<std::size_t>(rest)));
  return text_result(context, result);
}

Value overlay(const Value* arguments, CallContext& context) {
  const auto length = static_cast<std::int64_t>(count_characters(arguments[1].text()));
  const Value with_length[4] = {arguments[0], arguments[1], arguments[2],
                                Value::of_integer(length)};
  return overlay_for(with_length, context);
}

Value position(const Value* arguments, CallContext&) {
  const std::string_view text = arguments[0].text();
  const std::size_t at = text.find(arguments[1].text());
  if (at == std::string_view::npos) return Value::of_integer(0);
  return Value::of_integer(static_cast<std::int64_t>(count_characters(text.substr(0, at))) + 1);
}

Value starts_with(const Value* arguments, CallContext&) {
  return Value::of_boolean(arguments[0].text().starts_with(arguments[1].text()));
}

Value replace(const Value* arguments, CallContext& context) {
  std::string_view text = arguments[0].text();
  const std::string_view from = arguments[1].text();
  const std::string_view to = arguments[2].text();
  if (from.empty() || text.find(from) == std::string_view::npos) return arguments[0];
  // Counted first, so that the size is known and refused before it is built.
  const auto found = static_cast<std::size_t>(count_occurrences(text, from));
  const std::size_t bytes = text.size() - found * from.size() + found * to.size();
  if (bytes > max_value_bytes) return context.fail("out of memory");
  std::string result;
  result.reserve(bytes);
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
    result += text.substr(0, at);
    result += to;
    text.remove_prefix(at + from.size());
  }
  result += text;
  return text_result(context, result);
}

// The character at the place in `to` that `character` has in `from`; nothing if it is not in
// `from`.
std::optional<std::string_view> counterpart(std::string_view character, std::string_view from,
                                            std::string_view to) {
  while (!from.empty()) {
    const std::size_t bytes = first_character_bytes(from);
    const std::size_t to_bytes = to.empty() ? 0 : first_character_bytes(to);
    if (from.substr(0, bytes) == character) return to.substr(0, to_bytes);
    from.remove_prefix(bytes);
    to.remove_prefix(to_bytes);
  }
  return std::nullopt;
}

Value translate(const Value* arguments, CallContext& context) {
  std::string result;
  std::string_view text = arguments[0].text();
  while (!text.empty()) {
    const std::string_view character = text.substr(0, first_character_bytes(text));
    result += counterpart(character, arguments[1].text(), arguments[2].text()).value_or(character);
    text.remove_prefix(character.size());
  }
  return text_result(context, result);
}

}  // namespace

std::vector<Function> text_part_functions() {
  return {
      {"substr", {text, int4}, text, substring_from},
      {"substr", {text, int4, int4}, text, substring_from_for},
      {"substring", {text, int4}, text, substring_from},
      {"substring", {text, int4, int4}, text, substring_from_for},
      {"left", {text, int4}, text, left_part},
      {"right", {text, int4}, text, right_part},
      {"ltrim", {text}, text, trim<true, false, false>},
      {"ltrim", {text, text}, text, trim<true, false, true>},
      {"rtrim", {text}, text, trim<false, true, false>},
      {"rtrim", {text, text}, text, trim<false, true, true>},
      {"btrim", {text}, text, trim<true, true, false>},
      {"btrim", {text, text}, text, trim<true, true, true>},
      {"split_part", {text, text, int4}, text, split_part},
      {"overlay", {text, text, int4}, text, overlay},
      {"overlay", {text, text, int4, int4}, text, overlay_for},
      {"position", {text, text}, int4, position},
      {"strpos", {text, text}, int4, position},
      {"starts_with", {text, text}, boolean, starts_with},
      {"^@", {text, text}, boolean, starts_with, FunctionKind::operation},
      {"replace", {text, text, text}, text, replace},
      {"translate", {text, text, text}, text, translate},
  };
}

}  // namespace deltamill
