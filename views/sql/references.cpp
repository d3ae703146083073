// Collects the relations that a query names, walking FROM and the queries inside expressions with
// the names of WITH that are visible there. Without a catalog: it says which tables to ask the
// source about.
#include "views/sql/references.h"

#include <algorithm>

namespace deltamill {

namespace {

class Walk {
 public:
  void query(const SelectSyntax& select) {
    const std::size_t visible = common_tables_.size();
    for (const CommonTableSyntax& table : select.common_tables) {
      // Before its own name is visible: a query of WITH does not see itself (WITH RECURSIVE is
      // refused).
      query(*table.query);
      common_tables_.push_back(table.name);
    }
    for (const FromSyntaxPtr& item : select.from) from(*item);
    for (const TargetSyntax& target : select.targets) expression(target.expression);
    expression(select.where);
    for (const ExpressionSyntaxPtr& key : select.group_by) expression(key);
    expression(select.having);
    for (const ExpressionSyntaxPtr& key : select.order_by) expression(key);
    for (const std::vector<ExpressionSyntaxPtr>& row : select.rows)
      for (const ExpressionSyntaxPtr& value : row) expression(value);
    if (select.left) query(*select.left);
    if (select.right) query(*select.right);
    common_tables_.resize(visible);
  }

  [[nodiscard]] std::vector<RelationReference> take() { return std::move(references_); }

 private:
  void from(const FromSyntax& item) {
    switch (item.kind) {
      case FromSyntax::Kind::relation: relation(item); return;
      case FromSyntax::Kind::subquery: query(*item.query); return;
      case FromSyntax::Kind::join:
        from(*item.left);
        from(*item.right);
        expression(item.condition);
        return;
    }
  }

  void expression(const ExpressionSyntaxPtr& syntax) {
    if (!syntax) return;
    if (syntax->query) query(*syntax->query);
    expression(syntax->filter);
    for (const ExpressionSyntaxPtr& argument : syntax->arguments) expression(argument);
  }

  void relation(const FromSyntax& item) {
    const bool common =
        item.schema.empty() && std::ranges::find(common_tables_, item.name) != common_tables_.end();
    if (!common) references_.push_back({item.schema, item.name, item.position});
  }

  std::vector<std::string> common_tables_;
  std::vector<RelationReference> references_;
};

}  // namespace

std::vector<RelationReference> references_of(const SelectSyntax& query) {
  Walk walk;
  walk.query(query);
  return walk.take();
}

}  // namespace deltamill
