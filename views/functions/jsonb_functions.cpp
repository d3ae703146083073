// Functions of json and jsonb: looking into values, building them, and what changes them. A json
// value keeps its own blanks and duplicate keys (the last one wins); what makes a jsonb value
// writes JSON text and lets the type's input normalise it.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "views/data/jsonb.h"
#include "views/data/numeric.h"
#include "views/data/text_form.h"
#include "views/functions/function.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// What differs between the two types.
enum class Form : std::uint8_t { json, jsonb };

// PostgreSQL's message for what it cannot turn into text: \u0000 or half a surrogate pair. json may
// hold such escapes until somebody looks into it.
std::string_view unreadable_escape(std::string_view json) {
  constexpr std::string_view zero = "\\u0000";
  for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at + 2))
    if (json.substr(at).starts_with(zero)) return "unsupported Unicode escape sequence";
  return "invalid input syntax for type json";
}

// Can all strings of a json value be read? PostgreSQL reads them all when it looks into one.
bool is_readable(std::string_view json) {
  return json.find("\\u") == std::string_view::npos || canonical_jsonb(json).has_value();
}

// By key into an object, by index into an array; anything else has no parts. A jsonb scalar counts
// as an array of one.
template <Form form>
std::optional<std::string_view> find_part(std::string_view value, const Value& step,
                                          TypeKind step_kind) {
  if (step_kind == text) return json_member(value, step.text());
  const JsonKind kind = json_kind(value);
  const bool scalar = kind != JsonKind::object && kind != JsonKind::array;
  if (form == Form::jsonb && scalar && (step.integer == 0 || step.integer == -1)) return value;
  return json_element(value, step.integer);
}

template <Form form, TypeKind step_kind, TypeKind result>
Value get_part(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  // Only json can hold what cannot be read: jsonb_in has refused it.
  if (form == Form::json && !is_readable(value)) return context.fail(unreadable_escape(value));
  const auto part = find_part<form>(value, arguments[1], step_kind);
  if (!part) return Value::null();
  if constexpr (result != text) return Value::of_bytes(*part);
  const auto plain = json_as_text(*part, context.arena);
  return plain ? *plain : context.fail(unreadable_escape(*part));
}

// A step of a path into an array is an index in decimal digits.
std::optional<std::string_view> follow(std::string_view value, std::string_view step) {
  if (json_kind(value) == JsonKind::object) return json_member(value, step);
  step.remove_prefix(std::min(step.find_first_not_of(" \t\n\v\f\r"), step.size()));
  if (step.starts_with('+') && !step.starts_with("+-")) step.remove_prefix(1);
  std::int32_t index = 0;
  const char* const end = step.data() + step.size();
  const auto [stop, problem] = std::from_chars(step.data(), end, index);
  if (problem != std::errc() || stop != end) return std::nullopt;
  return json_element(value, index);
}

template <TypeKind result>
Value extract_path(const Value* arguments, CallContext& context) {
  std::optional<std::string_view> value = arguments[0].text();
  // A step that finds nothing ends the path with NULL, as in PostgreSQL (get_jsonb_path_all).
  for (std::size_t i = 1; i < context.argument_types.size() && value; ++i)
    value = follow(*value, arguments[i].text());
  if (!value) return Value::null();
  if constexpr (result != text) return Value::of_bytes(*value);
  return *json_as_text(*value, context.arena);
}

Value type_name(const Value* arguments, CallContext&) {
  switch (json_kind(arguments[0].text())) {
    case JsonKind::object: return Value::of_bytes("object");
    case JsonKind::array: return Value::of_bytes("array");
    case JsonKind::string: return Value::of_bytes("string");
    case JsonKind::number: return Value::of_bytes("number");
    case JsonKind::boolean: return Value::of_bytes("boolean");
    case JsonKind::null: break;
  }
  return Value::of_bytes("null");
}

Value array_length(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  switch (json_kind(value)) {
    case JsonKind::array:
      return Value::of_integer(static_cast<std::int64_t>(json_elements(value).size()));
    case JsonKind::object: return context.fail("cannot get array length of a non-array");
    default: return context.fail("cannot get array length of a scalar");
  }
}

bool is_string(std::string_view json, std::string_view wanted, Arena& arena) {
  return json_kind(json) == JsonKind::string && json_string_text(json, arena) == wanted;
}

