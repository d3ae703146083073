// The program behind an expression list: one register of values per distinct subexpression, filled
// chunk by chunk.
//
// Every register keeps its values at the row's own offset, and a subexpression has the same value
// for a row wherever it is computed, so writing a register again under another selection changes
// nothing. A selection carries the number of its scope: what was computed for all rows of a scope
// is not computed again in it, nor in narrower ones of the same number. The root scope of a chunk
// holds all its rows. Rows in error leave every selection.
#include "views/expressions/evaluate.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <unordered_map>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::size_t chunk_rows = 1024;
constexpr std::size_t run_rows_max = 65536;

using RowOffset = std::uint16_t;

// Rows of the current chunk, ascending. Within one scope a selection only shrinks.
struct Selection {
  RowOffset* rows = nullptr;
  std::size_t count = 0;
  std::uint64_t scope = 0;
};

// A register and how it is computed.
struct Node {
  const Expression* expression = nullptr;
  std::vector<std::uint32_t> arguments;  // offsets of nodes
  std::vector<Type> argument_types;
  std::unique_ptr<Value[]> values;  // chunk_rows of them; one for a constant
  std::uint32_t stride = 1;         // 0 for a constant
  std::uint64_t computed_scope = 0;
  std::unique_ptr<RowOffset[]> pending;  // conditional kinds: rows still undecided
  std::unique_ptr<RowOffset[]> branch;   // case_when: rows of the current result

  [[nodiscard]] const Value& at(std::size_t row) const { return values[row * stride]; }
};

bool conditional(Expression::Kind kind) {
  switch (kind) {
    case Expression::Kind::all_of:
    case Expression::Kind::any_of:
    case Expression::Kind::case_when:
    case Expression::Kind::coalesce: return true;
    default: return false;
  }
}

void append_number(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void append_type(std::string& key, const Type& type) {
  append_number(key, static_cast<std::uint64_t>(type.kind));
  append_number(key, static_cast<std::uint64_t>(static_cast<std::int64_t>(type.modifier)));
  append_number(key, type.enumeration ? type.enumeration->oid : 0);
}

// Two nodes of one key compute the same.
std::string key_of(const Expression& expression, const std::vector<std::uint32_t>& arguments) {
  std::string key;
  append_number(key, static_cast<std::uint64_t>(expression.kind));
  append_type(key, expression.type);
  if (expression.kind == Expression::Kind::constant) {
    append_number(key, static_cast<std::uint64_t>(expression.constant.form));
    append_number(key, expression.constant.length);
    if (expression.constant.form == Value::Form::bytes)
      return key.append(expression.constant_bytes);
    append_number(key, static_cast<std::uint64_t>(expression.constant.integer));
    return key;
  }
  append_number(key, expression.input);
  append_number(key, expression.ordinal);
  append_number(key, std::bit_cast<std::uintptr_t>(expression.function));
  for (const std::uint32_t argument : arguments) append_number(key, argument);
  for (const ExpressionPtr& argument : expression.arguments) append_type(key, argument->type);
  return key;
}

// Comparisons of values held as integers of one scale, run without a call per row.
enum class IntegerComparison : std::uint8_t { none, equal, differ, less, at_most, more, at_least };

bool integer_kind(TypeKind kind) {
  return kind == TypeKind::int2 || kind == TypeKind::int4 || kind == TypeKind::int8;
}

IntegerComparison integer_comparison(const Function& function) {
  if (function.kind != FunctionKind::operation || function.arguments.size() != 2)
    return IntegerComparison::none;
  const TypeKind left = function.arguments[0];
  const TypeKind right = function.arguments[1];
  const bool same_scale = (left == right && storage_of(left) == Storage::integer) ||
                          (integer_kind(left) && integer_kind(right));
  if (!same_scale) return IntegerComparison::none;
  if (function.name == "=") return IntegerComparison::equal;
  if (function.name == "<>") return IntegerComparison::differ;
  if (function.name == "<") return IntegerComparison::less;
  if (function.name == "<=") return IntegerComparison::at_most;
  if (function.name == ">") return IntegerComparison::more;
  if (function.name == ">=") return IntegerComparison::at_least;
  return IntegerComparison::none;
}

template <typename Decide>
void compare_integers(Node& result, const Node& left, const Node& right,
                      const Selection& selection) {
  Value* const values = result.values.get();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value& a = left.at(row);
    const Value& b = right.at(row);
    values[row] = a.is_null() || b.is_null() ? Value::null()
                                             : Value::of_boolean(Decide{}(a.integer, b.integer));
  }
}

