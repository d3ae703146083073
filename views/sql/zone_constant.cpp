// Refuses a constant that names no time zone. PostgreSQL finds out with the first row; here no row
// would ever have a result. A zone that comes from a column makes its row a row in error.
#include "views/sql/zone_constant.h"

#include "views/data/ascii.h"
#include "views/data/time_zones.h"
#include "views/functions/zone_functions.h"
#include "views/sql/rejection.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

// A city alone is found in its region; anything else by its spelling.
std::string suggestion_for(const TimeZones& zones, std::string_view name) {
  std::vector<std::string> names;
  for (std::string& zone : zones.names()) {
    if (zone.starts_with("posix/")) continue;
    const std::string_view city = std::string_view(zone).substr(zone.rfind('/') + 1);
    if (equals_ignoring_case(city, name)) return "did you mean \"" + zone + "\"?";
    names.push_back(std::move(zone));
  }
  return did_you_mean(name, names);
}

}  // namespace

void require_known_zone(const Expression& call, const std::vector<BoundExpression>& written) {
  const std::optional<std::size_t> argument = zone_argument(*call.function);
  if (!argument) return;
  const Expression& zone = *call.arguments[*argument];
  if (zone.kind != Expression::Kind::constant || zone.constant.is_null()) return;
  const std::string_view name = zone.constant.text();
  const TimeZones& zones = call.time_zones ? *call.time_zones : built_in_zones();
  if (zones.find(name) == nullptr)
    reject("bad_value", written[*argument].position, zone_problem(zones, name),
           suggestion_for(zones, name));
}

}  // namespace deltamill
