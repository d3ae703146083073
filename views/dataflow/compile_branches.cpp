// Builds leaves and branches: the collections that a plan reads, each once, and the delta joins
// that read them.
#include <algorithm>

#include "views/data/check.h"
#include "views/dataflow/alias.h"
#include "views/dataflow/compiler.h"
#include "views/dataflow/delta_join.h"
#include "views/dataflow/plan_identity.h"

namespace deltamill {

Expressions outputs_over(const Expressions& expressions, const Branch& branch) {
  Expressions outputs;
  for (const ExpressionPtr& expression : expressions)
    outputs.push_back(over_leaves(expression, branch));
  return outputs;
}

void Compiler::note_columns(const PlanNode& plan) {
  if (const auto* scan = std::get_if<TableScan>(&plan.body)) {
    std::set<std::uint32_t>& used = used_columns_[scan->table->oid];
    used.insert(scan->columns.begin(), scan->columns.end());
    // Also where no view reads the key: without it the old row of a change is not found.
    if (const std::optional<KeyColumns> key = TableInput::row_key_of(*scan->table))
      used.insert(key->begin(), key->end());
  }
  for (const PlanPtr& input : inputs_of(plan)) note_columns(*input);
}

void Compiler::add_view(const BoundView& view, const PlanPtr& plan) {
  Collection& collection = collection_of(plan, CollectionKind::view, "view " + view.name);
  flow_.views.push_back({view.name, view.key, view.key_declared, view.plan->columns, &collection});
  views_[view.name] = &collection;
}

Collection& Compiler::collection_of(const PlanPtr& plan, CollectionKind kind, std::string name) {
  const std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1 && branches[0].leaves.size() == 1) {
    Collection& leaf = *branches[0].leaves[0];
    // All columns of a leaf in their order: a view that repeats a table or another view needs no
    // collection and no arrangement of its own.
    const std::optional<std::vector<std::uint32_t>> columns = plain_columns(branches[0]);
    if (columns && columns == plain_columns(branch_of_leaf(leaf))) return leaf;
  }
  return materialize(plan, kind, std::move(name));
}

Collection& Compiler::add_collection(Collection::Shape shape) {
  const auto number = static_cast<std::uint32_t>(flow_.collections.size());
  flow_.collections.push_back(std::make_unique<Collection>(number, std::move(shape), flow_.batch));
  return *flow_.collections.back();
}

// REQUIRES: a finished branch, whose leaves are older than the collection.
Operator& Compiler::add_join(Branch branch, Receiver& target, Collection& collection) {
  return add_operator<DeltaJoin>(
      DeltaJoin::Query{std::move(branch.leaves), std::move(branch.conjuncts),
                       std::move(branch.outputs)},
      target, collection, flow_.batch, flow_.store);
}

void Compiler::feed(std::vector<Branch> branches, FedOperator& target, Collection& collection) {
  // The branches' joins send to the operator, which makes the collection's delta when that is its
  // turn. Errors in the branches count at the collection.
  collection.set_stateful_producer(target);
  for (Branch& branch : branches) target.add_feed(add_join(std::move(branch), target, collection));
}

Collection& Compiler::view_of(const std::string& name) const {
  const auto found = views_.find(name);
  DM_CHECK(found != views_.end(), "view \"" + name + "\" is read before it is declared");
  return *found->second;
}

Collection& Compiler::table_of(const std::shared_ptr<const Table>& table) {
  Collection*& known = tables_[table->oid];
  if (known != nullptr) return *known;
  // Ordinals of the table, ascending, become columns 0, 1, … of the collection: scan_table() counts
  // the same way.
  const std::set<std::uint32_t>& used = used_columns_[table->oid];
  std::vector<std::uint32_t> kept(used.begin(), used.end());
  Columns columns;
  for (const std::uint32_t ordinal : kept) {
    const TableColumn& column = table->columns[ordinal];
    columns.push_back({column.name, column.type, column.nullable});
  }
  std::optional<KeyColumns> key = TableInput::row_key_of(*table);
  if (key) {
    for (std::uint32_t& column : *key)
      column = static_cast<std::uint32_t>(std::ranges::lower_bound(kept, column) - kept.begin());
  }
  known = &add_collection({CollectionKind::table, "table " + table->schema + "." + table->name,
                           std::move(columns), std::move(key)});
  auto& input = add_operator<TableInput>(table, std::move(kept), *known, flow_.batch, flow_.store);
  known->set_stateful_producer(input);
  flow_.tables.push_back(&input);
  return *known;
}

Branch Compiler::scan_table(const TableScan& scan) {
  Collection& collection = table_of(scan.table);
  const std::set<std::uint32_t>& used = used_columns_[scan.table->oid];
  Branch branch;
  branch.leaves = {&collection};
  for (const std::uint32_t column : scan.columns) {
    const auto ordinal = static_cast<std::uint32_t>(std::distance(used.begin(), used.find(column)));
    branch.outputs.push_back(make_column(collection.columns()[ordinal].type, 0, ordinal));
  }
  return branch;
}

