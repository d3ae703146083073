// A view's query as the source can run it: WITH a AS (...), b AS (...) SELECT * FROM (query) AS
// view. A query that begins with its own WITH nests unharmed.
#include "service/deployment/full_query.h"

#include <algorithm>
#include <set>

#include "service/source/session_settings.h"

namespace deltamill {

namespace {

// Names of all views that the text of this one needs, itself left out. The plan is not asked: it
// does without what no row depends on, such as a WITH query that is never read.
std::set<std::string> views_needed(const DeployedView& view, const Deployment& deployment) {
  std::set<std::string> needed(view.binding.views_named.begin(), view.binding.views_named.end());
  // In reverse dependency order, so that what a needed view needs is still to come.
  for (auto other = deployment.views.rbegin(); other != deployment.views.rend(); ++other)
    if (needed.contains(other->binding.view.name))
      needed.insert(other->binding.views_named.begin(), other->binding.views_named.end());
  return needed;
}

}  // namespace

std::string full_query(const DeployedView& view, const Deployment& deployment) {
  const std::set<std::string> needed = views_needed(view, deployment);
  if (needed.empty()) return view.binding.select_text;
  std::string text;
  for (const DeployedView& other : deployment.views) {
    const std::string& name = other.binding.view.name;
    if (!needed.contains(name)) continue;
    // A line break ends a trailing "--" comment of the query.
    text += (text.empty() ? "WITH " : ",\n") + quoted_identifier(name) + " AS (\n" +
            other.binding.select_text + "\n)";
  }
  return text + "\nSELECT * FROM (\n" + view.binding.select_text + "\n) AS " +
         quoted_identifier(view.binding.view.name);
}

}  // namespace deltamill
