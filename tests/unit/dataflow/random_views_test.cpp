// Random views over random transactions: after each batch every view equals what the oracle
// computes from all rows. A failure prints the seed; DELTAMILL_SEED runs one seed, DELTAMILL_CASES
// sets how many.
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/oracle/source_tables.h"
#include "tests/oracle/view_state.h"
#include "tests/unit/dataflow/shop.h"

namespace deltamill {

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

bool chance(Random& random, std::size_t percent) {
  return below(random, 100) < percent;
}

template <typename Item>
const Item& pick(Random& random, const std::vector<Item>& items) {
  return items[below(random, items.size())];
}

const std::vector<std::shared_ptr<const Table>>& tables() {
  static const std::vector<std::shared_ptr<const Table>> all = {
      make_table(1, "orders",
                 {{"id", TypeKind::int4},
                  {"a", TypeKind::int4},
                  {"b", TypeKind::text},
                  {"n", TypeKind::numeric},
                  {"t", TypeKind::bpchar}},
                 1),
      make_table(2, "customers",
                 {{"k", TypeKind::int8},
                  {"l", TypeKind::text},
                  {"a", TypeKind::int8},
                  {"f", TypeKind::float8},
                  {"flag", TypeKind::boolean},
                  {"span", TypeKind::interval}},
                 2),
      make_table(3, "events",
                 {{"x", TypeKind::int4}, {"y", TypeKind::numeric}, {"s", TypeKind::varchar}}, 0)};
  return all;
}

const std::vector<std::string>& texts_of(TypeKind kind) {
  static const std::vector<std::string> integers = {"0", "1", "2", "3", "4", "5"};
  static const std::vector<std::string> numerics = {"0", "1", "1.0", "1.00", "2.5", "-3.50", "NaN"};
  static const std::vector<std::string> reals = {"0", "-0", "0.5", "-1.25", "2", "3"};
  static const std::vector<std::string> words = {"", "a", "b", "ab"};
  static const std::vector<std::string> padded = {"a", "a ", "b", "b  "};
  static const std::vector<std::string> booleans = {"t", "f"};
  static const std::vector<std::string> spans = {"1 mon", "30 days", "24:00:00", "1 day"};
  switch (kind) {
    case TypeKind::numeric: return numerics;
    case TypeKind::float8: return reals;
    case TypeKind::text:
    case TypeKind::varchar: return words;
    case TypeKind::bpchar: return padded;
    case TypeKind::boolean: return booleans;
    case TypeKind::interval: return spans;
    default: return integers;
  }
}

TextValue random_text(Random& random, TypeKind kind, bool nullable) {
  if (nullable && chance(random, 15)) return std::nullopt;
  return pick(random, texts_of(kind));
}

class PlanGenerator {
 public:
  enum class Errors { none, likely };

  PlanGenerator(Random& random, const std::vector<BoundView>& earlier, Errors errors)
      : random_(random), earlier_(earlier), errors_(errors) {}

  PlanPtr plan(int depth) {
    if (depth == 0) return leaf();
    switch (below(random_, 12)) {
      case 0:
      case 1: return filtered(plan(depth - 1));
      case 2: return projected(plan(depth - 1));
      case 3:
      case 4:
      case 5:
      case 6:
      case 7: return joined(plan(depth - 1), plan(chance(random_, 50) ? 0 : depth - 1));
      case 8:
      case 9: return aggregated(plan(depth - 1));
      case 10: {
        const PlanPtr input = projected(plan(depth - 1));
        return make_plan(input->columns, Distinct{input});
      }
      default: return united(plan(depth - 1));
    }
  }

 private:
  PlanPtr leaf() {
    if (chance(random_, 3)) return projected(make_plan(Columns(), OneRow{}));
    if (!earlier_.empty() && chance(random_, 20)) return scan_view(pick(random_, earlier_));
    return scan(pick(random_, tables()));
  }

  std::vector<std::uint32_t> columns_of_kind(const PlanPtr& plan, TypeKind kind) const {
    std::vector<std::uint32_t> columns;
    for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
      if (plan->columns[column].type.kind == kind) columns.push_back(column);
    return columns;
  }

  ExpressionPtr any_column(const PlanPtr& plan, std::uint32_t input) {
    const auto column = static_cast<std::uint32_t>(below(random_, plan->columns.size()));
    return make_column(plan->columns[column].type, input, column);
  }

  ExpressionPtr random_constant(TypeKind kind) {
    return constant(kind, pick(random_, texts_of(kind)));
  }