Branch Compiler::single_branch(const PlanPtr& plan) {
  std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1) return std::move(branches.front());
  // A join of unions of n and m branches would be n·m joins, each with paths and look-ups of its
  // own; made once, the union costs a copy of its rows.
  return branch_of_leaf(materialize(plan, CollectionKind::inner, "union"));
}

// Linear in what was built, with a comparison of plans each: configurations hold hundreds of nodes,
// and this happens once per start.
Collection* Compiler::find_built(const PlanPtr& plan) const {
  const auto found = std::ranges::find_if(built_, [&](const Built& built) {
    return built.plan == plan || same_plan(*built.plan, *plan);
  });
  return found == built_.end() ? nullptr : found->collection;
}

void Compiler::remember(const PlanPtr& plan, Collection& collection) {
  built_.push_back({plan, &collection});
}

Collection& Compiler::materialize(const PlanPtr& plan, CollectionKind kind, std::string name) {
  if (Collection* known = find_built(plan)) return *known;
  std::vector<Branch> branches = branches_of(plan);
  // Before the collection gets its number: finishing may add collections, which must be older than
  // the one they feed.
  for (Branch& branch : branches) finish_branch(branch);
  Collection& collection = add_collection({kind, std::move(name), plan->columns, std::nullopt});
  for (Branch& branch : branches)
    collection.add_producer(add_join(std::move(branch), collection, collection));
  remember(plan, collection);
  return collection;
}

Input Compiler::input_of(const PlanPtr& plan) {
  const std::vector<Branch> branches = branches_of(plan);
  if (branches.size() == 1) {
    // Columns of a collection in any choice and order: what is left out or exchanged is in the
    // hands of the operator that reads them, so no copy is made.
    if (std::optional<std::vector<std::uint32_t>> columns = plain_columns(branches[0]))
      return {branches[0].leaves[0], std::move(*columns)};
  }
  Input input{&materialize(plan, CollectionKind::inner, "derived"), {}};
  for (std::uint32_t column = 0; column < plan->columns.size(); ++column)
    input.columns.push_back(column);
  return input;
}

void Compiler::finish_branch(Branch& branch) {
  // First, since it may replace leaves by extended ones, and aliases must be of what is really
  // read.
  compute_keys(branch);
  // From the back, so that what stands before a leaf is still what the branch was made of: of three
  // equal leaves the second becomes alias 1 and the third alias 2, in every branch, so branches
  // share aliases.
  for (std::size_t leaf = branch.leaves.size(); leaf-- > 1;) {
    const auto before = branch.leaves.begin() + static_cast<std::ptrdiff_t>(leaf);
    const auto occurrence = std::count(branch.leaves.begin(), before, branch.leaves[leaf]);
    if (occurrence > 0)
      branch.leaves[leaf] = &alias_of(*branch.leaves[leaf], static_cast<std::size_t>(occurrence));
  }
}

// An equality between expressions of two leaves can be looked up once the expressions are columns:
// the leaf is replaced by a collection that has them behind its own columns, whose ordinals stay
// valid.
void Compiler::compute_keys(Branch& branch) {
  std::vector<std::size_t> counts;
  counts.reserve(branch.leaves.size());
  for (const Collection* leaf : branch.leaves) counts.push_back(leaf->columns().size());
  const std::vector<Expressions> computed = extract_keys(branch.conjuncts, counts);
  for (std::size_t leaf = 0; leaf < branch.leaves.size(); ++leaf)
    if (!computed[leaf].empty())
      branch.leaves[leaf] = &extend(*branch.leaves[leaf], computed[leaf]);
}

// Costs a copy of the leaf's rows, arranged by the computed key; shared by all joins on the same
// expressions. No unique key is claimed, though the base has one: −old and +new of a computed row
// need not be adjacent.
Collection& Compiler::extend(Collection& base, const Expressions& computed) {
  for (const Extended& extended : extended_) {
    const bool same = extended.base == &base &&
                      std::ranges::equal(computed, extended.computed,
                                         [](const ExpressionPtr& left, const ExpressionPtr& right) {
                                           return equal(*left, *right);
                                         });
    if (same) return *extended.collection;
  }
  Branch branch = branch_of_leaf(base);
  Columns columns = base.columns();
  for (const ExpressionPtr& expression : computed) {
    branch.outputs.push_back(expression);
    columns.push_back({"key", expression->type, true});
  }
  Collection& collection = add_collection(
      {CollectionKind::inner, "keyed " + base.name(), std::move(columns), std::nullopt});
  collection.add_producer(add_join(std::move(branch), collection, collection));
  extended_.push_back({&base, computed, &collection});
  return collection;
}

// Aliases are shared by all joins: which of two occurrences is the alias makes no difference to the
// result.
Collection& Compiler::alias_of(Collection& base, std::size_t occurrence) {
  Collection*& known = aliases_[{base.number(), occurrence}];
  if (known != nullptr) return *known;
  known = &add_collection({CollectionKind::inner, base.name(), base.columns(), base.unique_key()});
  known->add_producer(add_operator<Alias>(base, *known));
  return *known;
}

}  // namespace deltamill
