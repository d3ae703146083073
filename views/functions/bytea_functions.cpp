// Functions of bytea: measuring, cutting, single bytes and bits. Encodings: byte_encodings.cpp.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "views/functions/byte_encodings.h"
#include "views/functions/digest.h"
#include "views/functions/function.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

Value byte_count(const Value* arguments, CallContext&) {
  return Value::of_integer(arguments[0].length);
}

Value bit_length(const Value* arguments, CallContext&) {
  return Value::of_integer(std::int64_t{arguments[0].length} * 8);
}

Value bit_count(const Value* arguments, CallContext&) {
  std::int64_t count = 0;
  for (const char byte : arguments[0].text())
    count += std::popcount(static_cast<unsigned char>(byte));
  return Value::of_integer(count);
}

Value concatenate(const Value* arguments, CallContext& context) {
  std::string bytes(arguments[0].text());
  bytes += arguments[1].text();
  return text_result(context, bytes);
}

constexpr std::string_view negative_length = "negative substring length not allowed";

std::string_view window(std::string_view bytes, std::int64_t start, std::int64_t end) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t first = std::clamp<std::int64_t>(start, 1, size + 1);
  const std::int64_t last = std::clamp<std::int64_t>(end, first, size + 1);
  return bytes.substr(static_cast<std::size_t>(first - 1), static_cast<std::size_t>(last - first));
}

Value substring_from(const Value* arguments, CallContext&) {
  return Value::of_bytes(
      window(arguments[0].text(), arguments[1].integer, std::numeric_limits<std::int64_t>::max()));
}

Value substring_from_for(const Value* arguments, CallContext& context) {
  if (arguments[2].integer < 0) return context.fail(negative_length);
  const std::int64_t start = arguments[1].integer;
  return Value::of_bytes(window(arguments[0].text(), start, start + arguments[2].integer));
}

Value overlay_for(const Value* arguments, CallContext& context) {
  const std::string_view target = arguments[0].text();
  const std::int64_t start = arguments[2].integer;
  const std::int64_t after = start + arguments[3].integer;
  if (start <= 0) return context.fail(negative_length);
  if (after > std::numeric_limits<std::int32_t>::max()) return context.fail("integer out of range");
  std::string bytes(window(target, 1, start));
  bytes += arguments[1].text();
  bytes += window(target, after, std::numeric_limits<std::int64_t>::max());
  return text_result(context, bytes);
}

Value overlay(const Value* arguments, CallContext& context) {
  const Value with_length[4] = {arguments[0], arguments[1], arguments[2],
                                Value::of_integer(arguments[1].length)};
  return overlay_for(with_length, context);
}

template <bool at_start, bool at_end>
Value trim(const Value* arguments, CallContext&) {
  std::string_view bytes = arguments[0].text();
  const std::string_view set = arguments[1].text();
  const auto in_set = [set](char byte) { return set.find(byte) != std::string_view::npos; };
  while (at_start && !bytes.empty() && in_set(bytes.front())) bytes.remove_prefix(1);
  while (at_end && !bytes.empty() && in_set(bytes.back())) bytes.remove_suffix(1);
  return Value::of_bytes(bytes);
}

Value position(const Value* arguments, CallContext&) {
  const std::size_t at = arguments[0].text().find(arguments[1].text());
  return Value::of_integer(at == std::string_view::npos ? 0 : static_cast<std::int64_t>(at) + 1);
}

// Bytes and bits are counted from 0; bit 0 is the lowest of byte 0.
Value fail_index(std::int64_t index, std::int64_t count, CallContext& context) {
  return fail_with(context, "index {} out of valid range, 0..{}", index, count - 1);
}

Value get_byte(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  if (index < 0 || index >= arguments[0].length)
    return fail_index(index, arguments[0].length, context);
  return Value::of_integer(
      static_cast<unsigned char>(arguments[0].data[static_cast<std::size_t>(index)]));
}

Value set_byte(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  if (index < 0 || index >= arguments[0].length)
    return fail_index(index, arguments[0].length, context);
  std::string bytes(arguments[0].text());
  bytes[static_cast<std::size_t>(index)] = static_cast<char>(arguments[2].integer);
  return text_result(context, bytes);
}

Value get_bit(const Value* arguments, CallContext& context) {
  const std::int64_t index = arguments[1].integer;
  const std::int64_t count = std::int64_t{arguments[0].length} * 8;
  if (index < 0 || index >= count) return fail_index(index, count, context);
  const auto byte =
      static_cast<unsigned char>(arguments[0].data[static_cast<std::size_t>(index / 8)]);
  return Value::of_integer(byte >> (index % 8) & 1);
}

Value md5(const Value* arguments, CallContext& context) {
  return md5_hex(arguments[0].text(), context);
}

}  // namespace

std::vector<Function> bytea_functions() {
  std::vector<Function> functions = {
      {"length", {bytea}, int4, byte_count},
      {"octet_length", {bytea}, int4, byte_count},
      {"bit_length", {bytea}, int4, bit_length},
      {"bit_count", {bytea}, int8, bit_count},
      {"||", {bytea, bytea}, bytea, concatenate, FunctionKind::operation},
      {"substr", {bytea, int4}, bytea, substring_from},
      {"substr", {bytea, int4, int4}, bytea, substring_from_for},
      {"substring", {bytea, int4}, bytea, substring_from},
      {"substring", {bytea, int4, int4}, bytea, substring_from_for},
      {"overlay", {bytea, bytea, int4}, bytea, overlay},
      {"overlay", {bytea, bytea, int4, int4}, bytea, overlay_for},
      {"btrim", {bytea, bytea}, bytea, trim<true, true>},
      {"ltrim", {bytea, bytea}, bytea, trim<true, false>},
      {"rtrim", {bytea, bytea}, bytea, trim<false, true>},
      {"position", {bytea, bytea}, int4, position},
      {"get_byte", {bytea, int4}, int4, get_byte},
      {"set_byte", {bytea, int4, int4}, bytea, set_byte},
      {"get_bit", {bytea, int8}, int4, get_bit},
      {"md5", {bytea}, text, md5},
  };
  for (Function& function : byte_encoding_functions()) functions.push_back(std::move(function));
  return functions;
}

}  // namespace deltamill
