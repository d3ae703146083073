// The text form of a view's test:
//
//   # comment
//   enum mood ('sad', 'ok')
//   table orders (id int8, customer_id int4, total numeric(12,2), key (id))
//   view named_orders
//     SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id
//
//   transaction 0/10
//     orders     +1  (1, 7, 10.50)
//     customers  +1  (7, 'Ada')
//   expect named_orders
//                +1  (1, 'Ada')
//   expect errors ratios
//                +1  'division by zero at {"id":1}'
//
// A table without a key has REPLICA IDENTITY FULL. A row -1 directly followed by +1 of the same
// table is one UPDATE, other rows are inserts and deletes; `truncate T` empties a table. Values are
// NULL, numbers, true, false or 'text' in any input form of the column's type. An `expect` is the
// whole change of that view in the transaction above it; before any transaction, what a view holds
// from the start. Views without one are checked by the oracle alone, like all others.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/oracle/plan_oracle.h"
#include "views/data/schema.h"

namespace deltamill {

struct RowChangeLine {
  std::string table;
  std::int64_t weight = 0;  // 0: truncate
  TextRow row;              // as written, unquoted
  std::size_t line = 0;
};

struct Expectation {
  std::size_t line = 0;
  std::string view;
  bool errors = false;  // rows of one value each: the error
  std::map<TextRow, std::int64_t> rows;
};

struct TransactionStep {
  std::size_t line = 0;
  std::vector<RowChangeLine> changes;
  std::vector<Expectation> expectations;
};

struct ViewTestFile {
  std::vector<std::shared_ptr<const EnumType>> enums;
  std::vector<Table> tables;
  std::vector<std::pair<std::string, std::string>> views;  // name, SQL
  std::vector<TransactionStep> steps;  // the first one: what holds before any transaction
};

// Throws std::runtime_error with the line of what cannot be read.
[[nodiscard]] ViewTestFile parse_view_test(const std::string& text);

}  // namespace deltamill
