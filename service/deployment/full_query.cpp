// WITH a AS (...), b AS (...) SELECT * FROM (query) AS view. A query that begins with its own WITH
// nests unharmed.
#include "service/deployment/full_query.h"

#include <algorithm>

#include "service/pipeline/view_tables.h"
#include "service/source/session_settings.h"

namespace deltamill {

std::string full_query(const DeployedView& view, const Deployment& deployment) {
  const std::vector<BoundView> needed =
      with_dependencies(view.binding.view, deployment.bound_views());
  if (needed.size() == 1) return view.binding.select_text;
  std::string text;
  for (const BoundView& one : needed) {
    if (one.name == view.binding.view.name) continue;
    const auto other =
        std::ranges::find(deployment.views, one.name,
                          [](const DeployedView& deployed) { return deployed.binding.view.name; });
    // A line break ends a trailing "--" comment of the query.
    text += (text.empty() ? "WITH " : ",\n") + quoted_identifier(one.name) + " AS (\n" +
            other->binding.select_text + "\n)";
  }
  return text + "\nSELECT * FROM (\n" + view.binding.select_text + "\n) AS " +
         quoted_identifier(view.binding.view.name);
}

}  // namespace deltamill
