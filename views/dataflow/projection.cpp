// Computes the output columns of joins: reads plain columns straight from the rows, runs the
// program for the others.
#include "views/dataflow/projection.h"

namespace deltamill {

Projection::Projection(const Expressions& outputs) : columns_(outputs.size()) {
  Expressions computed;
  for (std::size_t output = 0; output < outputs.size(); ++output) {
    const Expression& expression = *outputs[output];
    if (expression.kind == Expression::Kind::column) {
      plain_.push_back({output, expression.input, expression.ordinal});
      continue;
    }
    computed_.push_back(output);
    computed.push_back(outputs[output]);
  }
  if (!computed.empty()) program_ = Program(std::move(computed));
}

void Projection::read_column(const PlainColumn& column, const InputRows& rows) {
  std::vector<Value>& values = columns_[column.output];
  const RowBytes* const input = rows.rows[column.input];
  const RowLayout& layout = *rows.layouts[column.input];
  const std::size_t slot = layout.slots_begin() + std::size_t{8} * column.ordinal;
  const Storage storage = layout.storage(column.ordinal);
  // Decided once for all rows: such a slot is the value, and most columns are so.
  const bool fixed = storage == Storage::integer || storage == Storage::real;
  for (std::size_t row = 0; row < rows.count; ++row) {
    const RowBytes bytes = input[row];
    if (bytes == nullptr || row_is_null(bytes, column.ordinal)) {
      values[row] = Value::null();
    } else if (fixed) {
      std::memcpy(&values[row].integer, bytes + slot, sizeof(std::int64_t));
      values[row].length = 0;
      values[row].form = Value::Form::plain;
    } else {
      values[row] = row_value(layout, bytes, column.ordinal);
    }
  }
}

void Projection::run(const InputRows& rows, Arena& arena) {
  results_.errors.clear();
  for (std::vector<Value>& values : columns_)
    if (values.size() < rows.count) values.resize(rows.count);
  for (const PlainColumn& column : plain_) read_column(column, rows);
  if (computed_.empty()) return;
  program_.run(rows, arena, results_);
  // Swapped, not copied: the program overwrites its results in the next run anyway.
  for (std::size_t number = 0; number < computed_.size(); ++number)
    columns_[computed_[number]].swap(results_.outputs[number]);
}

}  // namespace deltamill
