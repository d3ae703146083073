// Casts among the text kinds, and between text and everything else through the text form: explicit
// from text, assignment to text. A cast applies the modifier of its result: varchar(n) cuts,
// char(n) cuts and pads.
#include <algorithm>
#include <array>
#include <cstring>

#include "views/data/ascii.h"
#include "views/data/character_text.h"
#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/numeric.h"
#include "views/data/text_form.h"
#include "views/data/utf8.h"
#include "views/data/wide_integer.h"
#include "views/functions/casts.h"
#include "views/functions/number_casts.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

constexpr std::int32_t length_header = 4;  // a length modifier n is stored as n + 4

// An explicit cast cuts what is too long without an error, unlike input and assignment.
Value fit_varchar(std::string_view text, CallContext& context) {
  const std::int32_t modifier = context.result_type.modifier;
  if (modifier < length_header) return Value::of_bytes(text);
  const auto characters = static_cast<std::size_t>(modifier - length_header);
  if (text.size() <= characters) return Value::of_bytes(text);
  return Value::of_bytes(text.substr(0, bytes_of_characters(text, characters)));
}

Value fit_bpchar(std::string_view text, CallContext& context) {
  const std::int32_t modifier = context.result_type.modifier;
  if (modifier < length_header) return Value::of_bytes(text);
  const auto characters = static_cast<std::size_t>(modifier - length_header);
  const std::size_t present = count_characters(text);
  if (present >= characters)
    return Value::of_bytes(text.substr(0, bytes_of_characters(text, characters)));
  const std::size_t size = text.size() + (characters - present);
  auto* const target = reinterpret_cast<char*>(context.arena.allocate(size));
  std::memset(target, ' ', size);
  if (!text.empty()) std::memcpy(target, text.data(), text.size());
  return Value::of_bytes({target, size});
}

Value fit_text(TypeKind to, std::string_view text, CallContext& context) {
  switch (to) {
    case TypeKind::varchar: return fit_varchar(text, context);
    case TypeKind::bpchar: return fit_bpchar(text, context);
    case TypeKind::name: return parse_name(text);
    default: return Value::of_bytes(text);
  }
}

// Between text kinds.
template <TypeKind from, TypeKind to>
Value recast_text(const Value* arguments, CallContext& context) {
  const bool padded = from == TypeKind::bpchar && to != TypeKind::bpchar;
  const std::string_view text = arguments[0].text();
  const Value result = fit_text(to, padded ? without_padding(text) : text, context);
  if constexpr (to == TypeKind::name && from == TypeKind::bpchar)
    return Value::of_bytes(without_padding(result.text()));
  return result;
}

template <TypeKind to>
Value print(const Value* arguments, CallContext& context) {
  // Kept between calls for its capacity; the result is copied to the arena.
  thread_local std::string text;
  text.clear();
  append_text(context.argument_types[0], arguments[0], text);
  return fit_text(to, context.arena.copy(text), context);
}

// Booleans print in full as text, unlike in a result set.
template <TypeKind to>
Value print_boolean(const Value* arguments, CallContext& context) {
  return fit_text(to, arguments[0].boolean() ? "true" : "false", context);
}

std::string_view input_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean: return "boolean";
    case TypeKind::int2: return "smallint";
    case TypeKind::int4: return "integer";
    case TypeKind::int8: return "bigint";
    case TypeKind::float4: return "real";
    case TypeKind::float8: return "double precision";
    case TypeKind::numeric: return "numeric";
    case TypeKind::date: return "date";
    case TypeKind::time: return "time";
    case TypeKind::timestamp: return "timestamp";
    case TypeKind::timestamptz: return "timestamp with time zone";
    case TypeKind::interval: return "interval";
    case TypeKind::uuid: return "uuid";
    case TypeKind::bytea: return "bytea";
    default: return "json";
  }
}

// Whether the integer that a text begins with is beyond the kind's range, whatever follows it.
// PostgreSQL's message depends on it: digits are read until they overflow, before what follows them
// is looked at.
bool begins_out_of_range(std::string_view text, TypeKind kind) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const int bits = kind == TypeKind::int2 ? 15 : kind == TypeKind::int4 ? 31 : 63;
  const Int128 limit = (Int128{1} << bits) - (negative ? 0 : 1);
  Int128 integer = 0;
  for (const char digit : text) {
    if (!is_digit(digit)) return false;
    integer = integer * 10 + (digit - '0');
    if (integer > limit) return true;
  }
  return false;
}