bool run_integer_comparison(Node& result, const Node& left, const Node& right,
                            const Selection& selection) {
  switch (integer_comparison(*result.expression->function)) {
    case IntegerComparison::none: return false;
    case IntegerComparison::equal:
      compare_integers<std::equal_to<>>(result, left, right, selection);
      return true;
    case IntegerComparison::differ:
      compare_integers<std::not_equal_to<>>(result, left, right, selection);
      return true;
    case IntegerComparison::less:
      compare_integers<std::less<>>(result, left, right, selection);
      return true;
    case IntegerComparison::at_most:
      compare_integers<std::less_equal<>>(result, left, right, selection);
      return true;
    case IntegerComparison::more:
      compare_integers<std::greater<>>(result, left, right, selection);
      return true;
    case IntegerComparison::at_least:
      compare_integers<std::greater_equal<>>(result, left, right, selection);
      return true;
  }
  return false;
}

}  // namespace

// Nodes in an order in which arguments come first, and the state of the run that is under way.
struct Program::Code {
  explicit Code(Expressions expressions);

  void begin(const InputRows& input_rows, Arena& result_arena, std::vector<RowError>& row_errors);
  // Selects the rows of the chunk that starts at `first` and evaluates nothing yet.
  Selection begin_chunk(std::size_t first);
  void end_chunk();
  void evaluate(std::uint32_t index, Selection& selection);
  [[nodiscard]] bool failed(std::size_t row) const { return failed_[row] != 0; }

  Expressions roots;                   // keeps what nodes point to
  std::vector<std::uint32_t> outputs;  // offsets of nodes
  std::vector<Node> nodes;

 private:
  std::uint32_t add(const Expression& expression,
                    std::unordered_map<std::string, std::uint32_t>& known);

  void compute(Node& node, Selection& selection);
  void load_column(Node& node, const Selection& selection) const;
  void call(Node& node, Selection& selection);
  void call_unary(Node& node, CallContext& context, const Selection& selection);
  void call_binary(Node& node, CallContext& context, const Selection& selection);
  void call_any(Node& node, CallContext& context, const Selection& selection);
  void all_or_any(Node& node, Selection& selection, bool decisive);
  void case_when(Node& node, Selection& selection);
  void coalesce(Node& node, Selection& selection);
  void nullif(Node& node, Selection& selection);
  void null_test(Node& node, Selection& selection, bool wanted);
  void distinct_test(Node& node, Selection& selection, bool wanted);
  void extreme(Node& node, Selection& selection, int better);

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
  std::array<RowOffset, chunk_rows> selected_{};
  std::array<std::uint8_t, chunk_rows> failed_{};
  std::vector<Value> call_arguments_;  // room for the widest call
};

Program::Code::Code(Expressions expressions) : roots(std::move(expressions)) {
  std::unordered_map<std::string, std::uint32_t> known;
  for (const ExpressionPtr& root : roots) outputs.push_back(add(*root, known));
}

