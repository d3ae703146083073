// JSON as text. jsonb is held in the canonical text that PostgreSQL prints: keys sorted by length,
// then bytes, no duplicates, numbers as numerics print, one blank after ':' and ','. json is any
// valid text, held verbatim.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/arena.h"
#include "views/data/json_syntax.h"
#include "views/data/value.h"

namespace deltamill {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// jsonb_in: the canonical form of any JSON text. Nothing = not JSON, \u0000, a broken surrogate
// pair, a number beyond numeric, or nested deeper than 4000.
[[nodiscard]] std::optional<std::string> canonical_jsonb(std::string_view text);

// The following take valid JSON, json or jsonb, and give views into it, without blanks around.

[[nodiscard]] JsonKind json_kind(std::string_view json);

// An object's member; of duplicates in json the last. `key` is plain text. Nothing = no object or
// no such key.
[[nodiscard]] std::optional<std::string_view> json_member(std::string_view json,
                                                          std::string_view key);
// An array's element, negative offsets from the end. Nothing = no array or out of its range.
[[nodiscard]] std::optional<std::string_view> json_element(std::string_view json,
                                                           std::int64_t offset);

// The elements of an array, none if it is none.
[[nodiscard]] std::vector<std::string_view> json_elements(std::string_view json);

// The members of an object in the order of the text; keys still quoted and escaped.
struct JsonMember {
  std::string_view key;
  std::string_view value;
};
[[nodiscard]] std::vector<JsonMember> json_members(std::string_view json);

// The text of a JSON string ("a\nb" with its quotes). Views `json` if nothing is escaped, else the
// arena. Nothing = \u0000 or a broken surrogate pair (possible in json, not in jsonb).
[[nodiscard]] std::optional<std::string_view> json_string_text(std::string_view json, Arena& arena);

// What ->> gives: a string's text, NULL for null, else the JSON text itself. Nothing as in
// json_string_text.
[[nodiscard]] std::optional<Value> json_as_text(std::string_view json, Arena& arena);

// One member of an object to be built: the key as plain text, the value as canonical jsonb.
struct JsonbMember {
  std::string key;
  std::string value;
};
// Appends a jsonb object: sorts, and of equal keys keeps the last.
void append_jsonb_object(std::vector<JsonbMember> members, std::string& text);

// Appends a value as to_jsonb gives it, NULL as null: floats as numerics, json made canonical; else
// as append_json. False: a json value that is no jsonb; nothing is appended.
[[nodiscard]] bool append_jsonb(const Type& type, const Value& value, std::string& text);

}  // namespace deltamill
