// AT TIME ZONE and date_trunc in a zone. A timestamptz is an instant, a timestamp what a clock
// shows; a zone leads from one to the other. What a zone's name means and how gaps and overlaps are
// decided: views/data/time_zones.h.
#include "views/functions/zone_functions.h"

#include "views/data/datetime.h"
#include "views/data/interval.h"
#include "views/data/time_zones.h"
#include "views/data/wide_integer.h"
#include "views/functions/datetime_fields.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

enum class Direction : std::int8_t { to_local = 1, to_utc = -1 };

Value shifted(std::int64_t timestamp, Int128 shift, CallContext& context) {
  const Int128 sum = shift + timestamp;
  if (sum < timestamp_begin || sum >= timestamp_end) return context.fail("timestamp out of range");
  return Value::of_integer(static_cast<std::int64_t>(sum));
}

// nullptr = there is none, and the call failed.
ZonePtr zone_named(std::string_view name, CallContext& context) {
  ZonePtr zone = context.time_zones->find(name);
  if (zone == nullptr) fail_with(context, "{}", zone_problem(*context.time_zones, name));
  return zone;
}

template <Direction direction>
Value at_named_zone(const Value* arguments, CallContext& context) {
  const std::int64_t timestamp = arguments[1].integer;
  if (!timestamp_is_finite(timestamp)) return arguments[1];
  const ZonePtr zone = zone_named(arguments[0].text(), context);
  if (zone == nullptr) return Value::null();
  if constexpr (direction == Direction::to_local)
    return shifted(timestamp, zone->offset_at(timestamp), context);
  return shifted(timestamp, -zone->offset_of_local(timestamp), context);
}

template <Direction direction>
Value at_interval_zone(const Value* arguments, CallContext& context) {
  if (!timestamp_is_finite(arguments[1].integer)) return arguments[1];
  const Interval zone = Interval::of_value(arguments[0]);
  if (zone.months != 0 || zone.days != 0) {
    std::string text;
    append_interval(zone, text);
    return fail_with(context, "interval time zone \"{}\" must not include months or days", text);
  }
  const std::int64_t offset = zone.microseconds - zone.microseconds % microseconds_per_second;
  return shifted(arguments[1].integer, Int128{offset} * static_cast<int>(direction), context);
}

// On the zone's clock. A unit of days may begin under another offset than the one that held.
Value date_trunc_in_zone(const Value* arguments, CallContext& context) {
  const std::int64_t timestamp = arguments[1].integer;
  if (!timestamp_is_finite(timestamp)) return arguments[1];
  const ZonePtr zone = zone_named(arguments[2].text(), context);
  if (zone == nullptr) return Value::null();
  const std::int64_t offset = zone->clock_offset_at(timestamp);
  const auto truncated =
      truncate_timestamp(arguments[0].text(), timestamp + offset, timestamptz, context);
  if (!truncated) return Value::null();
  const std::int64_t local = truncated->timestamp;
  return shifted(local, -(truncated->to_days ? zone->clock_offset_of_local(local) : offset),
                 context);
}

}  // namespace

std::optional<std::size_t> zone_argument(const Function& function) {
  if (function.name == "timezone" && function.arguments[0] == text) return 0;
  if (function.name == "date_trunc" && function.arguments.size() == 3) return 2;
  return std::nullopt;
}

std::vector<Function> zone_functions() {
  return {
      {"timezone", {text, timestamptz}, timestamp, at_named_zone<Direction::to_local>},
      {"timezone", {text, timestamp}, timestamptz, at_named_zone<Direction::to_utc>},
      {"timezone", {interval, timestamptz}, timestamp, at_interval_zone<Direction::to_local>},
      {"timezone", {interval, timestamp}, timestamptz, at_interval_zone<Direction::to_utc>},
      {"date_trunc", {text, timestamptz, text}, timestamptz, date_trunc_in_zone},
  };
}

}  // namespace deltamill
