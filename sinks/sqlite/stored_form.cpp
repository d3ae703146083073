// Packed rows -> parameters of SQLite: stored_form.h.
#include "sinks/sqlite/stored_form.h"

#include <cmath>

#include "views/data/text_form.h"

namespace deltamill {

RowBinder::RowBinder(const Columns& columns) : columns_(columns), layout_(columns) {}

void RowBinder::bind(Statement& statement, RowBytes row, std::span<const std::uint32_t> columns) {
  buffer_.clear();
  texts_.clear();
  for (const std::uint32_t column : columns)
    bind_value(statement, column, row_value(layout_, row, column));
  // Only now does the buffer stay where it is.
  for (const Text& text : texts_)
    statement.bind(text.parameter,
                   std::string_view(buffer_).substr(text.begin, text.end - text.begin));
}

void RowBinder::bind_value(Statement& statement, std::uint32_t column, const Value& value) {
  const int parameter = static_cast<int>(column) + 1;
  if (value.is_null()) {
    statement.bind_null(parameter);
    return;
  }
  switch (columns_[column].type.kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8: statement.bind(parameter, value.integer); return;
    case TypeKind::float4:
    case TypeKind::float8:
      // SQLite has no NaN: it would store NULL.
      if (std::isnan(value.real))
        statement.bind(parameter, std::string_view("NaN"));
      else
        statement.bind(parameter, value.real);
      return;
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::bpchar:
    case TypeKind::name:
    case TypeKind::enumeration:
    case TypeKind::json:
    case TypeKind::jsonb: statement.bind(parameter, value.text()); return;
    case TypeKind::bytea: statement.bind_blob(parameter, value.text()); return;
    default: make_text(column, value);
  }
}

void RowBinder::make_text(std::uint32_t column, const Value& value) {
  const Type& type = columns_[column].type;
  Text text{static_cast<int>(column) + 1, buffer_.size(), 0};
  if (type.kind == TypeKind::timestamp || type.kind == TypeKind::timestamptz) {
    // The JSON form without its quotes: with T between date and time.
    append_json(type, value, buffer_);
    buffer_.pop_back();
    ++text.begin;
  } else {
    append_text(type, value, buffer_);
  }
  text.end = buffer_.size();
  texts_.push_back(text);
}

}  // namespace deltamill
