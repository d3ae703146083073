// Looks names of units up in the table of datetime.c (deltatktbl), each with the first ten
// characters only: PostgreSQL compares no more (TOKMAXLEN).
#include "views/data/time_unit.h"

#include <algorithm>
#include <array>

namespace deltamill {

namespace {

constexpr std::size_t name_bytes_max = 10;

struct UnitName {
  std::string_view name;
  TimeUnit unit;
};

constexpr auto unit_names = std::to_array<UnitName>({
    {"c", TimeUnit::century},
    {"cent", TimeUnit::century},
    {"centuries", TimeUnit::century},
    {"century", TimeUnit::century},
    {"d", TimeUnit::day},
    {"day", TimeUnit::day},
    {"days", TimeUnit::day},
    {"dec", TimeUnit::decade},
    {"decade", TimeUnit::decade},
    {"decades", TimeUnit::decade},
    {"decs", TimeUnit::decade},
    {"dow", TimeUnit::day_of_week},
    {"doy", TimeUnit::day_of_year},
    {"epoch", TimeUnit::epoch},
    {"h", TimeUnit::hour},
    {"hour", TimeUnit::hour},
    {"hours", TimeUnit::hour},
    {"hr", TimeUnit::hour},
    {"hrs", TimeUnit::hour},
    {"isodow", TimeUnit::iso_day_of_week},
    {"isoyear", TimeUnit::iso_year},
    {"j", TimeUnit::julian_day},
    {"jd", TimeUnit::julian_day},
    {"julian", TimeUnit::julian_day},
    {"m", TimeUnit::minute},
    {"microsecon", TimeUnit::microsecond},
    {"mil", TimeUnit::millennium},
    {"millennia", TimeUnit::millennium},
    {"millennium", TimeUnit::millennium},
    {"millisecon", TimeUnit::millisecond},
    {"mils", TimeUnit::millennium},
    {"min", TimeUnit::minute},
    {"mins", TimeUnit::minute},
    {"minute", TimeUnit::minute},
    {"minutes", TimeUnit::minute},
    {"mon", TimeUnit::month},
    {"mons", TimeUnit::month},
    {"month", TimeUnit::month},
    {"months", TimeUnit::month},
    {"ms", TimeUnit::millisecond},
    {"msec", TimeUnit::millisecond},
    {"msecond", TimeUnit::millisecond},
    {"mseconds", TimeUnit::millisecond},
    {"msecs", TimeUnit::millisecond},
    {"qtr", TimeUnit::quarter},
    {"quarter", TimeUnit::quarter},
    {"s", TimeUnit::second},
    {"sec", TimeUnit::second},
    {"second", TimeUnit::second},
    {"seconds", TimeUnit::second},
    {"secs", TimeUnit::second},
    {"timezone", TimeUnit::timezone},
    {"timezone_h", TimeUnit::timezone_hour},
    {"timezone_m", TimeUnit::timezone_minute},
    {"us", TimeUnit::microsecond},
    {"usec", TimeUnit::microsecond},
    {"usecond", TimeUnit::microsecond},
    {"useconds", TimeUnit::microsecond},
    {"usecs", TimeUnit::microsecond},
    {"w", TimeUnit::week},
    {"week", TimeUnit::week},
    {"weeks", TimeUnit::week},
    {"y", TimeUnit::year},
    {"year", TimeUnit::year},
    {"years", TimeUnit::year},
    {"yr", TimeUnit::year},
    {"yrs", TimeUnit::year},
});
static_assert(std::ranges::all_of(unit_names, [](const UnitName& unit_name) {
  return unit_name.name.size() <= name_bytes_max;
}));

}  // namespace

std::optional<TimeUnit> time_unit_of(std::string_view name) {
  const auto found = std::ranges::find(unit_names, name.substr(0, name_bytes_max), &UnitName::name);
  if (found == unit_names.end()) return std::nullopt;
  return found->unit;
}

}  // namespace deltamill
