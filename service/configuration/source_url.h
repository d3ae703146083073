// The connection string of the source: whether libpq can read it.
#pragma once

#include <string>

namespace deltamill {

// What is wrong with a connection string, to be put after `must be`; empty = nothing. Never holds a
// part of the string that may be a password.
[[nodiscard]] std::string url_problem(const std::string& url);

}  // namespace deltamill
