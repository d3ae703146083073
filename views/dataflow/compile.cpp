// One function per node kind. Collections are numbered as they are made, inputs first, so numbers
// are a topological order.
#include "views/dataflow/compile.h"

#include <algorithm>
#include <map>
#include <set>

#include "views/data/check.h"
#include "views/dataflow/branch.h"
#include "views/dataflow/column_pruning.h"
#include "views/dataflow/plan_identity.h"

namespace deltamill {

namespace {

const Type boolean_type{TypeKind::boolean, -1, nullptr, {}};

// A collection and those of its columns that a plan's rows consist of.
struct Input {
  Collection* collection = nullptr;
  std::vector<std::uint32_t> columns;
};

class Compiler {
 public:
  explicit Compiler(Flow& flow) : flow_(flow) {}

  void compile(const std::vector<BoundView>& views) {
    std::vector<PlanPtr> plans;
    for (const BoundView& view : views) {
      plans.push_back(prune_columns(view.plan));
      note_columns(*plans.back());
    }
    for (std::size_t view = 0; view < views.size(); ++view) add_view(views[view], plans[view]);
    find_dependents();
  }

  // Visitors of plan nodes.
  std::vector<Branch> operator()(const TableScan& scan) { return {scan_table(scan)}; }
  std::vector<Branch> operator()(const ViewScan& scan) {
    const auto place = views_.find(scan.view);
    DM_CHECK(place != views_.end(), "view \"" + scan.view + "\" is read before it is declared");
    return {branch_of_leaf(*place->second)};
  }
  std::vector<Branch> operator()(const OneRow& /*row*/) { return {Branch()}; }
  std::vector<Branch> operator()(const Filter& filter) {
    std::vector<Branch> branches = branches_of(filter.input);
    for (Branch& branch : branches)
      split_conjuncts(over_leaves(filter.condition, branch), branch.conjuncts);
    return branches;
  }
  std::vector<Branch> operator()(const Project& project) {
    std::vector<Branch> branches = branches_of(project.input);
    for (Branch& branch : branches) branch.outputs = outputs_over(project.outputs, branch);
    return branches;
  }
  std::vector<Branch> operator()(const Join& join) {
    DM_CHECK(join.kind == JoinKind::inner, "an outer join is a collection");
    const Branch left = single_branch(join.left);
    const Branch right = single_branch(join.right);
    Branch branch = product(left, right);
    split_conjuncts(over_leaves(join.condition, left, right), branch.conjuncts);
    return {std::move(branch)};
  }
  std::vector<Branch> operator()(const UnionAll& union_all) {
    std::vector<Branch> branches;
    for (const PlanPtr& input : union_all.inputs)
      for (Branch& branch : branches_of(input)) branches.push_back(std::move(branch));
    return branches;
  }
  std::vector<Branch> operator()(const Aggregate& /*aggregate*/) { return {}; }
  std::vector<Branch> operator()(const Distinct& /*distinct*/) { return {}; }

 private:
  // A plan whose rows are kept apart from others: built once.
  struct Built {
    PlanPtr plan;
    Collection* collection = nullptr;
  };
  // A collection with computed columns behind its own, for joins on expressions.
  struct Extended {
    const Collection* base = nullptr;
    Expressions computed;
    Collection* collection = nullptr;
  };

  void note_columns(const PlanNode& plan);
  void add_view(const BoundView& view, const PlanPtr& plan);
  void find_dependents();

  Collection& add_collection(std::string name, Columns columns,
                             std::optional<KeyColumns> unique_key);
  void add_join(Branch branch, Receiver& target, Collection& collection);

  [[nodiscard]] Collection& table_of(const std::shared_ptr<const Table>& table);
  [[nodiscard]] Branch scan_table(const TableScan& scan);
  [[nodiscard]] std::vector<Branch> branches_of(const PlanPtr& plan);
  [[nodiscard]] Branch single_branch(const PlanPtr& plan);
  [[nodiscard]] static Expressions outputs_over(const Expressions& expressions,
                                                const Branch& branch);
  [[nodiscard]] Collection* find_built(const PlanPtr& plan) const;
  [[nodiscard]] Collection& materialize(const PlanPtr& plan, const std::string& name);
  [[nodiscard]] Input input_of(const PlanPtr& plan);
  void finish_branch(Branch& branch);
  void compute_keys(Branch& branch);
  [[nodiscard]] Collection& extend(Collection& base, const Expressions& computed);
  [[nodiscard]] Collection& alias_of(Collection& base, std::size_t occurrence);

