// How the columns of a view stand in the view store, and what follows from
// it: which SQL compares them as PostgreSQL compares the type, and how a stored value prints as
// JSON, text and CSV.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sinks/sqlite/database.h"
#include "views/data/schema.h"

namespace deltamill {

struct Blob {
  std::string bytes;
  [[nodiscard]] bool operator==(const Blob&) const = default;
};

// A bound parameter. monostate = NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

// SQL and its parameters, grown together. The only place where SQL over the view store is put
// together: text comes from literals of ours and from columns of the view, values only as
// parameters.
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

void bind_all(Statement& statement, const std::vector<SqlValue>& parameters);

// What a comparison is about.
enum class Aspect : std::uint8_t {
  equality,  // PostgreSQL's =
  order,     // PostgreSQL's <, also good for =
  stored,    // the stored form itself: tells apart equal values such as 1.0 and 1.00
};

// False for json and jsonb, which have neither = nor < here.
[[nodiscard]] bool comparable(const Type& type);
// True when equal values may be stored in several forms.
[[nodiscard]] bool several_forms(const Type& type);
// True for the types that LIKE takes.
[[nodiscard]] bool textual(const Type& type);

// Appends the column under an aspect. REQUIRES: comparable, or Aspect::stored.
void append_column(const Column& column, Aspect aspect, BoundSql& sql);

// Appends `value` so that it compares with append_column of the same column and aspect.
void append_operand(const Column& column, Aspect aspect, const SqlValue& value, BoundSql& sql);

// Reads a value by the type of a column as PostgreSQL reads 'text' beside it: without the type's
// modifier. Nothing = not a value of the type.
[[nodiscard]] std::optional<SqlValue> read_operand(const Type& type, Aspect aspect,
                                                   std::string_view text);

// Which text a stored value becomes.
enum class TextUse : std::uint8_t { cast, copy };  // value::text; COPY's field

// A column of the statement's row, of this type, as JSON (as row_to_json prints it).
void append_stored_json(const Type& type, const Statement& row, int column, std::string& json);
// REQUIRES: not NULL.
void append_stored_text(const Type& type, TextUse use, const Statement& row, int column,
                        std::string& text);

}  // namespace deltamill
