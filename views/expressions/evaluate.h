// Typed expressions as a program over a batch: column at a time, over a selection of rows, so that
// what AND, OR, CASE and COALESCE skip is never evaluated (1/x behind x <> 0 raises no error).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "views/data/arena.h"
#include "views/data/row.h"
#include "views/expressions/expression.h"

namespace deltamill {

// The rows a program runs over: `count` combinations of one row per input. A nullptr row reads as
// all NULL.
struct InputRows {
  std::size_t count = 0;
  std::span<const RowBytes* const> rows;      // per input: `count` row pointers
  std::span<const RowLayout* const> layouts;  // per input
};

struct RowError {
  std::uint32_t row = 0;     // offset among the input rows
  std::string_view message;  // static or in the arena
};

// Results of a run: results[output][row]. Rows in error have unspecified results.
class ProgramResults {
 public:
  std::vector<std::vector<Value>> outputs;
  std::vector<RowError> errors;  // at most one per row, by row
};

class Program {
 public:
  Program();
  explicit Program(Expressions outputs);
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  [[nodiscard]] std::size_t output_count() const;

  // Evaluates all outputs for all rows. Values view input rows, constants of the program or the
  // arena. REQUIRES: rows.count <= 65536. Column expressions name inputs and ordinals that exist.
  void run(const InputRows& rows, Arena& arena, ProgramResults& results) const;

  // Offsets of the rows for which the first output, a condition, is true. Errors as above.
  void select(const InputRows& rows, Arena& arena, std::vector<std::uint32_t>& selected,
              std::vector<RowError>& errors) const;

 private:
  struct Code;
  std::unique_ptr<Code> code_;
};

}  // namespace deltamill
