// The parts of the cast table, one file each. Which casts exist, and in which context they apply,
// follows pg_cast; casts through text exist between the text kinds and everything else
// (PostgreSQL's I/O conversion).
#pragma once

#include <vector>

#include "views/functions/function.h"

namespace deltamill {

class CastTable {
 public:
  // implicit_cast, assignment_cast or explicit_cast.
  void add(TypeKind from, TypeKind to, ScalarFunction call, FunctionKind context) {
    functions_.push_back({"", {from}, to, call, context});
  }
  [[nodiscard]] std::vector<Function> take() { return std::move(functions_); }

 private:
  std::vector<Function> functions_;
};

void add_number_casts(CastTable& casts);
void add_text_casts(CastTable& casts);
void add_datetime_casts(CastTable& casts);
void add_jsonb_casts(CastTable& casts);

}  // namespace deltamill
