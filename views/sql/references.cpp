// A walk over FROM with the names of WITH that are visible there.
#include "views/sql/references.h"

#include <algorithm>

namespace deltamill {

namespace {

class Walk {
 public:
  void query(const SelectSyntax& select) {
    const std::size_t visible = common_tables_.size();
    for (const CommonTableSyntax& table : select.common_tables) {
      query(*table.query);
      common_tables_.push_back(table.name);
    }
    for (const FromSyntaxPtr& item : select.from) from(*item);
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
        return;
    }
  }

  void relation(const FromSyntax& item) {
    const bool common =
        item.schema.empty() &&
        std::find(common_tables_.begin(), common_tables_.end(), item.name) != common_tables_.end();
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
