// Functions of text: measuring, letter case, padding, codes. Lengths count UTF-8 characters. Parts
// of a text: text_parts.cpp. Text made of values: text_format.cpp, text_quoting.cpp.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "views/data/character_text.h"
#include "views/data/utf8.h"
#include "views/functions/digest.h"
#include "views/functions/function.h"
#include "views/functions/letter_case.h"
#include "views/functions/result_text.h"
#include "views/functions/text_format.h"
#include "views/functions/text_parts.h"
#include "views/functions/text_quoting.h"

namespace deltamill {

namespace {

using enum TypeKind;

Value character_count(const Value* arguments, CallContext&) {
  return Value::of_integer(static_cast<std::int64_t>(count_characters(arguments[0].text())));
}

Value padded_character_count(const Value* arguments, CallContext&) {
  const std::string_view text = without_padding(arguments[0].text());
  return Value::of_integer(static_cast<std::int64_t>(count_characters(text)));
}

Value byte_count(const Value* arguments, CallContext&) {
  return Value::of_integer(arguments[0].length);
}

Value bit_count_of_text(const Value* arguments, CallContext&) {
  return Value::of_integer(std::int64_t{arguments[0].length} * 8);
}

Value lower(const Value* arguments, CallContext& context) {
  return Value::of_bytes(lower_case(arguments[0].text(), context.arena));
}

Value upper(const Value* arguments, CallContext& context) {
  return Value::of_bytes(upper_case(arguments[0].text(), context.arena));
}

Value initcap(const Value* arguments, CallContext& context) {
  return Value::of_bytes(initial_case(arguments[0].text(), context.arena));
}

Value concatenate(const Value* arguments, CallContext& context) {
  const std::string_view left = arguments[0].text();
  const std::string_view right = arguments[1].text();
  auto* const target = reinterpret_cast<char*>(context.arena.allocate(left.size() + right.size()));
  std::copy(right.begin(), right.end(), std::copy(left.begin(), left.end(), target));
  return Value::of_bytes({target, left.size() + right.size()});
}

constexpr std::string_view too_large = "requested length too large";

Value repeat(const Value* arguments, CallContext& context) {
  const std::string_view text = arguments[0].text();
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(arguments[1].integer, 0));
  const std::size_t bytes = text.size() * count;
  if (bytes + 4 > max_value_bytes) return context.fail(too_large);
  auto* target = reinterpret_cast<char*>(context.arena.allocate(bytes));
  const char* const start = target;
  for (std::size_t i = 0; i < count && !text.empty(); ++i)
    target = std::copy(text.begin(), text.end(), target);
  return Value::of_bytes({start, bytes});
}

// What lpad and rpad put beside `text` so that it has `length` characters; also cuts `text` to that
// length.
std::optional<std::string> padding(std::string_view& text, std::int64_t length,
                                   std::string_view fill) {
  constexpr std::int64_t character_bytes_max = 4;
  length = std::max<std::int64_t>(length, 0);
  const auto present = static_cast<std::int64_t>(count_characters(text));
  // Without something to fill with, pads only cut.
  if (fill.empty()) length = std::min(length, present);
  if (length * character_bytes_max + 4 > static_cast<std::int64_t>(max_value_bytes))
    return std::nullopt;
  if (present >= length) {
    text = text.substr(0, bytes_of_characters(text, static_cast<std::size_t>(length)));
    return std::string();
  }
  std::string pad;
  auto missing = static_cast<std::size_t>(length - present);
  const std::size_t fill_characters = count_characters(fill);
  for (; missing >= fill_characters; missing -= fill_characters) pad += fill;
  pad += fill.substr(0, bytes_of_characters(fill, missing));
  return pad;
}

template <bool at_start, bool with_fill>
Value pad(const Value* arguments, CallContext& context) {
  std::string_view fill = " ";
  if constexpr (with_fill) fill = arguments[2].text();
  std::string_view text = arguments[0].text();
  const auto added = padding(text, arguments[1].integer, fill);
  if (!added) return context.fail(too_large);
  const Value parts[2] = {Value::of_bytes(at_start ? *added : text),
                          Value::of_bytes(at_start ? text : *added)};
  return concatenate(parts, context);
}

Value reverse(const Value* arguments, CallContext& context) {
  std::string_view text = arguments[0].text();
  auto* const target = reinterpret_cast<char*>(context.arena.allocate(text.size()));
  const std::size_t total = text.size();
  while (!text.empty()) {
    const std::size_t bytes = first_character_bytes(text);
    std::copy_n(text.data(), bytes, target + text.size() - bytes);
    text.remove_prefix(bytes);
  }
  return Value::of_bytes({target, total});
}

Value ascii(const Value* arguments, CallContext&) {
  const std::string_view text = arguments[0].text();
  return Value::of_integer(text.empty() ? 0 : first_code_point(text));
}

Value chr(const Value* arguments, CallContext& context) {
  const std::int64_t code = arguments[0].integer;
  if (code < 0) return context.fail("character number must be positive");
  if (code == 0) return context.fail("null character not permitted");
  if (code > 0x10ffff)
    return fail_with(context, "requested character too large for encoding: {}", code);
  if (code >= 0xd800 && code <= 0xdfff)
    return fail_with(context, "requested character not valid for encoding: {}", code);
  std::string text;
  append_code_point(static_cast<char32_t>(code), text);
  return text_result(context, text);
}

Value md5(const Value* arguments, CallContext& context) {
  return md5_hex(arguments[0].text(), context);
}

template <typename Unsigned>
Value to_hex(const Value* arguments, CallContext& context) {
  return text_result(context, fmt::format("{:x}", static_cast<Unsigned>(arguments[0].integer)));
}

}  // namespace

std::vector<Function> text_functions() {
  std::vector<Function> functions = {
      {"length", {text}, int4, character_count},
      {"length", {bpchar}, int4, padded_character_count},
      {"char_length", {text}, int4, character_count},
      {"char_length", {bpchar}, int4, padded_character_count},
      {"character_length", {text}, int4, character_count},
      {"character_length", {bpchar}, int4, padded_character_count},
      {"octet_length", {text}, int4, byte_count},
      {"octet_length", {bpchar}, int4, byte_count},
      {"bit_length", {text}, int4, bit_count_of_text},
      {"lower", {text}, text, lower},
      {"upper", {text}, text, upper},
      {"initcap", {text}, text, initcap},
      {"||", {text, text}, text, concatenate, FunctionKind::operation},
      {"textcat", {text, text}, text, concatenate},
      {"repeat", {text, int4}, text, repeat},
      {"lpad", {text, int4}, text, pad<true, false>},
      {"lpad", {text, int4, text}, text, pad<true, true>},
      {"rpad", {text, int4}, text, pad<false, false>},
      {"rpad", {text, int4, text}, text, pad<false, true>},
      {"reverse", {text}, text, reverse},
      {"ascii", {text}, int4, ascii},
      {"chr", {int4}, text, chr},
      {"md5", {text}, text, md5},
      {"to_hex", {int4}, text, to_hex<std::uint32_t>},
      {"to_hex", {int8}, text, to_hex<std::uint64_t>},
  };
  for (Function& function : text_part_functions()) functions.push_back(std::move(function));
  for (Function& function : text_format_functions()) functions.push_back(std::move(function));
  for (Function& function : text_quoting_functions()) functions.push_back(std::move(function));
  return functions;
}

}  // namespace deltamill