  // Raises an error where the column is 0.
  ExpressionPtr quotient(const ExpressionPtr& column) {
    return operation("/", constant(TypeKind::int4, "4"), column);
  }

  ExpressionPtr condition(const PlanPtr& left, const PlanPtr& right) {
    const std::uint32_t input = right != nullptr && chance(random_, 50) ? 1 : 0;
    const PlanPtr& plan = input == 0 ? left : right;
    if (plan->columns.empty()) return random_constant(TypeKind::boolean);
    const ExpressionPtr column = any_column(plan, input);
    const TypeKind kind = column->type.kind;
    if (errors_ == Errors::likely && kind == TypeKind::int4 && chance(random_, 50))
      return operation(">", quotient(column), random_constant(TypeKind::int4));
    switch (below(random_, 6)) {
      case 0:
        return make_expression(Expression::Kind::is_not_null, type_of(TypeKind::boolean), {column});
      case 1:
        if (kind == TypeKind::varchar) break;
        return operation("<>", column, random_constant(kind));
      case 2:
        if (kind == TypeKind::varchar || kind == TypeKind::boolean) break;
        return operation(">", column, random_constant(kind));
      case 3:
        if (kind != TypeKind::int4) break;
        return operation("<", operation("*", column, column), random_constant(TypeKind::int4));
      case 4:
        return make_expression(Expression::Kind::is_distinct, type_of(TypeKind::boolean),
                               {column, random_constant(kind)});
      default: break;
    }
    return make_expression(Expression::Kind::is_null, type_of(TypeKind::boolean), {column});
  }

  PlanPtr filtered(const PlanPtr& input) {
    ExpressionPtr test = condition(input, nullptr);
    if (chance(random_, 30)) test = both(test, condition(input, nullptr));
    return filter(input, test);
  }

  PlanPtr projected(const PlanPtr& input) {
    Expressions outputs;
    const std::size_t count = below(random_, 3) + (input->columns.empty() ? 1 : 1);
    for (std::size_t output = 0; output < count; ++output) {
      if (input->columns.empty() || chance(random_, 10)) {
        outputs.push_back(random_constant(TypeKind::int4));
        continue;
      }
      const ExpressionPtr column = any_column(input, 0);
      if (errors_ == Errors::likely && column->type.kind == TypeKind::int4 && chance(random_, 30))
        outputs.push_back(quotient(column));
      else if (column->type.kind == TypeKind::int4 && chance(random_, 40))
        outputs.push_back(operation("+", column, random_constant(TypeKind::int4)));
      else
        outputs.push_back(column);
    }
    return project(input, outputs);
  }

  // An equality between the two sides, if some types allow it.
  ExpressionPtr equality(const PlanPtr& left, const PlanPtr& right) {
    if (left->columns.empty() || right->columns.empty()) return nullptr;
    for (int attempt = 0; attempt < 8; ++attempt) {
      ExpressionPtr one = any_column(left, 0);
      ExpressionPtr other = any_column(right, 1);
      if (one->type.kind == TypeKind::int4 && other->type.kind == TypeKind::int8)
        one = cast_to(TypeKind::int8, one);
      else if (one->type.kind == TypeKind::int8 && other->type.kind == TypeKind::int4)
        other = cast_to(TypeKind::int8, other);
      if (one->type.kind == TypeKind::varchar) one = cast_to(TypeKind::text, one);
      if (other->type.kind == TypeKind::varchar) other = cast_to(TypeKind::text, other);
      if (one->type.kind != other->type.kind) continue;
      if (errors_ == Errors::likely && one->type.kind == TypeKind::int4 && chance(random_, 20))
        one = quotient(one);
      else if (one->type.kind == TypeKind::int4 && chance(random_, 20))
        one = operation("+", one, random_constant(TypeKind::int4));
      if (other->type.kind == TypeKind::int4 && chance(random_, 15))
        other = operation("-", other, random_constant(TypeKind::int4));
      return operation("=", one, other);
    }
    return nullptr;
  }

  PlanPtr joined(const PlanPtr& left, const PlanPtr& right) {
    static const std::vector<JoinKind> kinds = {JoinKind::inner, JoinKind::inner, JoinKind::left,
                                                JoinKind::right, JoinKind::full};
    const JoinKind kind = pick(random_, kinds);
    ExpressionPtr test = chance(random_, 92) ? equality(left, right) : nullptr;
    if (test != nullptr && chance(random_, 25)) {
      if (const ExpressionPtr more = equality(left, right)) test = both(test, more);
    }
    if (chance(random_, 30)) {
      const ExpressionPtr more = condition(left, right);
      test = test == nullptr ? more : both(test, more);
    }
    if (test == nullptr && kind != JoinKind::inner) test = random_constant(TypeKind::boolean);
    return join(kind, left, right, test);
  }