// Is the text a key of the object, an element of the array, or the string itself?
Value exists(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  const std::string_view wanted = arguments[1].text();
  const JsonKind kind = json_kind(value);
  if (kind == JsonKind::object) return Value::of_boolean(json_member(value, wanted).has_value());
  if (kind != JsonKind::array) return Value::of_boolean(is_string(value, wanted, context.arena));
  for (const std::string_view element : json_elements(value))
    if (is_string(element, wanted, context.arena)) return Value::of_boolean(true);
  return Value::of_boolean(false);
}

bool is_container(JsonKind kind) {
  return kind == JsonKind::object || kind == JsonKind::array;
}

// Canonical scalars are equal if their texts are, numbers also if they differ in scale only.
bool equal_scalars(std::string_view left, std::string_view right) {
  if (left == right) return true;
  if (json_kind(left) != JsonKind::number || json_kind(right) != JsonKind::number) return false;
  const auto left_number = Numeric::parse(left);
  const auto right_number = Numeric::parse(right);
  return left_number && right_number && Numeric::compare(*left_number, *right_number) == 0;
}

bool holds(std::string_view whole, std::string_view part, Arena& arena);

bool has_equal_or_holding(const std::vector<std::string_view>& elements, std::string_view part,
                          Arena& arena) {
  return std::any_of(elements.begin(), elements.end(),
                     [&](std::string_view element) { return holds(element, part, arena); });
}

// Does a jsonb value hold another at the same place? Objects by key, arrays as sets, scalars by
// equality.
bool holds(std::string_view whole, std::string_view part, Arena& arena) {
  const JsonKind kind = json_kind(part);
  // JsonbDeepContains(): [1, 1] holds [1], and so does [1] hold [1, 1]: arrays are sets of
  // elements.
  if (json_kind(whole) != kind) return false;
  if (kind == JsonKind::object) {
    const std::vector<JsonMember> members = json_members(part);
    return std::all_of(members.begin(), members.end(), [&](const JsonMember& member) {
      const auto found = json_member(whole, *json_string_text(member.key, arena));
      return found && holds(*found, member.value, arena);
    });
  }
  if (kind != JsonKind::array) return equal_scalars(whole, part);
  const std::vector<std::string_view> elements = json_elements(whole);
  const std::vector<std::string_view> wanted = json_elements(part);
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view element) {
    return has_equal_or_holding(elements, element, arena);
  });
}

// At the top, an array holds a scalar too.
bool contains(std::string_view whole, std::string_view part, Arena& arena) {
  if (json_kind(whole) == JsonKind::array && !is_container(json_kind(part)))
    return has_equal_or_holding(json_elements(whole), part, arena);
  return holds(whole, part, arena);
}

Value contains_right(const Value* arguments, CallContext& context) {
  return Value::of_boolean(contains(arguments[0].text(), arguments[1].text(), context.arena));
}

Value contained_in_right(const Value* arguments, CallContext& context) {
  return Value::of_boolean(contains(arguments[1].text(), arguments[0].text(), context.arena));
}

// Appends a value as a member. False = failed.
template <Form form>
bool append_value(std::size_t index, const Value* arguments, CallContext& context,
                  std::string& json) {
  const Type& type = context.argument_types[index];
  const Value& value = arguments[index];
  if constexpr (form == Form::json) {
    append_json(type, value, json);
    return true;
  }
  if (append_jsonb(type, value, json)) return true;
  context.fail(unreadable_escape(value.text()));
  return false;
}

// A value as a key, which is always a string: its JSON text with quotes. Empty = failed.
template <Form form>
std::string key_of(std::size_t index, const Value* arguments, CallContext& context) {
  const Type& type = context.argument_types[index];
  std::string key;
  if (arguments[index].is_null()) {
    if (form == Form::json) {
      fail_with(context, "argument {} cannot be null", index + 1);
    } else {
      fail_with(context, "argument {}: key must not be null", index + 1);
    }
  } else if (type.kind == json || type.kind == jsonb) {
    context.fail("key value must be scalar, not array, composite, or json");
  } else {
    append_json(type, arguments[index], key);
    // A key is always a string: numbers and booleans as keys are their text.
    if (key.front() != '"') key = '"' + key + '"';
  }
  return key;
}

constexpr std::string_view odd_arguments = "argument list must have even number of elements";

