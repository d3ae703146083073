// Adds up intervals and gives the results; the average is PostgreSQL's interval / float8.
#include "views/functions/aggregates/interval_sum.h"

#include <array>
#include <limits>

#include "views/data/check.h"
#include "views/data/interval.h"
#include "views/functions/function.h"

namespace deltamill {

namespace {

template <typename Target, typename Source>
bool narrow(Source source, Target& target) {
  if (source < std::numeric_limits<Target>::min() || source > std::numeric_limits<Target>::max())
    return false;
  target = static_cast<Target>(source);
  return true;
}

}  // namespace

void IntervalSum::add(const Value& value, std::int32_t weight, const StateTypes& /*types*/) {
  const Interval interval = Interval::of_value(value);
  microseconds_ += Int128{interval.microseconds} * weight;
  days_ += std::int64_t{interval.days} * weight;
  months_ += std::int64_t{interval.months} * weight;
  count_ += weight;
}

AccumulatorResult IntervalSum::result(Arena& arena, const StateTypes& /*types*/) const {
  if (count_ == 0) return {};
  Interval sum;
  const bool fits = narrow(microseconds_, sum.microseconds) && narrow(days_, sum.days) &&
                    narrow(months_, sum.months);
  if (!fits) return {{}, "interval out of range"};
  return {sum.to_value(arena), {}};
}

AccumulatorResult IntervalAverage::result(Arena& arena, const StateTypes& types) const {
  const AccumulatorResult sum = IntervalSum::result(arena, types);
  if (count_ == 0 || !sum.error.empty()) return sum;
  const Function* divide = find_operator("/", TypeKind::interval, TypeKind::float8);
  DM_CHECK(divide != nullptr, "interval / float8 is not among the operators");
  const std::array<Type, 2> argument_types = {Type{TypeKind::interval, -1, nullptr, {}},
                                              Type{TypeKind::float8, -1, nullptr, {}}};
  const std::array<Value, 2> arguments = {sum.value, Value::of_real(static_cast<double>(count_))};
  CallContext context{arena, types.result, argument_types, {}};
  const Value average = divide->call(arguments.data(), context);
  return {average, context.error};
}

}  // namespace deltamill
