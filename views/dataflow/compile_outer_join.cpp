// Left, right and full joins: equalities between columns of the two sides become keys, the rest of
// the condition is tried on each pair.
#include "views/data/check.h"
#include "views/dataflow/compiler.h"
#include "views/dataflow/join_path.h"
#include "views/dataflow/outer_join.h"
#include "views/plan/build.h"
#include "views/plan/column_names.h"

namespace deltamill {

namespace {

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

// False if the equality cannot be part of the key.
bool add_key(const std::optional<ColumnEquality>& equality, const std::array<Input, 2>& inputs,
             OuterJoin::Query& query) {
  if (!equality) return false;
  const bool forward = equality->left_leaf == 0;
  const std::array<std::uint32_t, 2> columns = {
      inputs[0].columns[forward ? equality->left_column : equality->right_column],
      inputs[1].columns[forward ? equality->right_column : equality->left_column]};
  for (std::size_t side = 0; side < 2; ++side) {
    const KeyColumns& key = query.keys[side];
    // `a.x = b.y AND a.x = b.z`: an index has each column once. The second equality is not lost, it
    // is tried on each pair.
    if (std::find(key.begin(), key.end(), columns[side]) != key.end()) return false;
  }
  for (std::size_t side = 0; side < 2; ++side) query.keys[side].push_back(columns[side]);
  return true;
}

// Equalities between columns become the key, each column at most once; the rest is the residual.
void add_keys(const Expressions& conjuncts, const std::array<Input, 2>& inputs,
              OuterJoin::Query& query) {
  Expressions residual;
  for (const ExpressionPtr& conjunct : conjuncts) {
    if (add_key(column_equality(conjunct), inputs, query)) continue;
    residual.push_back(substitute_columns(conjunct, [&](const Expression& column,
                                                        const ExpressionPtr&) {
      return make_column(column.type, column.input, inputs[column.input].columns[column.ordinal]);
    }));
  }
  query.residual = make_conjunction(std::move(residual));
}

}  // namespace

Collection& compile_outer_join(Compiler& compiler, const PlanPtr& plan, const Join& join) {
  Expressions conjuncts = conjuncts_of(join.condition);
  const Join keyed = with_computed_keys(join, conjuncts);
  std::array<Input, 2> inputs = {compiler.input_of(keyed.left), compiler.input_of(keyed.right)};
  // A collection cannot stand on both sides: its delta would meet itself. The alias takes its delta
  // later, so the two are telescoped like any two collections.
  if (inputs[0].collection == inputs[1].collection)
    inputs[1].collection = &compiler.alias_of(*inputs[1].collection, 1);
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
  // Both sides may have a column of the same name; explain must tell them apart.
  Columns columns = plan->columns;
  for (std::uint32_t column = 0; column < columns.size(); ++column)
    columns[column].name = name_of_column(*plan, column);
  Collection& collection =
      compiler.add_collection({CollectionKind::inner, names[static_cast<std::size_t>(join.kind)],
                               std::move(columns), std::nullopt});
  Flow& flow = compiler.flow();
  collection.add_producer(
      compiler.add_operator<OuterJoin>(std::move(query), collection, flow.batch, flow.store));
  compiler.remember(plan, collection);
  return collection;
}

}  // namespace deltamill