Value build_json_object(const Value* arguments, CallContext& context) {
  const std::size_t count = context.argument_types.size();
  if (count % 2 != 0) return context.fail(odd_arguments);
  std::string object = "{";
  for (std::size_t i = 0; i < count; i += 2) {
    if (i > 0) object += ", ";
    const std::string key = key_of<Form::json>(i, arguments, context);
    if (key.empty()) return Value::null();
    object += key;
    object += " : ";
    append_json(context.argument_types[i + 1], arguments[i + 1], object);
  }
  object += '}';
  return text_result(context, object);
}

Value build_jsonb_object(const Value* arguments, CallContext& context) {
  const std::size_t count = context.argument_types.size();
  if (count % 2 != 0) return context.fail(odd_arguments);
  std::vector<JsonbMember> members;
  for (std::size_t i = 0; i < count; i += 2) {
    const std::string key = key_of<Form::jsonb>(i, arguments, context);
    if (key.empty()) return Value::null();
    JsonbMember member;
    member.key = *json_string_text(key, context.arena);
    if (!append_value<Form::jsonb>(i + 1, arguments, context, member.value)) return Value::null();
    members.push_back(std::move(member));
  }
  std::string object;
  append_jsonb_object(std::move(members), object);
  return text_result(context, object);
}

template <Form form>
Value build_array(const Value* arguments, CallContext& context) {
  std::string array = "[";
  for (std::size_t i = 0; i < context.argument_types.size(); ++i) {
    if (i > 0) array += ", ";
    if (!append_value<form>(i, arguments, context, array)) return Value::null();
  }
  array += ']';
  return text_result(context, array);
}

template <Form form>
Value convert(const Value* arguments, CallContext& context) {
  std::string value;
  if (!append_value<form>(0, arguments, context, value)) return Value::null();
  return text_result(context, value);
}

// A jsonb array of canonical elements.
Value array_of(const std::vector<std::string_view>& elements, CallContext& context) {
  std::string array = "[";
  for (const std::string_view element : elements) {
    if (array.size() > 1) array += ", ";
    array += element;
  }
  array += ']';
  return text_result(context, array);
}

// A jsonb object of canonical members whose keys may repeat: the last one wins.
Value object_of(const std::vector<JsonMember>& members, CallContext& context) {
  std::vector<JsonbMember> plain;
  for (const JsonMember& member : members)
    plain.push_back(
        {std::string(*json_string_text(member.key, context.arena)), std::string(member.value)});
  std::string object;
  append_jsonb_object(std::move(plain), object);
  return text_result(context, object);
}

// Two objects: the members of both, the right ones winning. Otherwise arrays, what is none standing
// as one element.
Value concatenate(const Value* arguments, CallContext& context) {
  std::vector<JsonMember> members;
  std::vector<std::string_view> elements;
  bool objects = true;
  for (const std::string_view side : {arguments[0].text(), arguments[1].text()}) {
    objects = objects && json_kind(side) == JsonKind::object;
    for (const JsonMember& member : json_members(side)) members.push_back(member);
    if (json_kind(side) != JsonKind::array) elements.push_back(side);
    for (const std::string_view element : json_elements(side)) elements.push_back(element);
  }
  return objects ? object_of(members, context) : array_of(elements, context);
}

// The container without the member of that key, or without the elements that are that string.
Value delete_key(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  const std::string_view key = arguments[1].text();
  const JsonKind kind = json_kind(value);
  if (kind == JsonKind::object) {
    std::vector<JsonMember> members = json_members(value);
    std::erase_if(members, [&](const JsonMember& member) {
      return is_string(member.key, key, context.arena);
    });
    return object_of(members, context);
  }
  if (kind != JsonKind::array) return context.fail("cannot delete from scalar");
  std::vector<std::string_view> elements = json_elements(value);
  std::erase_if(elements,
                [&](std::string_view element) { return is_string(element, key, context.arena); });
  return array_of(elements, context);
}

Value delete_element(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  const JsonKind kind = json_kind(value);
  if (kind == JsonKind::object)
    return context.fail("cannot delete from object using integer index");
  if (kind != JsonKind::array) return context.fail("cannot delete from scalar");
  std::vector<std::string_view> elements = json_elements(value);
  const auto count = static_cast<std::int64_t>(elements.size());
  const std::int64_t index = arguments[1].integer + (arguments[1].integer < 0 ? count : 0);
  // Nothing there to delete is no error.
  if (index < 0 || index >= count) return arguments[0];
  elements.erase(elements.begin() + index);
  return array_of(elements, context);
}

