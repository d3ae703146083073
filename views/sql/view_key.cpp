// Finds the key of a view: declared columns are looked up in the output and checked against what
// can be proven; without a declaration the shortest provable key is inferred.
#include "views/sql/view_key.h"

#include <algorithm>

#include "views/plan/transform.h"
#include "views/sql/coercion.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool has_equality(const Column& column) {
  return column.type.kind != TypeKind::json && column.type.kind != TypeKind::jsonb;
}

KeyColumns resolve(const PlanNode& plan, const DeclaredKey& declared,
                   std::vector<Rejection>& errors) {
  KeyColumns key;
  for (const std::string& name : declared.columns) {
    const auto found = std::find_if(plan.columns.begin(), plan.columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    if (found == plan.columns.end()) {
      errors.push_back({"missing_key_column", "key column \"" + name + "\" is not in the output",
                        did_you_mean(name, names_of(plan.columns)), declared.position});
      continue;
    }
    const auto ordinal = static_cast<std::uint32_t>(found - plan.columns.begin());
    if (!has_equality(*found))
      errors.push_back(
          {"type_error",
           "column \"" + name + "\" of type " + type_name(found->type) + " cannot be part of a key",
           "use a column whose type has an equality operator", declared.position});
    if (std::ranges::find(key, ordinal) != key.end())
      errors.push_back({"key_conflict", "key column \"" + name + "\" is named twice",
                        "name it once", declared.position});
    key.push_back(ordinal);
  }
  return key;
}

Rejection no_key_warning(const PlanNode& plan, const ViewKeys& views) {
  const std::vector<std::string> columns = columns_to_add_for_key(plan, views);
  const std::string hint =
      columns.empty()
          ? "declare one in the header, key: [...], if some columns are unique"
          : "add " + listed(columns) + " to the SELECT list, or declare one: key: [...]";
  return {"missing_key_column",
          "the view has no provable key: it is kept with multiplicities and served without "
          "/rows/{key}",
          hint, 0};
}

}  // namespace

ViewKey find_view_key(const PlanNode& plan, const ViewKeys& views,
                      const std::optional<DeclaredKey>& declared) {
  ViewKey result;
  if (declared) {
    result.columns = resolve(plan, *declared, result.errors);
    // A key that is proven needs no check while running; one that is only declared is checked with
    // every row.
    if (result.errors.empty()) result.declared = !provably_unique(plan, *result.columns, views);
    return result;
  }
  result.columns = infer_key(plan, views);
  if (!result.columns) result.warnings.push_back(no_key_warning(plan, views));
  return result;
}

}  // namespace deltamill
