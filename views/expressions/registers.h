// The registers of a program: what it computes, one register per distinct subexpression of its
// outputs, arguments before what is computed of them. How they are filled: evaluate.cpp.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "views/expressions/expression.h"
#include "views/expressions/integer_comparison.h"
#include "views/expressions/selection.h"

namespace deltamill {

// The values of one subexpression for the rows of a chunk, and how they are computed.
struct Register {
  const Expression* expression = nullptr;
  std::vector<std::uint32_t> arguments;  // numbers of registers
  std::vector<Type> argument_types;
  IntegerComparison comparison = IntegerComparison::none;
  std::unique_ptr<Value[]> values;  // by row of the chunk; one for a constant
  std::uint32_t stride = 1;         // 0 for a constant
  // The scope for all of whose rows the values are there.
  std::uint64_t computed_scope = 0;
  // Room for selections: of AND, OR, CASE and COALESCE the rows that are still undecided, of CASE
  // those of the result in hand.
  std::unique_ptr<RowOffset[]> undecided;
  std::unique_ptr<RowOffset[]> branch;

  [[nodiscard]] const Value& at(std::size_t row) const { return values[row * stride]; }
  [[nodiscard]] ValueColumn column() const { return {values.get(), stride}; }
};

class Registers {
 public:
  explicit Registers(Expressions outputs);

  [[nodiscard]] Register& operator[](std::uint32_t number) { return registers_[number]; }
  // Numbers of the registers that the outputs are read from, in the order of the outputs.
  [[nodiscard]] const std::vector<std::uint32_t>& outputs() const { return outputs_; }
  // Arguments of the widest expression.
  [[nodiscard]] std::size_t arguments_max() const { return arguments_max_; }

 private:
  // By what they compute.
  using Known = std::unordered_map<std::string, std::uint32_t>;

  [[nodiscard]] std::uint32_t add(const Expression& expression, Known& known);

  Expressions expressions_;  // the registers point into them
  std::vector<Register> registers_;
  std::vector<std::uint32_t> outputs_;
  std::size_t arguments_max_ = 0;
};

}  // namespace deltamill