std::uint32_t Program::Code::add(const Expression& expression,
                                 std::unordered_map<std::string, std::uint32_t>& known) {
  std::vector<std::uint32_t> arguments;
  for (const ExpressionPtr& argument : expression.arguments)
    arguments.push_back(add(*argument, known));
  const bool is_call = expression.kind == Expression::Kind::call;
  if (is_call && expression.function->call == relabel) return arguments.front();
  const auto [entry, added] =
      known.emplace(key_of(expression, arguments), static_cast<std::uint32_t>(nodes.size()));
  if (!added) return entry->second;

  Node node;
  node.expression = &expression;
  node.arguments = std::move(arguments);
  for (const ExpressionPtr& argument : expression.arguments)
    node.argument_types.push_back(argument->type);
  const bool constant = expression.kind == Expression::Kind::constant;
  node.stride = constant ? 0 : 1;
  node.values = std::make_unique<Value[]>(constant ? 1 : chunk_rows);
  if (constant) node.values[0] = expression.constant;
  if (conditional(expression.kind)) node.pending = std::make_unique<RowOffset[]>(chunk_rows);
  if (expression.kind == Expression::Kind::case_when)
    node.branch = std::make_unique<RowOffset[]>(chunk_rows);
  call_arguments_.resize(std::max(call_arguments_.size(), node.arguments.size()));
  nodes.push_back(std::move(node));
  return entry->second;
}

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
  const std::size_t count = std::min(chunk_rows, rows_->count - first);
  for (std::size_t i = 0; i < count; ++i) selected_[i] = static_cast<RowOffset>(i);
  root_scope_ = ++last_scope_;
  return {selected_.data(), count, root_scope_};
}

void Program::Code::end_chunk() {
  const auto begin = errors_->begin() + static_cast<std::ptrdiff_t>(errors_before_);
  if (begin == errors_->end()) return;
  std::sort(begin, errors_->end(),
            [](const RowError& a, const RowError& b) { return a.row < b.row; });
  failed_.fill(0);
}

void Program::Code::evaluate(std::uint32_t index, Selection& selection) {
  Node& node = nodes[index];
  if (node.stride == 0 || node.computed_scope == selection.scope ||
      node.computed_scope == root_scope_)
    return;
  const std::size_t errors_seen = errors_->size();
  compute(node, selection);
  if (errors_->size() != errors_seen) [[unlikely]]
    prune(selection);
  node.computed_scope = selection.scope;
}

void Program::Code::compute(Node& node, Selection& selection) {
  switch (node.expression->kind) {
    case Expression::Kind::constant: return;
    case Expression::Kind::column: load_column(node, selection); return;
    case Expression::Kind::outer_column:
    case Expression::Kind::aggregate_result:
      DM_CHECK(false, "a plan that runs has columns only of its own inputs");
    case Expression::Kind::call: call(node, selection); return;
    case Expression::Kind::all_of: all_or_any(node, selection, false); return;
    case Expression::Kind::any_of: all_or_any(node, selection, true); return;
    case Expression::Kind::case_when: case_when(node, selection); return;
    case Expression::Kind::coalesce: coalesce(node, selection); return;
    case Expression::Kind::nullif: nullif(node, selection); return;
    case Expression::Kind::is_null: null_test(node, selection, true); return;
    case Expression::Kind::is_not_null: null_test(node, selection, false); return;
    case Expression::Kind::is_distinct: distinct_test(node, selection, true); return;
    case Expression::Kind::is_not_distinct: distinct_test(node, selection, false); return;
    case Expression::Kind::greatest: extreme(node, selection, 1); return;
    case Expression::Kind::least: extreme(node, selection, -1); return;
  }
}

