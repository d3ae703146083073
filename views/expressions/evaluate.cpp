// Runs a program: fills its registers chunk by chunk, each for the rows that need it.
//
// Every register keeps its values at the row's own offset, and a subexpression has the same value
// for a row wherever it is computed, so writing a register again under another selection changes
// nothing. A selection carries the number of its scope: what was computed for all rows of a scope
// is not computed again in it, nor in narrower ones of the same number. The root scope of a chunk
// holds all its rows. Rows in error leave every selection.
#include "views/expressions/evaluate.h"

#include <algorithm>
#include <array>

#include "views/data/check.h"
#include "views/data/value_comparison.h"
#include "views/expressions/registers.h"

namespace deltamill {

namespace {

constexpr std::size_t run_rows_max = 65536;

}  // namespace

// The registers, and the state of the run that is under way.
struct Program::Code {
  explicit Code(Expressions outputs)
      : registers(std::move(outputs)), call_arguments_(registers.arguments_max()) {}

  void begin(const InputRows& input_rows, Arena& result_arena, std::vector<RowError>& row_errors);
  // Selects the rows of the chunk that starts at `first` and evaluates nothing yet.
  Selection begin_chunk(std::size_t first);
  void end_chunk();
  // Makes sure that a register has its values for the selected rows, and drops those in error.
  void evaluate(std::uint32_t number, Selection& selection);

  Registers registers;

 private:
  void compute(Register& result, Selection& selection);
  void load_column(Register& result, const Selection& selection) const;
  void call(Register& result, Selection& selection);
  void call_unary(Register& result, CallContext& context, const Selection& selection);
  void call_binary(Register& result, CallContext& context, const Selection& selection);
  void call_any(Register& result, CallContext& context, const Selection& selection);
  void all_or_any(Register& result, Selection& selection, bool decisive);
  void case_when(Register& result, Selection& selection);
  void coalesce(Register& result, Selection& selection);
  void nullif(Register& result, Selection& selection);
  void null_test(Register& result, Selection& selection, bool wanted);
  void distinct_test(Register& result, Selection& selection, bool wanted);
  void extreme(Register& result, Selection& selection, int better);

  void take_error(std::size_t row, CallContext& context);
  void prune(Selection& selection) const;
  // A scope of its own for a selection that some condition narrows.
  [[nodiscard]] Selection narrowed(RowOffset* rows) { return {rows, 0, ++last_scope_}; }

