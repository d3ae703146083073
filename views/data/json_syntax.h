// The tokens of JSON text and what a string of it says. jsonb.h is what others use; this is shared by
// its three sources: json_syntax (is it JSON?), json_walk (looking into it), jsonb (canonical form).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace deltamill {

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