  [[nodiscard]] Collection& aggregate_of(const PlanPtr& plan, const Aggregate& aggregate,
                                         const std::string& name, bool always_one_row);
  [[nodiscard]] Collection& outer_join_of(const PlanPtr& plan, const Join& join);
  static void add_keys(const Expressions& conjuncts, const std::array<Input, 2>& inputs,
                       OuterJoin::Query& query);
  static bool add_key(const std::optional<ColumnEquality>& equality,
                      const std::array<Input, 2>& inputs, OuterJoin::Query& query);

  Flow& flow_;
  std::map<Oid, std::set<std::uint32_t>> used_columns_;
  std::map<Oid, Collection*> tables_;
  std::map<std::string, Collection*> views_;
  std::vector<Built> built_;
  std::vector<Extended> extended_;
  std::map<std::pair<std::uint32_t, std::size_t>, Collection*> aliases_;
};

void Compiler::note_columns(const PlanNode& plan) {
  if (const auto* scan = std::get_if<TableScan>(&plan.body)) {
    std::set<std::uint32_t>& used = used_columns_[scan->table->oid];
    used.insert(scan->columns.begin(), scan->columns.end());
    if (const std::optional<KeyColumns> key = TableInput::row_key_of(*scan->table))
      used.insert(key->begin(), key->end());
  }
  for (const PlanPtr& input : inputs_of(plan)) note_columns(*input);
}

void Compiler::add_view(const BoundView& view, const PlanPtr& plan) {
  Collection* collection = nullptr;
  const std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1) {
    const std::optional<std::vector<std::uint32_t>> columns = plain_columns(branches[0]);
    const Branch whole =
        branches[0].leaves.empty() ? Branch() : branch_of_leaf(*branches[0].leaves[0]);
    if (columns && columns == plain_columns(whole)) collection = branches[0].leaves[0];
  }
  if (collection == nullptr) collection = &materialize(plan, "view " + view.name);
  flow_.views.push_back({view.name, view.key, view.plan->columns, collection});
  views_[view.name] = collection;
}

void Compiler::find_dependents() {
  flow_.dependents.resize(flow_.collections.size());
  for (std::uint32_t view = 0; view < flow_.views.size(); ++view)
    flow_.dependents[flow_.views[view].collection->number()].push_back(view);
  for (std::size_t number = flow_.collections.size(); number-- > 0;) {
    std::vector<std::uint32_t>& own = flow_.dependents[number];
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    for (const Collection* input : inputs_of(flow_.origins[number])) {
      std::vector<std::uint32_t>& below = flow_.dependents[input->number()];
      below.insert(below.end(), own.begin(), own.end());
    }
  }
}

Collection& Compiler::add_collection(std::string name, Columns columns,
                                     std::optional<KeyColumns> unique_key) {
  const auto number = static_cast<std::uint32_t>(flow_.collections.size());
  flow_.collections.push_back(std::make_unique<Collection>(
      number, Collection::Shape{std::move(name), std::move(columns), std::move(unique_key)},
      flow_.batch));
  flow_.origins.emplace_back();
  return *flow_.collections.back();
}

// REQUIRES: a finished branch, whose leaves are older than the collection.
void Compiler::add_join(Branch branch, Receiver& target, Collection& collection) {
  const bool constant = branch.leaves.empty();
  flow_.joins.push_back(std::make_unique<DeltaJoin>(
      DeltaJoin::Query{std::move(branch.leaves), std::move(branch.conjuncts),
                       std::move(branch.outputs)},
      target, collection, flow_.batch, flow_.store));
  flow_.joins.back()->subscribe();
  flow_.origins[collection.number()].joins.push_back(flow_.joins.back().get());
  if (constant) flow_.constants.push_back(flow_.joins.back().get());
}

Collection& Compiler::table_of(const std::shared_ptr<const Table>& table) {
  Collection*& known = tables_[table->oid];
  if (known != nullptr) return *known;
  const std::set<std::uint32_t>& used = used_columns_[table->oid];
  std::vector<std::uint32_t> kept(used.begin(), used.end());
  Columns columns;
  for (const std::uint32_t column : kept) {
    const TableColumn& one = table->columns[column];
    columns.push_back({one.name, one.type, one.nullable});
  }
  std::optional<KeyColumns> key = TableInput::row_key_of(*table);
  if (key) {
    for (std::uint32_t& column : *key)
      column = static_cast<std::uint32_t>(std::lower_bound(kept.begin(), kept.end(), column) -
                                          kept.begin());
  }
  known = &add_collection("table " + table->schema + "." + table->name, std::move(columns), key);
  flow_.tables.push_back(
      std::make_unique<TableInput>(table, std::move(kept), *known, flow_.batch, flow_.store));
  known->set_producer(*flow_.tables.back());
  flow_.origins[known->number()].table = flow_.tables.back().get();
  return *known;
}

Branch Compiler::scan_table(const TableScan& scan) {
  Collection& collection = table_of(scan.table);
  const std::set<std::uint32_t>& used = used_columns_[scan.table->oid];
  Branch branch;
  branch.leaves = {&collection};
  for (const std::uint32_t column : scan.columns) {
    const auto place = static_cast<std::uint32_t>(std::distance(used.begin(), used.find(column)));
    branch.outputs.push_back(make_column(collection.columns()[place].type, 0, place));
  }
  return branch;
}

std::vector<Branch> Compiler::branches_of(const PlanPtr& plan) {
  if (Collection* known = find_built(plan)) return {branch_of_leaf(*known)};
  if (const auto* aggregate = std::get_if<Aggregate>(&plan->body))
    return {branch_of_leaf(aggregate_of(plan, *aggregate, "aggregate", aggregate->keys.empty()))};
  if (const auto* distinct = std::get_if<Distinct>(&plan->body)) {
    Aggregate grouped;
    grouped.input = distinct->input;
    for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
      grouped.keys.push_back(make_column(plan->columns[column].type, 0, column));
    return {branch_of_leaf(aggregate_of(plan, grouped, "distinct", false))};
  }
  const auto* join = std::get_if<Join>(&plan->body);
  if (join != nullptr && join->kind != JoinKind::inner)
    return {branch_of_leaf(outer_join_of(plan, *join))};
  return std::visit(*this, plan->body);
}

// The side of a join: a union is built once instead of being multiplied out.
Branch Compiler::single_branch(const PlanPtr& plan) {
  std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1) return std::move(branches.front());
  return branch_of_leaf(materialize(plan, "union"));
}