// A date or time made of numbers is out of range, anything else no date at all.
bool only_numbers(std::string_view text) {
  const bool starts_with_digit = !text.empty() && is_digit(text.front());
  return starts_with_digit && text.find_first_not_of("0123456789-:./ T+") == std::string_view::npos;
}

Value fail_input(std::string_view text, CallContext& context) {
  const Type& type = context.result_type;
  const std::string_view name = input_name(type.kind);
  switch (type.kind) {
    case TypeKind::enumeration:
      return fail_with(context, "invalid input value for enum {}: \"{}\"", type.enumeration->name,
                       text);
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
      if (!begins_out_of_range(text, type.kind)) break;
      return fail_with(context, "value \"{}\" is out of range for type {}", text, name);
    case TypeKind::float4:
    case TypeKind::float8:
      if (!Numeric::parse(text)) break;
      return fail_with(context, "\"{}\" is out of range for type {}", text, name);
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      if (!only_numbers(text)) break;
      return fail_with(context, "date/time field value out of range: \"{}\"", text);
    case TypeKind::json:
    case TypeKind::jsonb:
    case TypeKind::bytea: return fail_with(context, "invalid input syntax for type {}", name);
    default: break;
  }
  return fail_with(context, "invalid input syntax for type {}: \"{}\"", name, text);
}

// Applies the modifier that an explicit cast adds after the conversion.
Value fit_parsed(const Value& value, CallContext& context) {
  const std::int32_t modifier = context.result_type.modifier;
  switch (context.result_type.kind) {
    case TypeKind::numeric: return fit_numeric(value, context);
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return Value::of_integer(round_fraction(value.integer, modifier));
    case TypeKind::interval:
      return fit_interval(Interval::of_value(value), modifier).to_value(context.arena);
    default: return value;
  }
}

Value parse(const Value* arguments, CallContext& context) {
  const std::string_view text = arguments[0].text();
  // Input first, the modifier afterwards: 'abc'::varchar(2) is cut, where input under the modifier
  // would refuse it.
  if (context.result_type.modifier < 0) {
    const std::optional<Value> value =
        parse_text(context.result_type, text, context.arena, *context.time_zones);
    return value ? *value : fail_input(text, context);
  }
  Type plain = context.result_type;
  plain.modifier = -1;
  const std::optional<Value> value = parse_text(plain, text, context.arena, *context.time_zones);
  return value ? fit_parsed(*value, context) : fail_input(text, context);
}

template <TypeKind from>
void add_text_kinds(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  constexpr FunctionKind from_name = from == name ? assignment_cast : implicit_cast;
  if constexpr (from != text)
    casts.add(from, text, from == bpchar ? recast_text<from, text> : relabel, implicit_cast);
  if constexpr (from != name) casts.add(from, name, recast_text<from, name>, implicit_cast);
  casts.add(from, varchar, recast_text<from, varchar>, from_name);
  casts.add(from, bpchar, recast_text<from, bpchar>, from_name);
}

}  // namespace

void add_text_casts(CastTable& casts) {
  using enum TypeKind;
  using enum FunctionKind;
  add_text_kinds<text>(casts);
  add_text_kinds<varchar>(casts);
  add_text_kinds<bpchar>(casts);
  add_text_kinds<name>(casts);
  constexpr std::array printed = {int2,  int4,        int8,      float4,      float8,   numeric,
                                  date,  time,        timestamp, timestamptz, interval, uuid,
                                  bytea, enumeration, json,      jsonb};
  for (const TypeKind kind : printed) {
    casts.add(kind, text, print<text>, assignment_cast);
    casts.add(kind, varchar, print<varchar>, assignment_cast);
    casts.add(kind, bpchar, print<bpchar>, assignment_cast);
    casts.add(kind, name, print<name>, assignment_cast);
  }
  casts.add(boolean, text, print_boolean<text>, assignment_cast);
  casts.add(boolean, varchar, print_boolean<varchar>, assignment_cast);
  casts.add(boolean, bpchar, print_boolean<bpchar>, assignment_cast);
  casts.add(boolean, name, print<name>, assignment_cast);
  for (const TypeKind from : {text, varchar, bpchar, name}) {
    casts.add(from, boolean, parse, explicit_cast);
    for (const TypeKind to : printed) casts.add(from, to, parse, explicit_cast);
  }
}

}  // namespace deltamill