  const InputRows* rows_ = nullptr;
  Arena* arena_ = nullptr;
  std::vector<RowError>* errors_ = nullptr;
  std::size_t first_ = 0;          // of the chunk
  std::size_t errors_before_ = 0;  // errors of earlier chunks
  std::uint64_t last_scope_ = 0;
  std::uint64_t root_scope_ = 0;
  std::array<RowOffset, chunk_rows_max> selected_{};
  std::array<std::uint8_t, chunk_rows_max> failed_{};
  std::vector<Value> call_arguments_;  // room for the widest call
};

void Program::Code::begin(const InputRows& input_rows, Arena& result_arena,
                          std::vector<RowError>& row_errors) {
  DM_CHECK(input_rows.count <= run_rows_max, "a program runs over at most 65536 rows at a time");
  rows_ = &input_rows;
  arena_ = &result_arena;
  errors_ = &row_errors;
  errors_->clear();
}

Selection Program::Code::begin_chunk(std::size_t first) {
  first_ = first;
  errors_before_ = errors_->size();
  const std::size_t count = std::min(chunk_rows_max, rows_->count - first);
  for (std::size_t i = 0; i < count; ++i) selected_[i] = static_cast<RowOffset>(i);
  root_scope_ = ++last_scope_;
  return {selected_.data(), count, root_scope_};
}

void Program::Code::end_chunk() {
  const auto begin = errors_->begin() + static_cast<std::ptrdiff_t>(errors_before_);
  if (begin == errors_->end()) return;
  std::sort(begin, errors_->end(),
            [](const RowError& a, const RowError& b) { return a.row < b.row; });
  // Only where a row failed: nearly every chunk leaves the array untouched. Errors were found
  // register by register and are reported row by row.
  failed_.fill(0);
}

void Program::Code::evaluate(std::uint32_t number, Selection& selection) {
  Register& result = registers[number];
  // Computed before for all rows of this scope, or for all rows there are.
  if (result.stride == 0 || result.computed_scope == selection.scope ||
      result.computed_scope == root_scope_)
    return;
  const std::size_t errors_seen = errors_->size();
  compute(result, selection);
  if (errors_->size() != errors_seen) [[unlikely]]
    // Here and in each caller up to the root, since each sees that there are more errors than
    // before.
    prune(selection);
  result.computed_scope = selection.scope;
}

void Program::Code::compute(Register& result, Selection& selection) {
  switch (result.expression->kind) {
    case Expression::Kind::constant: return;
    case Expression::Kind::column: load_column(result, selection); return;
    case Expression::Kind::outer_column:
    case Expression::Kind::aggregate_result:
      DM_CHECK(false, "a plan that runs has columns only of its own inputs");
    case Expression::Kind::call: call(result, selection); return;
    case Expression::Kind::all_of: all_or_any(result, selection, false); return;
    case Expression::Kind::any_of: all_or_any(result, selection, true); return;
    case Expression::Kind::case_when: case_when(result, selection); return;
    case Expression::Kind::coalesce: coalesce(result, selection); return;
    case Expression::Kind::nullif: nullif(result, selection); return;
    case Expression::Kind::is_null: null_test(result, selection, true); return;
    case Expression::Kind::is_not_null: null_test(result, selection, false); return;
    case Expression::Kind::is_distinct: distinct_test(result, selection, true); return;
    case Expression::Kind::is_not_distinct: distinct_test(result, selection, false); return;
    case Expression::Kind::greatest: extreme(result, selection, 1); return;
    case Expression::Kind::least: extreme(result, selection, -1); return;
  }
}

void Program::Code::load_column(Register& result, const Selection& selection) const {
  const std::uint32_t ordinal = result.expression->ordinal;
  const RowBytes* const rows = rows_->rows[result.expression->input] + first_;
  const RowLayout& layout = *rows_->layouts[result.expression->input];
  const Storage storage = layout.storage(ordinal);
  Value* const values = result.values.get();
  // Integers and floats, most columns, are read below without the switch over storages that
  // row_value() makes per row.
  if (storage != Storage::integer && storage != Storage::real) {
    for (std::size_t i = 0; i < selection.count; ++i) {
      const RowOffset row = selection.rows[i];
      values[row] = rows[row] == nullptr ? Value::null() : row_value(layout, rows[row], ordinal);
    }
    return;
  }
  const std::size_t slot = layout.slots_begin() + std::size_t{8} * ordinal;
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    if (rows[row] == nullptr || row_is_null(rows[row], ordinal)) {
      values[row] = Value::null();
      continue;
    }
    std::int64_t integer;
    std::memcpy(&integer, rows[row] + slot, sizeof integer);
    values[row] = Value::of_integer(integer);
  }
}

void Program::Code::call(Register& result, Selection& selection) {
  for (const std::uint32_t argument : result.arguments) evaluate(argument, selection);
  CallContext context{*arena_, result.expression->type, result.argument_types, {}};
  if (result.expression->time_zones != nullptr)
    context.time_zones = result.expression->time_zones.get();
  // A strict function is not called where an argument is NULL, and its result is NULL there, as in
  // PostgreSQL's ExecInterpExpr(). With one or two arguments, which nearly all have, no array is
  // filled.
  const bool strict = result.expression->function->strict;
  if (strict && result.arguments.size() == 1) return call_unary(result, context, selection);
  if (strict && result.arguments.size() == 2) return call_binary(result, context, selection);
  call_any(result, context, selection);
}