Expressions Compiler::outputs_over(const Expressions& expressions, const Branch& branch) {
  Expressions outputs;
  for (const ExpressionPtr& expression : expressions)
    outputs.push_back(over_leaves(expression, branch));
  return outputs;
}

Collection* Compiler::find_built(const PlanPtr& plan) const {
  for (const Built& one : built_)
    if (one.plan == plan || same_plan(*one.plan, *plan)) return one.collection;
  return nullptr;
}

Collection& Compiler::materialize(const PlanPtr& plan, const std::string& name) {
  if (Collection* known = find_built(plan)) return *known;
  std::vector<Branch> branches = branches_of(plan);
  for (Branch& branch : branches) finish_branch(branch);
  Collection& collection = add_collection(name, plan->columns, std::nullopt);
  for (Branch& branch : branches) add_join(std::move(branch), collection, collection);
  built_.push_back({plan, &collection});
  return collection;
}

// The rows of a plan for an operator that looks rows up: a leaf as it is where that serves.
Input Compiler::input_of(const PlanPtr& plan) {
  const std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1) {
    if (std::optional<std::vector<std::uint32_t>> columns = plain_columns(branches[0]))
      return {branches[0].leaves[0], std::move(*columns)};
  }
  Input input{&materialize(plan, "derived"), {}};
  for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
    input.columns.push_back(column);
  return input;
}

// Makes a branch runnable: keys are columns, no collection is a leaf twice.
void Compiler::finish_branch(Branch& branch) {
  compute_keys(branch);
  for (std::size_t leaf = branch.leaves.size(); leaf-- > 1;) {
    const auto before = branch.leaves.begin() + static_cast<std::ptrdiff_t>(leaf);
    const auto occurrence = std::count(branch.leaves.begin(), before, branch.leaves[leaf]);
    if (occurrence > 0)
      branch.leaves[leaf] = &alias_of(*branch.leaves[leaf], static_cast<std::size_t>(occurrence));
  }
}