  PlanPtr aggregated(const PlanPtr& input) {
    Expressions keys;
    if (!input->columns.empty())
      for (std::size_t key = below(random_, 3); key > 0; --key)
        keys.push_back(any_column(input, 0));
    std::vector<AggregateCall> calls;
    if (keys.empty() || chance(random_, 60)) calls.push_back(count_rows());
    for (std::size_t count = below(random_, 4); count > 0 && !input->columns.empty(); --count)
      calls.push_back(random_call(input));
    for (AggregateCall& one : calls)
      if (chance(random_, 20)) one.filter = condition(input, nullptr);
    return aggregate(input, keys, calls);
  }

  AggregateCall random_call(const PlanPtr& input) {
    const ExpressionPtr column = any_column(input, 0);
    const TypeKind kind = column->type.kind;
    std::vector<std::string_view> functions;
    for (const std::string_view name : {"count", "sum", "avg", "min", "max", "bool_and", "bool_or"})
      if (find_aggregate(name, std::array{kind}) != nullptr) functions.push_back(name);
    AggregateCall result = call(pick(random_, functions), column);
    result.distinct = chance(random_, 25);
    return result;
  }

  PlanPtr united(const PlanPtr& input) {
    const PlanPtr other = chance(random_, 50) ? input : filtered(input);
    return make_plan(input->columns, UnionAll{{input, filtered(other)}});
  }

  Random& random_;
  const std::vector<BoundView>& earlier_;
  Errors errors_;
};

std::vector<BoundView> random_views(Random& random, PlanGenerator::Errors errors) {
  std::vector<BoundView> views;
  const std::size_t count = 1 + below(random, 3);
  for (std::size_t one = 0; one < count; ++one) {
    PlanGenerator generator(random, views, errors);
    const int depth = 1 + static_cast<int>(below(random, 3));
    views.push_back(view("view" + std::to_string(one), generator.plan(depth)));
  }
  return views;
}

class ChangeGenerator {
 public:
  ChangeGenerator(Random& random, SourceTables& source) : random_(random), source_(source) {}

  void change() {
    const std::shared_ptr<const Table>& table = pick(random_, tables());
    const TextRows& rows = source_.rows_of(*table);
    const std::size_t kind = below(random_, 100);
    if (kind < 1) {
      source_.truncate(*table);
    } else if (rows.empty() || kind < 45) {
      const TextRow row = random_row(*table);
      if (!key_taken(*table, row)) source_.insert(*table, row);
    } else if (kind < 70) {
      const TextRow row = pick(random_, rows);
      source_.erase(*table, row);
    } else {
      update(*table, pick(random_, rows));
    }
  }

 private:
  TextRow random_row(const Table& table) {
    TextRow row;
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      row.push_back(random_text(random_, table.columns[column].type.kind, !in_key(table, column)));
    return row;
  }

  static bool in_key(const Table& table, std::size_t column) {
    return table.primary_key && column < table.primary_key->size();
  }

  bool key_taken(const Table& table, const TextRow& row) const {
    if (!table.primary_key) return false;
    for (const TextRow& other : source_.rows_of(table))
      if (std::equal(row.begin(),
                     row.begin() + static_cast<std::ptrdiff_t>(table.primary_key->size()),
                     other.begin()))
        return true;
    return false;
  }

  void update(const Table& table, TextRow old_row) {
    TextRow row = old_row;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const bool changes = chance(random_, in_key(table, column) ? 15 : 40);
      if (changes)
        row[column] = random_text(random_, table.columns[column].type.kind, !in_key(table, column));
    }
    const std::size_t key_size = table.primary_key ? table.primary_key->size() : 0;
    const bool moves = !std::equal(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(key_size),
                                   old_row.begin());
    if (moves && key_taken(table, row)) return;
    std::vector<std::uint32_t> unchanged;
    for (std::uint32_t column = 0; column < row.size(); ++column)
      if (row[column] && row[column] == old_row[column] && chance(random_, 30))
        unchanged.push_back(column);
    source_.update_partly(table, old_row, row, unchanged);
  }

  Random& random_;
  SourceTables& source_;
};

