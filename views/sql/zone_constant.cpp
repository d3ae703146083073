// PostgreSQL finds out with the first row; here no row ever has a result, so the view is refused. A
// zone that comes from a column makes its row a row in error.
#include "views/sql/zone_constant.h"

#include <algorithm>
#include <cctype>

#include "views/data/time_zones.h"
#include "views/functions/zone_functions.h"
#include "views/sql/rejection.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

bool same_letters(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

// A city alone is found in its region; anything else by its spelling.
std::string suggestion_for(std::string_view name) {
  std::vector<std::string> names;
  for (std::string& zone : zone_names()) {
    if (zone.starts_with("posix/")) continue;
    const std::string_view city = std::string_view(zone).substr(zone.rfind('/') + 1);
    if (same_letters(city, name)) return "did you mean \"" + zone + "\"?";
    names.push_back(std::move(zone));
  }
  return did_you_mean(name, names);
}

}  // namespace

void require_known_zone(const Function& function, const Expressions& arguments,
                        const std::vector<BoundExpression>& written) {
  const std::optional<std::size_t> place = zone_argument(function);
  if (!place) return;
  const Expression& zone = *arguments[*place];
  if (zone.kind != Expression::Kind::constant || zone.constant.is_null()) return;
  const std::string_view name = zone.constant.text();
  if (find_zone(name) == nullptr)
    reject("bad_value", written[*place].position, zone_problem(name), suggestion_for(name));
}

}  // namespace deltamill