// An equality between expressions of two leaves can be looked up once the expressions are columns.
void Compiler::compute_keys(Branch& branch) {
  std::vector<std::size_t> counts;
  counts.reserve(branch.leaves.size());
  for (const Collection* leaf : branch.leaves) counts.push_back(leaf->columns().size());
  const std::vector<Expressions> computed = extract_keys(branch.conjuncts, counts);
  for (std::size_t leaf = 0; leaf < branch.leaves.size(); ++leaf)
    if (!computed[leaf].empty())
      branch.leaves[leaf] = &extend(*branch.leaves[leaf], computed[leaf]);
}

Collection& Compiler::extend(Collection& base, const Expressions& computed) {
  Branch branch = branch_of_leaf(base);
  Columns columns = base.columns();
  for (const ExpressionPtr& expression : computed) {
    branch.outputs.push_back(expression);
    columns.push_back({"key", expression->type, true});
  }
  for (const Extended& known : extended_) {
    const bool same =
        known.base == &base &&
        std::equal(computed.begin(), computed.end(), known.computed.begin(), known.computed.end(),
                   [](const ExpressionPtr& a, const ExpressionPtr& b) { return equal(*a, *b); });
    if (same) return *known.collection;
  }
  Collection& collection = add_collection("keyed " + base.name(), std::move(columns), std::nullopt);
  add_join(std::move(branch), collection, collection);
  extended_.push_back({&base, computed, &collection});
  return collection;
}

Collection& Compiler::alias_of(Collection& base, std::size_t occurrence) {
  Collection*& known = aliases_[{base.number(), occurrence}];
  if (known != nullptr) return *known;
  known = &add_collection(base.name(), base.columns(), base.unique_key());
  known->set_consolidated();
  add_join(branch_of_leaf(base), *known, *known);
  flow_.origins[known->number()].alias_of = &base;
  return *known;
}

// The argument with the call's filter in it: aggregates do not count NULLs.
ExpressionPtr filtered_argument(AggregateCall& call) {
  if (call.filter == nullptr) return call.argument;
  if (call.function == AggregateFunction::count_rows) {
    call.function = AggregateFunction::count;
    call.argument = make_constant(boolean_type, Value::of_boolean(true));
  }
  const Type& type = call.argument->type;
  return make_expression(Expression::Kind::case_when, type,
                         {call.filter, call.argument, make_constant(type, Value::null())});
}

Collection& Compiler::aggregate_of(const PlanPtr& plan, const Aggregate& aggregate,
                                   const std::string& name, bool always_one_row) {
  GroupAggregate::Query query;
  query.key_count = aggregate.keys.size();
  query.calls = aggregate.calls;
  query.always_one_row = always_one_row;
  Expressions inputs = aggregate.keys;
  for (AggregateCall& call : query.calls) {
    call.argument = filtered_argument(call);
    query.arguments.emplace_back();
    if (call.argument == nullptr) continue;
    const auto known = std::find_if(inputs.begin(), inputs.end(), [&](const ExpressionPtr& one) {
      return equal(*one, *call.argument);
    });
    query.arguments.back() = static_cast<std::size_t>(known - inputs.begin());
    if (known == inputs.end()) inputs.push_back(call.argument);
  }
  std::vector<Branch> branches = branches_of(aggregate.input);
  for (Branch& branch : branches) {
    branch.outputs = outputs_over(inputs, branch);
    finish_branch(branch);
  }
  KeyColumns key(query.key_count);
  for (std::uint32_t column = 0; column < key.size(); ++column) key[column] = column;
  Collection& collection = add_collection(name, plan->columns, key);
  flow_.aggregates.push_back(
      std::make_unique<GroupAggregate>(std::move(query), collection, flow_.batch, flow_.store));
  GroupAggregate& operation = *flow_.aggregates.back();
  collection.set_producer(operation);
  flow_.origins[collection.number()].aggregate = &operation;
  for (Branch& branch : branches) add_join(std::move(branch), operation, collection);
  built_.push_back({plan, &collection});
  return collection;
}

