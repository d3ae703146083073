// Queries -> plans. FROM: bind_from.cpp; SELECT with its clauses: bind_select.cpp; UNION ALL,
// VALUES and WITH: bind_query.cpp; GROUP BY: bind_grouping.
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
  const std::map<std::string, BoundQuery>&
      views;  // of the project, by name; those this one may read
};

class QueryBinder {
 public:
  explicit QueryBinder(const BindContext& context) : context_(context) {}

  // Throws the last Rejection; the ones before it are in rejections().
  [[nodiscard]] BoundQuery bind(const SelectSyntax& query);

  [[nodiscard]] const std::vector<Rejection>& rejections() const { return rejections_; }
  [[nodiscard]] const std::vector<Rejection>& warnings() const { return warnings_; }
  [[nodiscard]] const std::set<Oid>& read_without_only() const { return read_without_only_; }

 private:
  struct FromItem {
    PlanPtr plan;
    Scope scope;
  };
  struct CommonTable {
    std::string name;
    BoundQuery query;
  };

  // Runs one clause; what it rejects is kept, so that the next clauses are still looked at.
  template <typename Clause>
  void attempt(const Clause& clause) {
    try {
      clause();
    } catch (const Rejection& rejection) {
      rejections_.push_back(rejection);
    }
  }
  // Gives up if more was rejected than `count`.
  void require_none_since(std::size_t count);

  // bind_query.cpp
  [[nodiscard]] OpenQuery bind_open(const SelectSyntax& query);
  [[nodiscard]] OpenQuery bind_union_all(const SelectSyntax& query);
  [[nodiscard]] OpenQuery bind_values(const SelectSyntax& query);
  void bind_common_tables(const SelectSyntax& query);

  // bind_select.cpp
  [[nodiscard]] OpenQuery bind_select(const SelectSyntax& select);
  [[nodiscard]] std::vector<OpenQuery::Output> bind_targets(const SelectSyntax& select,
                                                            const Scope& scope,
                                                            ExpressionBinder& binder);
  [[nodiscard]] Expressions bind_group_keys(const SelectSyntax& select, const Scope& scope,
                                            const std::vector<OpenQuery::Output>& outputs);
  [[nodiscard]] BoundExpression group_key(const ExpressionSyntax& syntax, const Scope& scope,
                                          const std::vector<OpenQuery::Output>& outputs);
  void check_order_by(const SelectSyntax& select, const std::vector<OpenQuery::Output>& outputs,
                      ExpressionBinder& binder);
  void warn_order_by(const SelectSyntax& query);
  [[nodiscard]] OpenQuery make_distinct(OpenQuery query, Position position);

  // bind_from.cpp
  [[nodiscard]] FromItem bind_from(const std::vector<FromSyntaxPtr>& items);
  [[nodiscard]] FromItem bind_from_item(const FromSyntax& item);
  [[nodiscard]] FromItem bind_relation(const FromSyntax& item);
  [[nodiscard]] FromItem bind_join(const FromSyntax& join);
  void refuse_children(const Table& table, const FromSyntax& item);
  [[nodiscard]] const CommonTable* find_common_table(const FromSyntax& item) const;
  [[noreturn]] void reject_relation(const FromSyntax& item) const;

  const BindContext& context_;
  std::vector<CommonTable> common_tables_;  // visible ones, inner ones last
  std::vector<Rejection> rejections_;
  std::vector<Rejection> warnings_;
  std::set<Oid> read_without_only_;  // tables
};

// Project over the input; untyped literals become text.
[[nodiscard]] BoundQuery close(const OpenQuery& query);

// The outputs of a closed query as they are.
[[nodiscard]] OpenQuery reopen(const BoundQuery& query);

}  // namespace deltamill
