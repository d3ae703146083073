// Builds SQL text whose values are parameters: only names that the product itself knows go into the
// text, quoted.
#include "sinks/sqlite/bound_sql.h"

#include <utility>

#include "sinks/sqlite/table_sql.h"

namespace deltamill {

BoundSql& BoundSql::identifier(std::string_view name) {
  text += quote_name(std::string(name));
  return *this;
}

BoundSql& BoundSql::parameter(SqlValue value) {
  text += '?';
  parameters.push_back(std::move(value));
  return *this;
}

void bind_all(Statement& statement, const std::vector<SqlValue>& parameters) {
  int ordinal = 0;
  for (const SqlValue& parameter : parameters) {
    ++ordinal;
    if (const auto* integer = std::get_if<std::int64_t>(&parameter))
      statement.bind(ordinal, *integer);
    else if (const auto* real = std::get_if<double>(&parameter))
      statement.bind(ordinal, *real);
    else if (const auto* text = std::get_if<std::string>(&parameter))
      statement.bind(ordinal, std::string_view(*text));
    else if (const auto* blob = std::get_if<Blob>(&parameter))
      statement.bind_blob(ordinal, blob->bytes);
    else
      statement.bind_null(ordinal);
  }
}

}  // namespace deltamill
