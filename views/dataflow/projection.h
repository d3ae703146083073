// Output columns of a delta join or an outer join: plain columns are read from the rows directly,
// the rest is computed by a program.
#pragma once

#include <vector>

#include "views/expressions/evaluate.h"

namespace deltamill {

class Projection {
 public:
  explicit Projection(const Expressions& outputs);

  // Fills columns()[output][row] for all rows; errors() has the rows without a result.
  void run(const InputRows& rows, Arena& arena);
  [[nodiscard]] const std::vector<std::vector<Value>>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<RowError>& errors() const { return results_.errors; }

 private:
  struct PlainColumn {
    std::size_t output = 0;
    std::uint32_t input = 0;
    std::uint32_t ordinal = 0;
  };

  void read_column(const PlainColumn& column, const InputRows& rows);

  std::vector<PlainColumn> plain_;
  std::vector<std::size_t> computed_;  // output of each output of the program
  Program program_;
  ProgramResults results_;
  std::vector<std::vector<Value>> columns_;
};

}  // namespace deltamill