void Program::Code::call_unary(Register& result, CallContext& context, const Selection& selection) {
  const ScalarFunction function = result.expression->function->call;
  const Register& argument = registers[result.arguments[0]];
  Value* const values = result.values.get();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value& value = argument.at(row);
    values[row] = value.is_null() ? Value::null() : function(&value, context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::call_binary(Register& result, CallContext& context,
                                const Selection& selection) {
  const Register& left = registers[result.arguments[0]];
  const Register& right = registers[result.arguments[1]];
  if (result.comparison != IntegerComparison::none) {
    compare_integers(result.comparison, left.column(), right.column(), selection,
                     result.values.get());
    return;
  }
  const ScalarFunction function = result.expression->function->call;
  Value* const values = result.values.get();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value pair[2] = {left.at(row), right.at(row)};
    values[row] = pair[0].is_null() || pair[1].is_null() ? Value::null() : function(pair, context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::call_any(Register& result, CallContext& context, const Selection& selection) {
  const Function& function = *result.expression->function;
  const std::size_t count = result.arguments.size();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    bool has_null = false;
    for (std::size_t a = 0; a < count; ++a) {
      call_arguments_[a] = registers[result.arguments[a]].at(row);
      has_null = has_null || call_arguments_[a].is_null();
    }
    result.values[row] = function.strict && has_null
                             ? Value::null()
                             : function.call(call_arguments_.data(), context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

// AND (decisive: false) and OR (decisive: true), left to right, each argument for the rows only
// that no earlier one has decided. So 1/x behind x <> 0 raises no error, whatever the order in
// which PostgreSQL's planner would evaluate them.
void Program::Code::all_or_any(Register& result, Selection& selection, bool decisive) {
  Value* const values = result.values.get();
  Selection pending = narrowed(result.undecided.get());
  for (std::size_t a = 0; a < result.arguments.size(); ++a) {
    // The first argument is evaluated for all rows, in their own scope: what it shares with other
    // expressions is computed once.
    Selection& current = a == 0 ? selection : pending;
    if (current.count == 0) return;
    evaluate(result.arguments[a], current);
    const Register& argument = registers[result.arguments[a]];
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < current.count; ++i) {
      const RowOffset row = current.rows[i];
      const Value& value = argument.at(row);
      const bool decided = !value.is_null() && value.boolean() == decisive;
      // Undecided, the result is NULL as soon as one argument was.
      if (a == 0 || decided || value.is_null()) values[row] = value;
      if (!decided) pending.rows[undecided++] = row;
    }
    pending.count = undecided;
  }
}

// Condition by condition over the rows that none before was true of; each result for its own rows
// only, so that an error in another branch is none.
void Program::Code::case_when(Register& result, Selection& selection) {
  Value* const values = result.values.get();
  Selection pending = narrowed(result.undecided.get());
  const std::size_t count = result.arguments.size();
  for (std::size_t a = 0; a < count; a += 2) {
    Selection& current = a == 0 ? selection : pending;
    evaluate(result.arguments[a], current);
    const Register& argument = registers[result.arguments[a]];
    if (a + 1 == count) {
      for (std::size_t i = 0; i < current.count; ++i)
        values[current.rows[i]] = argument.at(current.rows[i]);
      return;
    }
    Selection branch = narrowed(result.branch.get());
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < current.count; ++i) {
      const RowOffset row = current.rows[i];
      const Value& condition = argument.at(row);
      if (!condition.is_null() && condition.boolean())
        branch.rows[branch.count++] = row;
      else
        pending.rows[undecided++] = row;
    }
    pending.count = undecided;
    if (branch.count == 0) continue;
    evaluate(result.arguments[a + 1], branch);
    const Register& chosen = registers[result.arguments[a + 1]];
    for (std::size_t i = 0; i < branch.count; ++i)
      values[branch.rows[i]] = chosen.at(branch.rows[i]);
  }
}

// An argument is evaluated only where all before it are NULL.
void Program::Code::coalesce(Register& result, Selection& selection) {
  Selection pending = narrowed(result.undecided.get());
  for (std::size_t a = 0; a < result.arguments.size(); ++a) {
    Selection& current = a == 0 ? selection : pending;
    if (current.count == 0) return;
    evaluate(result.arguments[a], current);
    const Register& argument = registers[result.arguments[a]];
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < current.count; ++i) {
      const RowOffset row = current.rows[i];
      result.values[row] = argument.at(row);
      if (result.values[row].is_null()) pending.rows[undecided++] = row;
    }
    pending.count = undecided;
  }
}

void Program::Code::nullif(Register& result, Selection& selection) {
  for (const std::uint32_t argument : result.arguments) evaluate(argument, selection);
  const Register& left = registers[result.arguments[0]];
  const Register& right = registers[result.arguments[1]];
  CallContext context{*arena_, result.expression->type, result.argument_types, {}};
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value pair[2] = {left.at(row), right.at(row)};
    // The operator = is not true of NULL, so the first operand stays, NULL or not.
    result.values[row] = pair[0];
    if (pair[0].is_null() || pair[1].is_null()) continue;
    const Value same = result.expression->function->call(pair, context);
    if (!same.is_null() && same.boolean()) result.values[row] = Value::null();
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::null_test(Register& result, Selection& selection, bool wanted) {
  evaluate(result.arguments[0], selection);
  const Register& argument = registers[result.arguments[0]];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    result.values[row] = Value::of_boolean(argument.at(row).is_null() == wanted);
  }
}

void Program::Code::distinct_test(Register& result, Selection& selection, bool wanted) {
  for (const std::uint32_t argument : result.arguments) evaluate(argument, selection);
  const Register& left = registers[result.arguments[0]];
  const Register& right = registers[result.arguments[1]];
  const Type& type = result.argument_types[0];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const bool same = not_distinct(type, left.at(row), right.at(row));
    result.values[row] = Value::of_boolean(same != wanted);
  }
}

// GREATEST (better: 1) and LEAST (better: -1). Among equal values the first one stays; NULLs are
// passed over, unlike elsewhere in SQL (ExecEvalMinMax).
void Program::Code::extreme(Register& result, Selection& selection, int better) {
  for (const std::uint32_t argument : result.arguments) evaluate(argument, selection);
  const Type& type = result.argument_types[0];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    Value best = Value::null();
    for (const std::uint32_t argument : result.arguments) {
      const Value& value = registers[argument].at(row);
      if (value.is_null()) continue;
      if (best.is_null() || compare_values(type, value, best) * better > 0) best = value;
    }
    result.values[row] = best;
  }
}

void Program::Code::take_error(std::size_t row, CallContext& context) {
  // One error per row: the first, which PostgreSQL would have stopped at.
  if (failed_[row] == 0)
    errors_->push_back({static_cast<std::uint32_t>(first_ + row), context.error});
  failed_[row] = 1;
  context.error = {};
}

void Program::Code::prune(Selection& selection) const {
  RowOffset* const end = std::remove_if(selection.rows, selection.rows + selection.count,
                                        [this](RowOffset row) { return failed_[row] != 0; });
  selection.count = static_cast<std::size_t>(end - selection.rows);
}

Program::Program() = default;
Program::Program(Expressions outputs) : code_(std::make_unique<Code>(std::move(outputs))) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

std::size_t Program::output_count() const {
  return code_ ? code_->registers.outputs().size() : 0;
}

void Program::run(const InputRows& rows, Arena& arena, ProgramResults& results) const {
  results.outputs.resize(output_count());
  for (std::vector<Value>& output : results.outputs) output.resize(rows.count);
  results.errors.clear();
  if (!code_) return;
  code_->begin(rows, arena, results.errors);
  for (std::size_t first = 0; first < rows.count; first += chunk_rows_max) {
    Selection selection = code_->begin_chunk(first);
    for (std::size_t output = 0; output < code_->registers.outputs().size(); ++output) {
      code_->evaluate(code_->registers.outputs()[output], selection);
      const Register& result = code_->registers[code_->registers.outputs()[output]];
      Value* const target = results.outputs[output].data() + first;
      for (std::size_t i = 0; i < selection.count; ++i)
        target[selection.rows[i]] = result.at(selection.rows[i]);
    }
    code_->end_chunk();
  }
}

void Program::select(const InputRows& rows, Arena& arena, std::vector<std::uint32_t>& selected,
                     std::vector<RowError>& errors) const {
  DM_CHECK(output_count() >= 1, "a condition is the first output");
  selected.clear();
  code_->begin(rows, arena, errors);
  for (std::size_t first = 0; first < rows.count; first += chunk_rows_max) {
    Selection selection = code_->begin_chunk(first);
    code_->evaluate(code_->registers.outputs()[0], selection);
    const Register& result = code_->registers[code_->registers.outputs()[0]];
    for (std::size_t i = 0; i < selection.count; ++i) {
      const Value& value = result.at(selection.rows[i]);
      if (!value.is_null() && value.boolean())
        selected.push_back(static_cast<std::uint32_t>(first + selection.rows[i]));
    }
    code_->end_chunk();
  }
}

}  // namespace deltamill