void compare(const std::vector<BoundView>& views, const Graph& graph, const ViewState& state,
             const std::map<Oid, TextRows>& tables_now) {
  const std::map<std::string, TextRows> expected = compute_views(views, tables_now);
  for (std::size_t one = 0; one < views.size(); ++one) {
    INFO(graph.explain(views[one].name));
    INFO("expected:\n" << to_text(multiset_of(expected.at(views[one].name))));
    INFO("got:\n" << to_text(state.rows(one)));
    const bool equal = multiset_of(expected.at(views[one].name)) == state.rows(one);
    REQUIRE(equal);
    REQUIRE(state.errors(one).empty());
  }
}

void append(Batch& whole, Batch batch, std::vector<std::shared_ptr<const void>>& kept) {
  whole.relations = batch.relations;
  whole.changes.insert(whole.changes.end(), batch.changes.begin(), batch.changes.end());
  kept.push_back(std::move(batch.storage));
}

void run_case(std::uint32_t seed) {
  INFO("DELTAMILL_SEED=" << seed);
  Random random(seed);
  const std::vector<BoundView> views = random_views(random, PlanGenerator::Errors::none);
  Graph graph(views);
  ViewState state(views);
  state.apply(graph.initial());
  SourceTables source(tables());
  compare(views, graph, state, source.rows());

  ChangeGenerator generator(random, source);
  Batch whole;
  std::vector<std::shared_ptr<const void>> kept;
  for (int step = 0; step < 8; ++step) {
    for (std::size_t changes = 1 + below(random, 12); changes > 0; --changes) generator.change();
    const Batch batch = source.take_batch();
    append(whole, batch, kept);
    state.apply(graph.apply(batch));
    compare(views, graph, state, source.rows());
  }

  // All in one batch.
  Graph at_once(views);
  ViewState state_at_once(views);
  state_at_once.apply(at_once.initial());
  state_at_once.apply(at_once.apply(whole));
  compare(views, at_once, state_at_once, source.rows());

  // Undone: nothing is left anywhere.
  for (const std::shared_ptr<const Table>& table : tables()) source.truncate(*table);
  state.apply(graph.apply(source.take_batch()));
  compare(views, graph, state, source.rows());
}

// What a graph makes of all rows as inserts, in one batch.
ViewState state_from_scratch(const std::vector<BoundView>& views,
                             const std::map<Oid, TextRows>& rows) {
  SourceTables source(tables());
  for (const std::shared_ptr<const Table>& table : tables())
    for (const TextRow& row : rows.at(table->oid)) source.insert(*table, row);
  Graph graph(views);
  ViewState state(views);
  state.apply(graph.initial());
  state.apply(graph.apply(source.take_batch()));
  return state;
}

void run_case_with_errors(std::uint32_t seed) {
  INFO("DELTAMILL_SEED=" << seed);
  Random random(seed);
  const std::vector<BoundView> views = random_views(random, PlanGenerator::Errors::likely);
  Graph graph(views);
  ViewState state(views);
  state.apply(graph.initial());
  SourceTables source(tables());
  ChangeGenerator generator(random, source);
  for (int step = 0; step < 6; ++step) {
    for (std::size_t changes = 1 + below(random, 12); changes > 0; --changes) generator.change();
    state.apply(graph.apply(source.take_batch()));
    const ViewState expected = state_from_scratch(views, source.rows());
    for (std::size_t one = 0; one < views.size(); ++one) {
      INFO(graph.explain(views[one].name));
      INFO("expected:\n" << to_text(expected.rows(one)) << "got:\n" << to_text(state.rows(one)));
      const bool same_rows = expected.rows(one) == state.rows(one);
      REQUIRE(same_rows);
      REQUIRE(expected.errors(one) == state.errors(one));
    }
  }
}

// One case per seed; DELTAMILL_SEED and DELTAMILL_CASES choose.
void run_cases(void (*run)(std::uint32_t), std::uint32_t count) {
  if (const char* seed = std::getenv("DELTAMILL_SEED")) {
    run(static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10)));
    return;
  }
  if (const char* cases = std::getenv("DELTAMILL_CASES"))
    count = static_cast<std::uint32_t>(std::strtoul(cases, nullptr, 10));
  for (std::uint32_t seed = 1; seed <= count; ++seed) run(seed);
}

TEST_CASE("random views equal their recomputation after every batch") {
  run_cases(run_case, 1000);
}

TEST_CASE("rows in error depend on the rows that are there, not on how they came") {
  run_cases(run_case_with_errors, 500);
}

}  // namespace
}  // namespace deltamill
