// SQL and its parameters, grown together, and the values that a parameter takes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sinks/sqlite/database.h"

namespace deltamill {

struct Blob {
  std::string bytes;
  [[nodiscard]] bool operator==(const Blob&) const = default;
};

// A bound parameter. monostate = NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

// Text comes from literals of ours and from names of columns, values only as parameters: nothing
// that a client says becomes SQL.
struct BoundSql {
  std::string text;
  std::vector<SqlValue> parameters;

  BoundSql& operator+=(std::string_view literal) {
    text += literal;
    return *this;
  }
  BoundSql& identifier(std::string_view name);
  BoundSql& parameter(SqlValue value);
};

// Binds them in their order. The parameters live until the statement is reset.
void bind_all(Statement& statement, const std::vector<SqlValue>& parameters);

}  // namespace deltamill
