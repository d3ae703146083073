// Secrets in lines that are shown: a diagnostic prints the line it is about, and that line may hold
// a password.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace deltamill {

struct ShownLine {
  std::string text;
  std::size_t mark = 0;  // where the byte at `mark` of the original stands
};

// The line with *** in place of: the password of a URI, values of password, secret and token, and
// a `url:` that is no connection string but has an @. ${REFERENCES} stay. Errs towards hiding.
[[nodiscard]] ShownLine hide_secrets(std::string_view line, std::size_t mark = 0);

}  // namespace deltamill