// A join whose condition equates expressions computes them as further columns of its sides.
Join with_computed_keys(const Join& join, Expressions& conjuncts) {
  Join result = join;
  const std::vector<Expressions> computed =
      extract_keys(conjuncts, {join.left->columns.size(), join.right->columns.size()});
  for (PlanPtr* side : {&result.left, &result.right}) {
    const Expressions& added = computed[side == &result.left ? 0 : 1];
    if (added.empty()) continue;
    Columns columns = (*side)->columns;
    Expressions outputs;
    for (std::uint32_t column = 0; column < columns.size(); ++column)
      outputs.push_back(make_column(columns[column].type, 0, column));
    for (const ExpressionPtr& expression : added) {
      outputs.push_back(expression);
      columns.push_back({"key", expression->type, true});
    }
    *side = make_plan(std::move(columns), Project{*side, std::move(outputs)});
  }
  return result;
}

// Equalities between columns become the key, each column at most once; the rest is the residual.
void Compiler::add_keys(const Expressions& conjuncts, const std::array<Input, 2>& inputs,
                        OuterJoin::Query& query) {
  Expressions residual;
  for (const ExpressionPtr& conjunct : conjuncts) {
    if (add_key(column_equality(conjunct), inputs, query)) continue;
    residual.push_back(substitute_columns(conjunct, [&](const Expression& column,
                                                        const ExpressionPtr&) {
      return make_column(column.type, column.input, inputs[column.input].columns[column.ordinal]);
    }));
  }
  if (residual.size() == 1) query.residual = residual.front();
  if (residual.size() > 1)
    query.residual = make_expression(Expression::Kind::all_of, boolean_type, std::move(residual));
}

// False if the equality cannot be part of the key.
bool Compiler::add_key(const std::optional<ColumnEquality>& equality,
                       const std::array<Input, 2>& inputs, OuterJoin::Query& query) {
  if (!equality) return false;
  const bool forward = equality->left_leaf == 0;
  const std::array<std::uint32_t, 2> columns = {
      inputs[0].columns[forward ? equality->left_column : equality->right_column],
      inputs[1].columns[forward ? equality->right_column : equality->left_column]};
  for (std::size_t side = 0; side < 2; ++side) {
    const KeyColumns& key = query.keys[side];
    if (std::find(key.begin(), key.end(), columns[side]) != key.end()) return false;
  }
  for (std::size_t side = 0; side < 2; ++side) query.keys[side].push_back(columns[side]);
  return true;
}

Collection& Compiler::outer_join_of(const PlanPtr& plan, const Join& join) {
  Expressions conjuncts;
  split_conjuncts(join.condition, conjuncts);
  const Join keyed = with_computed_keys(join, conjuncts);
  std::array<Input, 2> inputs = {input_of(keyed.left), input_of(keyed.right)};
  if (inputs[0].collection == inputs[1].collection)
    inputs[1].collection = &alias_of(*inputs[1].collection, 1);
  OuterJoin::Query query;
  query.kind = join.kind;
  query.sides = {inputs[0].collection, inputs[1].collection};
  add_keys(conjuncts, inputs, query);
  for (std::uint32_t side = 0; side < 2; ++side) {
    const Columns& columns = (side == 0 ? join.left : join.right)->columns;
    for (std::size_t column = 0; column < columns.size(); ++column)
      query.outputs.push_back(
          make_column(columns[column].type, side, inputs[side].columns[column]));
  }
  constexpr std::array<const char*, 4> names = {"inner join", "left join", "right join",
                                                "full join"};
  Collection& collection =
      add_collection(names[static_cast<std::size_t>(join.kind)], plan->columns, std::nullopt);
  flow_.outer_joins.push_back(
      std::make_unique<OuterJoin>(std::move(query), collection, flow_.batch, flow_.store));
  flow_.outer_joins.back()->subscribe();
  flow_.origins[collection.number()].outer_join = flow_.outer_joins.back().get();
  built_.push_back({plan, &collection});
  return collection;
}

}  // namespace

std::vector<const Collection*> inputs_of(const Flow::Origin& origin) {
  std::vector<const Collection*> inputs;
  for (const DeltaJoin* join : origin.joins)
    inputs.insert(inputs.end(), join->query().leaves.begin(), join->query().leaves.end());
  if (origin.outer_join != nullptr)
    inputs.insert(inputs.end(), origin.outer_join->query().sides.begin(),
                  origin.outer_join->query().sides.end());
  return inputs;
}

std::unique_ptr<Flow> compile(const std::vector<BoundView>& views) {
  auto flow = std::make_unique<Flow>();
  Compiler(*flow).compile(views);
  return flow;
}

}  // namespace deltamill