// Appends the value without members that are null, at any depth. json loses its blanks and needless
// escapes too.
template <Form form>
void append_without_nulls(std::string_view value, Arena& arena, std::string& json) {
  constexpr std::string_view comma = form == Form::json ? "," : ", ";
  constexpr std::string_view colon = form == Form::json ? ":" : ": ";
  std::string_view separator;
  switch (json_kind(value)) {
    case JsonKind::object:
      json += '{';
      for (const JsonMember& member : json_members(value)) {
        if (json_kind(member.value) == JsonKind::null) continue;
        json += std::exchange(separator, comma);
        append_json_string(*json_string_text(member.key, arena), json);
        json += colon;
        append_without_nulls<form>(member.value, arena, json);
      }
      json += '}';
      return;
    case JsonKind::array:
      json += '[';
      for (const std::string_view element : json_elements(value)) {
        json += std::exchange(separator, comma);
        append_without_nulls<form>(element, arena, json);
      }
      json += ']';
      return;
    case JsonKind::string: append_json_string(*json_string_text(value, arena), json); return;
    default: json += value;
  }
}

template <Form form>
Value strip_nulls(const Value* arguments, CallContext& context) {
  const std::string_view value = arguments[0].text();
  if (form == Form::json && !is_readable(value)) return context.fail(unreadable_escape(value));
  std::string json;
  append_without_nulls<form>(value, context.arena, json);
  return text_result(context, json);
}

template <Form form>
void add_both_forms(std::vector<Function>& functions) {
  constexpr bool is_json = form == Form::json;
  constexpr TypeKind type = is_json ? TypeKind::json : TypeKind::jsonb;
  constexpr auto operation = FunctionKind::operation;
  constexpr auto function = FunctionKind::function;
  const auto name = [](std::string_view json_name, std::string_view jsonb_name) {
    return is_json ? json_name : jsonb_name;
  };
  functions.insert(
      functions.end(),
      {{"->", {type, text}, type, get_part<form, text, type>, operation},
       {"->", {type, int4}, type, get_part<form, int4, type>, operation},
       {"->>", {type, text}, text, get_part<form, text, text>, operation},
       {"->>", {type, int4}, text, get_part<form, int4, text>, operation},
       {name("json_typeof", "jsonb_typeof"), {type}, text, type_name},
       {name("json_array_length", "jsonb_array_length"), {type}, int4, array_length},
       {name("json_strip_nulls", "jsonb_strip_nulls"), {type}, type, strip_nulls<form>},
       {name("json_build_object", "jsonb_build_object"),
        {},
        type,
        is_json ? build_json_object : build_jsonb_object,
        function,
        false,
        Signature::variadic_any},
       {name("json_build_array", "jsonb_build_array"),
        {},
        type,
        build_array<form>,
        function,
        false,
        Signature::variadic_any}});
  for (const TypeKind kind :
       {boolean,     int2,     int4,   int8,           float4,      float8, numeric,
        text,        varchar,  bpchar, TypeKind::name, date,        time,   timestamp,
        timestamptz, interval, uuid,   bytea,          enumeration, json,   jsonb})
    functions.push_back({name("to_json", "to_jsonb"), {kind}, type, convert<form>});
}

}  // namespace

std::vector<Function> jsonb_functions() {
  constexpr auto operation = FunctionKind::operation;
  constexpr auto function = FunctionKind::function;
  std::vector<Function> functions = {
      {"?", {jsonb, text}, boolean, exists, operation},
      {"@>", {jsonb, jsonb}, boolean, contains_right, operation},
      {"<@", {jsonb, jsonb}, boolean, contained_in_right, operation},
      {"jsonb_extract_path",
       {jsonb, text},
       jsonb,
       extract_path<jsonb>,
       function,
       true,
       Signature::variadic},
      {"jsonb_extract_path_text",
       {jsonb, text},
       text,
       extract_path<text>,
       function,
       true,
       Signature::variadic},
      {"||", {jsonb, jsonb}, jsonb, concatenate, operation},
      {"-", {jsonb, text}, jsonb, delete_key, operation},
      {"-", {jsonb, int4}, jsonb, delete_element, operation},
  };
  add_both_forms<Form::json>(functions);
  add_both_forms<Form::jsonb>(functions);
  return functions;
}

}  // namespace deltamill
