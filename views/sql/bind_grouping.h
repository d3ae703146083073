// GROUP BY: expressions over the rows of FROM become expressions over groups.
#pragma once

#include <map>

#include "views/sql/bind_expression.h"
#include "views/sql/scope.h"

namespace deltamill {

class Grouping {
 public:
  // keys: the grouping expressions, none twice. Columns of a table that is grouped by its primary
  // key may be used ungrouped; they become further keys, which changes no group.
  Grouping(const Scope& scope, Expressions keys) : scope_(scope), keys_(std::move(keys)) {}

  // The expression over the output of the aggregate, except that results of aggregates still stand
  // for themselves: finish() places them. Rejects columns that are neither grouped nor determined
  // by a grouped primary key. Columns of enclosing queries are the same for all rows of a group;
  // where the enclosing query is grouped itself, they are regrouped there ("subquery uses ungrouped
  // column from outer query").
  [[nodiscard]] ExpressionPtr regroup(const ExpressionPtr& expression,
                                      const std::map<std::uint32_t, Position>& positions);

  // REQUIRES: everything has been regrouped, so that the keys are complete.
  [[nodiscard]] ExpressionPtr finish(const ExpressionPtr& expression) const;

  [[nodiscard]] const Expressions& keys() const { return keys_; }

 private:
  [[nodiscard]] ExpressionPtr regroup_column(const Expression& column,
                                             const std::map<std::uint32_t, Position>& positions);
  [[nodiscard]] bool grouped(std::uint32_t ordinal) const;
  [[nodiscard]] bool determined(std::uint32_t ordinal) const;
  [[nodiscard]] std::string column_name(std::uint32_t ordinal) const;

  const Scope& scope_;
  Expressions keys_;
};

}  // namespace deltamill
