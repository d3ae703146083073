// JSON as a grammar: whether a text is JSON, its tokens, and what a string of it says. Looking into
// JSON and the canonical form of jsonb: jsonb.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace deltamill {

// Is it JSON (RFC 8259 as json_in takes it, blanks around allowed)?
[[nodiscard]] bool is_json(std::string_view text);

// Is it canonical jsonb for certain? Objects whose keys hold escapes answer false: canonical_jsonb
// decides.
[[nodiscard]] bool is_canonical_jsonb(std::string_view text);

// Appends a JSON string with PostgreSQL's escapes: \" \\ \b \f \n \r \t, \u00XX below U+0020,
// nothing else.
void append_json_string(std::string_view utf8, std::string& text);

// What a function that passes a token answers when there is no valid one.
inline constexpr std::size_t no_token = std::string_view::npos;

[[nodiscard]] constexpr bool is_json_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
[[nodiscard]] std::size_t skip_json_blanks(std::string_view text, std::size_t at);

// The offset behind the string or scalar that begins at `at`, or no_token.
// REQUIRES: text[at] exists; for a string it is the opening quote.
[[nodiscard]] std::size_t pass_json_string(std::string_view text, std::size_t at);
[[nodiscard]] std::size_t pass_json_scalar(std::string_view text, std::size_t at);

// Appends what stands between the quotes of a string, escapes resolved. False: \u0000 or a broken
// surrogate pair. REQUIRES: pass_json_string has passed it.
[[nodiscard]] bool append_unescaped(std::string_view inner, std::string& plain);

// The order of keys in an object of jsonb: the shorter first, then bytes.
[[nodiscard]] constexpr bool jsonb_key_less(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

}  // namespace deltamill
