// Queries -> plans. UNION ALL, VALUES and WITH: bind_query.cpp; FROM: bind_from.cpp; SELECT with
// its clauses: bind_select.cpp; GROUP BY: bind_grouping; queries inside expressions:
// bind_subquery.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "views/plan/plan.h"
#include "views/sql/bind_expression.h"
#include "views/sql/catalog.h"
#include "views/sql/scope.h"
#include "views/sql/syntax.h"

namespace deltamill {

struct BoundQuery {
  PlanPtr plan;                       // its columns are the query's
  std::vector<Collation> collations;  // of the columns
};

// A query whose outputs are not yet put into the plan: an untyped literal among them can still take
// the type that the other side of a UNION ALL asks for.
struct OpenQuery {
  struct Output {
    std::string name;
    BoundExpression value;  // over the row of `input`
  };
  PlanPtr input;
  std::vector<Output> outputs;
};

struct BindContext {
  const Catalog& catalog;
  // Those of the project that this one may read, by name.
  const std::map<std::string, BoundQuery>& views;
};

// A query inside an expression, bound. Its plan reads the rows of the queries around it as outer
// columns.
struct BoundSubquery {
  Rejection refusal;
  PlanPtr plan;
};

// What was rejected so far. A clause that is rejected does not keep the next ones from being looked
// at, so that all errors of a query are reported.
class Rejections {
 public:
  void add(Rejection rejection) { all_.push_back(std::move(rejection)); }

  // Runs one clause and keeps what it throws.
  template <typename Clause>
  void attempt(const Clause& clause) {
    try {
      clause();
    } catch (const Rejection& rejection) {
      add(rejection);
    }
  }

  // Gives up, by throwing the last one, if there are more than `count`.
  void require_none_since(std::size_t count);

  [[nodiscard]] std::size_t count() const { return all_.size(); }
  [[nodiscard]] const std::vector<Rejection>& all() const { return all_; }

 private:
  std::vector<Rejection> all_;
};

// One binder binds one view's query with all queries in it; what it knows while it descends is
// which queries of WITH are visible and which query encloses the one at hand.
class QueryBinder final : public EnclosingQuery {
 public:
  // The joined rows of a FROM clause, or of an item of it, and the names of their columns.
  struct FromItem {
    PlanPtr plan;
    Scope scope;
  };

  explicit QueryBinder(const BindContext& context) : context_(context) {}

  // Throws the last Rejection; the ones before it are in rejections().
  [[nodiscard]] BoundQuery bind(const SelectSyntax& query);

  [[nodiscard]] const std::vector<Rejection>& rejections() const { return rejections_.all(); }
  [[nodiscard]] const std::vector<Rejection>& warnings() const { return warnings_; }
  [[nodiscard]] const std::set<Oid>& read_without_only() const { return read_without_only_; }
  // Innermost first. All of them are refused.
  [[nodiscard]] const std::vector<BoundSubquery>& subqueries() const { return subqueries_; }

  // For those who bind parts of the query: the clauses of a SELECT, expressions.

  [[nodiscard]] Rejections& collected() { return rejections_; }
  [[nodiscard]] FromItem bind_from(const std::vector<FromSyntaxPtr>& items);  // bind_from.cpp
  [[nodiscard]] const Catalog& catalog() const override { return context_.catalog; }
  [[nodiscard]] BoundExpression bind_inside(const ExpressionSyntax& subquery,
                                            const Scope& scope) override;  // bind_subquery.cpp

 private:
  struct CommonTable {
    std::string name;
    BoundQuery query;
    std::uint32_t depth = 0;  // of the query whose WITH it stands in
  };

  // bind_query.cpp
  [[nodiscard]] OpenQuery bind_open(const SelectSyntax& query);
  [[nodiscard]] OpenQuery bind_union_all(const SelectSyntax& query);
  [[nodiscard]] OpenQuery bind_values(const SelectSyntax& query);
  void bind_common_tables(const SelectSyntax& query);

  // bind_select.cpp. Throws the last Rejection; the ones before it are collected.
  [[nodiscard]] OpenQuery bind_select(const SelectSyntax& select);

  // bind_subquery.cpp. A query whose expressions may read the rows of `enclosing`.
  [[nodiscard]] BoundQuery bind_within(const SelectSyntax& query, const Scope& enclosing);

  // bind_from.cpp
  [[nodiscard]] FromItem bind_from_item(const FromSyntax& item);
  [[nodiscard]] FromItem bind_relation(const FromSyntax& item);
  [[nodiscard]] FromItem bind_join(const FromSyntax& join);
  void refuse_children(const Table& table, const FromSyntax& item);
  [[nodiscard]] const CommonTable* find_common_table(const FromSyntax& item) const;
  [[noreturn]] void reject_relation(const FromSyntax& item) const;

  const BindContext& context_;
  std::vector<CommonTable> common_tables_;  // visible ones, inner ones last
  const Scope* enclosing_ = nullptr;        // of the query at hand
  std::uint32_t depth_ = 0;                 // scopes around the query at hand
  Rejections rejections_;
  std::vector<Rejection> warnings_;
  std::vector<BoundSubquery> subqueries_;
  std::set<Oid> read_without_only_;  // tables
};

// The plan as a query reads it that stands `levels` queries further inside.
[[nodiscard]] PlanPtr raise_outer_columns(const PlanPtr& plan, std::uint32_t levels);

// Project over the input; untyped literals become text.
[[nodiscard]] BoundQuery close(const OpenQuery& query);

// The outputs of a closed query as they are.
[[nodiscard]] OpenQuery reopen(const BoundQuery& query);

}  // namespace deltamill