void Program::Code::load_column(Node& node, const Selection& selection) const {
  const std::uint32_t ordinal = node.expression->ordinal;
  const RowBytes* const rows = rows_->rows[node.expression->input] + first_;
  const RowLayout& layout = *rows_->layouts[node.expression->input];
  const Storage storage = layout.storage(ordinal);
  Value* const values = node.values.get();
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

void Program::Code::call(Node& node, Selection& selection) {
  for (const std::uint32_t argument : node.arguments) evaluate(argument, selection);
  CallContext context{*arena_, node.expression->type, node.argument_types, {}};
  if (node.expression->time_zones != nullptr)
    context.time_zones = node.expression->time_zones.get();
  const bool strict = node.expression->function->strict;
  if (strict && node.arguments.size() == 1) return call_unary(node, context, selection);
  if (strict && node.arguments.size() == 2) return call_binary(node, context, selection);
  call_any(node, context, selection);
}

void Program::Code::call_unary(Node& node, CallContext& context, const Selection& selection) {
  const ScalarFunction function = node.expression->function->call;
  const Node& argument = nodes[node.arguments[0]];
  Value* const values = node.values.get();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value& value = argument.at(row);
    values[row] = value.is_null() ? Value::null() : function(&value, context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::call_binary(Node& node, CallContext& context, const Selection& selection) {
  const Node& left = nodes[node.arguments[0]];
  const Node& right = nodes[node.arguments[1]];
  if (run_integer_comparison(node, left, right, selection)) return;
  const ScalarFunction function = node.expression->function->call;
  Value* const values = node.values.get();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value pair[2] = {left.at(row), right.at(row)};
    values[row] = pair[0].is_null() || pair[1].is_null() ? Value::null() : function(pair, context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::call_any(Node& node, CallContext& context, const Selection& selection) {
  const Function& function = *node.expression->function;
  const std::size_t count = node.arguments.size();
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    bool has_null = false;
    for (std::size_t a = 0; a < count; ++a) {
      call_arguments_[a] = nodes[node.arguments[a]].at(row);
      has_null = has_null || call_arguments_[a].is_null();
    }
    node.values[row] = function.strict && has_null ? Value::null()
                                                   : function.call(call_arguments_.data(), context);
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

// AND (decisive: false) and OR (decisive: true), left to right.
void Program::Code::all_or_any(Node& node, Selection& selection, bool decisive) {
  Value* const values = node.values.get();
  Selection pending = narrowed(node.pending.get());
  for (std::size_t a = 0; a < node.arguments.size(); ++a) {
    Selection& current = a == 0 ? selection : pending;
    if (current.count == 0) return;
    evaluate(node.arguments[a], current);
    const Node& argument = nodes[node.arguments[a]];
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < current.count; ++i) {
      const RowOffset row = current.rows[i];
      const Value& value = argument.at(row);
      const bool decided = !value.is_null() && value.boolean() == decisive;
      if (a == 0 || decided || value.is_null()) values[row] = value;
      if (!decided) pending.rows[undecided++] = row;
    }
    pending.count = undecided;
  }
}

void Program::Code::case_when(Node& node, Selection& selection) {
  Value* const values = node.values.get();
  Selection pending = narrowed(node.pending.get());
  const std::size_t count = node.arguments.size();
  for (std::size_t a = 0; a < count; a += 2) {
    Selection& current = a == 0 ? selection : pending;
    evaluate(node.arguments[a], current);
    const Node& argument = nodes[node.arguments[a]];
    if (a + 1 == count) {
      for (std::size_t i = 0; i < current.count; ++i)
        values[current.rows[i]] = argument.at(current.rows[i]);
      return;
    }
    Selection branch = narrowed(node.branch.get());
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
    evaluate(node.arguments[a + 1], branch);
    const Node& result = nodes[node.arguments[a + 1]];
    for (std::size_t i = 0; i < branch.count; ++i)
      values[branch.rows[i]] = result.at(branch.rows[i]);
  }
}

void Program::Code::coalesce(Node& node, Selection& selection) {
  Selection pending = narrowed(node.pending.get());
  for (std::size_t a = 0; a < node.arguments.size(); ++a) {
    Selection& current = a == 0 ? selection : pending;
    if (current.count == 0) return;
    evaluate(node.arguments[a], current);
    const Node& argument = nodes[node.arguments[a]];
    std::size_t undecided = 0;
    for (std::size_t i = 0; i < current.count; ++i) {
      const RowOffset row = current.rows[i];
      node.values[row] = argument.at(row);
      if (node.values[row].is_null()) pending.rows[undecided++] = row;
    }
    pending.count = undecided;
  }
}

void Program::Code::nullif(Node& node, Selection& selection) {
  for (const std::uint32_t argument : node.arguments) evaluate(argument, selection);
  const Node& left = nodes[node.arguments[0]];
  const Node& right = nodes[node.arguments[1]];
  CallContext context{*arena_, node.expression->type, node.argument_types, {}};
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const Value pair[2] = {left.at(row), right.at(row)};
    node.values[row] = pair[0];
    if (pair[0].is_null() || pair[1].is_null()) continue;
    const Value same = node.expression->function->call(pair, context);
    if (!same.is_null() && same.boolean()) node.values[row] = Value::null();
    if (context.error.data() != nullptr) [[unlikely]]
      take_error(row, context);
  }
}

void Program::Code::null_test(Node& node, Selection& selection, bool wanted) {
  evaluate(node.arguments[0], selection);
  const Node& argument = nodes[node.arguments[0]];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    node.values[row] = Value::of_boolean(argument.at(row).is_null() == wanted);
  }
}

void Program::Code::distinct_test(Node& node, Selection& selection, bool wanted) {
  for (const std::uint32_t argument : node.arguments) evaluate(argument, selection);
  const Node& left = nodes[node.arguments[0]];
  const Node& right = nodes[node.arguments[1]];
  const Type& type = node.argument_types[0];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    const bool same = not_distinct(type, left.at(row), right.at(row));
    node.values[row] = Value::of_boolean(same != wanted);
  }
}

// GREATEST (better: 1) and LEAST (better: -1). Among equal values the first one stays.
void Program::Code::extreme(Node& node, Selection& selection, int better) {
  for (const std::uint32_t argument : node.arguments) evaluate(argument, selection);
  const Type& type = node.argument_types[0];
  for (std::size_t i = 0; i < selection.count; ++i) {
    const RowOffset row = selection.rows[i];
    Value best = Value::null();
    for (const std::uint32_t argument : node.arguments) {
      const Value& value = nodes[argument].at(row);
      if (value.is_null()) continue;
      if (best.is_null() || compare_values(type, value, best) * better > 0) best = value;
    }
    node.values[row] = best;
  }
}

void Program::Code::take_error(std::size_t row, CallContext& context) {
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
  return code_ ? code_->outputs.size() : 0;
}

void Program::run(const InputRows& rows, Arena& arena, ProgramResults& results) const {
  results.outputs.resize(output_count());
  for (std::vector<Value>& output : results.outputs) output.resize(rows.count);
  results.errors.clear();
  if (!code_) return;
  code_->begin(rows, arena, results.errors);
  for (std::size_t first = 0; first < rows.count; first += chunk_rows) {
    Selection selection = code_->begin_chunk(first);
    for (std::size_t output = 0; output < code_->outputs.size(); ++output) {
      code_->evaluate(code_->outputs[output], selection);
      const Node& node = code_->nodes[code_->outputs[output]];
      Value* const target = results.outputs[output].data() + first;
      for (std::size_t i = 0; i < selection.count; ++i)
        target[selection.rows[i]] = node.at(selection.rows[i]);
    }
    code_->end_chunk();
  }
}

void Program::select(const InputRows& rows, Arena& arena, std::vector<std::uint32_t>& selected,
                     std::vector<RowError>& errors) const {
  DM_CHECK(output_count() >= 1, "a condition is the first output");
  selected.clear();
  code_->begin(rows, arena, errors);
  for (std::size_t first = 0; first < rows.count; first += chunk_rows) {
    Selection selection = code_->begin_chunk(first);
    code_->evaluate(code_->outputs[0], selection);
    const Node& node = code_->nodes[code_->outputs[0]];
    for (std::size_t i = 0; i < selection.count; ++i) {
      const Value& value = node.at(selection.rows[i]);
      if (!value.is_null() && value.boolean())
        selected.push_back(static_cast<std::uint32_t>(first + selection.rows[i]));
    }
    code_->end_chunk();
  }
}

}  // namespace deltamill
