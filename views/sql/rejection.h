// How the SQL stage gives up on a query: thrown inside views/sql, caught by bind_views, which
// returns it as a Diagnostic. Never seen outside this directory.
#pragma once

#include <string>
#include <utility>

#include "views/sql/syntax.h"

namespace deltamill {

struct Rejection {
  std::string code;  // as Diagnostic::code
  std::string message;
  std::string hint;  // empty = none
  Position position = 0;
};

[[noreturn]] inline void reject(std::string code, Position position, std::string message,
                                std::string hint = "") {
  throw Rejection{std::move(code), std::move(message), std::move(hint), position};
}

}  // namespace deltamill
