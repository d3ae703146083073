// The table of aggregate functions: name, argument types, result, rules and accumulator. Which row
// a call means is decided by sql/overloads, as for scalar functions. One accumulator per file:
// aggregates/.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "views/functions/aggregates/accumulator.h"

namespace deltamill {

struct AggregateFunction {
  // Whether ORDER BY may or must stand among the arguments.
  enum class Order : std::uint8_t { none, allowed, required };

  struct Rules {
    // Rows with a NULL argument count too (array_agg), else they are left out (sum).
    bool counts_nulls = false;
    // The result over no rows is NULL, else it is a value of its own (0 of count).
    bool null_if_empty = true;
    // The result stays the same when an argument comes twice: DISTINCT changes nothing.
    bool ignores_repetition = false;
    // The arguments of a group are kept in their order: a change costs O(log rows of the group),
    // else O(1), and text must be ordered by its bytes.
    bool keeps_ordered = false;
    Order order = Order::none;
  };

  std::string_view name;                // lower case SQL name
  std::vector<TypeKind> arguments;      // none: count(*); unknown: any type; enumeration: any enum
  TypeKind result = TypeKind::unknown;  // enumeration: that of the argument
  // For calls without DISTINCT, which make_accumulator() adds.
  std::unique_ptr<Accumulator> (*make)(const AggregateFunction& function,
                                       const AggregateTypes& types) = nullptr;
  Rules rules = {};
};

// All rows, those of one name together. Pointers into the span stay valid for the whole run.
[[nodiscard]] std::span<const AggregateFunction> all_aggregates();

[[nodiscard]] bool is_aggregate(std::string_view name);

// The row that takes arguments of these kinds as they are, or nullptr.
[[nodiscard]] const AggregateFunction* find_aggregate(std::string_view name,
                                                      std::span<const TypeKind> arguments);

// REQUIRES: types that the function takes; DISTINCT only with one argument.
[[nodiscard]] std::unique_ptr<Accumulator> make_accumulator(const AggregateFunction& function,
                                                            const AggregateTypes& types,
                                                            bool distinct);

}  // namespace deltamill
