// The compiler of plans: what is built already, and the parts from which the cases for the kinds of
// nodes (compile.cpp) are made. Only compile*.cpp include it.
//
// Collections are numbered as they are made, inputs first, so numbers are a topological order.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "views/dataflow/branch.h"
#include "views/dataflow/flow.h"
#include "views/plan/plan.h"

namespace deltamill {

// A collection and those of its columns that a plan's rows consist of.
struct Input {
  Collection* collection = nullptr;
  std::vector<std::uint32_t> columns;
};

class Compiler {
 public:
  // `views`: the collections that scans of views read.
  explicit Compiler(Flow& flow, std::map<std::string, Collection*> views = {})
      : flow_(flow), views_(std::move(views)) {}

  // REQUIRES: called for all plans before the first is built, since a table keeps the columns of
  // all of them.
  void note_columns(const PlanNode& plan);
  void add_view(const BoundView& view, const PlanPtr& plan);

  // The rows of a plan as a collection of the flow: an existing one where it holds just these rows,
  // else one made for them under this name.
  [[nodiscard]] Collection& collection_of(const PlanPtr& plan, CollectionKind kind,
                                          std::string name);
  // The rows of a plan for an operator that looks rows up: columns of a collection where that
  // serves.
  [[nodiscard]] Input input_of(const PlanPtr& plan);
  // The rows of a plan in normal form. A union is several branches.
  [[nodiscard]] std::vector<Branch> branches_of(const PlanPtr& plan);
  // The same with the rows of a union made once, so that a join does not multiply them out.
  [[nodiscard]] Branch single_branch(const PlanPtr& plan);

  [[nodiscard]] Collection& view_of(const std::string& name) const;
  [[nodiscard]] Collection& table_of(const std::shared_ptr<const Table>& table);
  [[nodiscard]] Branch scan_table(const TableScan& scan);
  // Reads the rows of a collection a second time in one join; `occurrence` counts from 1.
  [[nodiscard]] Collection& alias_of(Collection& base, std::size_t occurrence);

  Collection& add_collection(Collection::Shape shape);
  // An operator, made from these arguments and those that all operators take.
  template <typename Made, typename... Arguments>
  Made& add_operator(Arguments&&... arguments) {
    auto made = std::make_unique<Made>(std::forward<Arguments>(arguments)...);
    Made& added = *made;
    flow_.operators.push_back(std::move(made));
    return added;
  }
  // A collection's producer that takes the rows of these branches. REQUIRES: the collection was
  // added after finishing the branches.
  void feed(std::vector<Branch> branches, FedOperator& target, Collection& collection);
  // Makes a branch runnable: keys are columns, no collection is a leaf twice.
  void finish_branch(Branch& branch);
  // From now on the plan's rows are read from this collection.
  void remember(const PlanPtr& plan, Collection& collection);

  [[nodiscard]] Flow& flow() { return flow_; }

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

  [[nodiscard]] Collection* find_built(const PlanPtr& plan) const;
  [[nodiscard]] Collection& materialize(const PlanPtr& plan, CollectionKind kind, std::string name);
  void compute_keys(Branch& branch);
  [[nodiscard]] Collection& extend(Collection& base, const Expressions& computed);
  Operator& add_join(Branch branch, Receiver& target, Collection& collection);

  Flow& flow_;
  std::map<Oid, std::set<std::uint32_t>> used_columns_;
  std::map<Oid, Collection*> tables_;
  std::map<std::string, Collection*> views_;
  std::vector<Built> built_;
  std::vector<Extended> extended_;
  std::map<std::pair<std::uint32_t, std::size_t>, Collection*> aliases_;
};

// Expressions over the outputs of a branch, as ones over its leaves.
[[nodiscard]] Expressions outputs_over(const Expressions& expressions, const Branch& branch);

// The kinds of nodes that are collections of their own. `plan` is the node.
[[nodiscard]] Collection& compile_aggregate(Compiler& compiler, const PlanPtr& plan,
                                            const Aggregate& aggregate);
[[nodiscard]] Collection& compile_distinct(Compiler& compiler, const PlanPtr& plan,
                                           const Distinct& distinct);
[[nodiscard]] Collection& compile_outer_join(Compiler& compiler, const PlanPtr& plan,
                                             const Join& join);

}  // namespace deltamill
