// Sums numerics per scale, because the scale of a sum is the largest scale of the rows that are
// there, which must be known again when the row of that scale goes. The normal case is one scale
// and small mantissas: first_ alone.
#include "views/functions/aggregates/numeric_sum.h"

#include <algorithm>
#include <limits>

#include "views/data/big_decimal.h"
#include "views/functions/aggregates/big_integer.h"

namespace deltamill {

NumericSum::Rest& NumericSum::rest() {
  if (!rest_) rest_ = std::make_unique<Rest>();
  return *rest_;
}

void NumericSum::add(const Value& value, std::int32_t weight, const StateTypes& /*types*/) {
  Value plain;
  if (!to_plain(value, plain)) {
    add_to_rest(value, weight);
    return;
  }
  // An empty state takes any scale, unless that scale has a place already.
  const bool empty = first_.count == 0 && first_.sum == 0;
  if (empty && (!rest_ || rest_->scales.empty())) first_.scale = plain.length;
  if (first_.scale != plain.length) {
    add_to_scale(plain, weight);
    return;
  }
  first_.sum += Int128{plain.integer} * weight;
  first_.count += weight;
}

void NumericSum::add_to_scale(const Value& plain, std::int32_t weight) {
  std::vector<ScaleSum>& scales = rest().scales;
  auto found = std::find_if(scales.begin(), scales.end(),
                            [&](const ScaleSum& known) { return known.scale == plain.length; });
  if (found == scales.end()) found = scales.insert(found, ScaleSum{0, 0, plain.length});
  found->sum += Int128{plain.integer} * weight;
  found->count += weight;
  if (found->count == 0 && found->sum == 0) scales.erase(found);
}

void NumericSum::add_to_rest(const Value& value, std::int32_t weight) {
  const Numeric numeric = Numeric::of_value(value);
  switch (numeric.classification()) {
    case Numeric::Class::finite: add_wide(numeric, weight); break;
    case Numeric::Class::nan: rest().nan_count += weight; break;
    case Numeric::Class::positive_infinity: rest().positive_infinity_count += weight; break;
    case Numeric::Class::negative_infinity: rest().negative_infinity_count += weight; break;
  }
}

void NumericSum::add_wide(const Numeric& numeric, std::int32_t weight) {
  std::vector<WideSum>& wide = rest().wide;
  auto found = std::find_if(wide.begin(), wide.end(),
                            [&](const WideSum& known) { return known.scale == numeric.scale(); });
  if (found == wide.end()) found = wide.insert(wide.end(), WideSum{0, 0, numeric.scale()});
  found->sum += numeric.mantissa() * weight;
  found->count += weight;
  if (found->count == 0 && found->sum == 0) wide.erase(found);
}

std::int64_t NumericSum::count() const {
  std::int64_t count = first_.count;
  if (!rest_) return count;
  for (const ScaleSum& part : rest_->scales) count += part.count;
  for (const WideSum& part : rest_->wide) count += part.count;
  return count + rest_->nan_count + rest_->positive_infinity_count + rest_->negative_infinity_count;
}

Numeric NumericSum::finite_sum() const {
  std::uint32_t scale = 0;
  const auto widen = [&scale](const auto& part) {
    if (part.count != 0) scale = std::max(scale, part.scale);
  };
  widen(first_);
  if (rest_) {
    std::for_each(rest_->scales.begin(), rest_->scales.end(), widen);
    std::for_each(rest_->wide.begin(), rest_->wide.end(), widen);
  }
  BigInteger sum = 0;
  const auto add = [&](const BigInteger& part, std::int64_t count, std::uint32_t part_scale) {
    if (count != 0) sum += part * power_of_ten(scale - part_scale);
  };
  add(big_integer_of(first_.sum), first_.count, first_.scale);
  if (rest_) {
    for (const ScaleSum& part : rest_->scales)
      add(big_integer_of(part.sum), part.count, part.scale);
    for (const WideSum& part : rest_->wide) add(part.sum, part.count, part.scale);
  }
  return {std::move(sum), scale};
}

Numeric NumericSum::sum() const {
  if (!rest_) return finite_sum();
  const bool positive = rest_->positive_infinity_count != 0;
  const bool negative = rest_->negative_infinity_count != 0;
  if (rest_->nan_count != 0 || (positive && negative)) return Numeric::special(Numeric::Class::nan);
  if (positive) return Numeric::special(Numeric::Class::positive_infinity);
  if (negative) return Numeric::special(Numeric::Class::negative_infinity);
  return finite_sum();
}

AccumulatorResult NumericSum::result(Arena& arena, const StateTypes& /*types*/) const {
  const bool plain = !rest_ && first_.sum >= std::numeric_limits<std::int64_t>::min() &&
                     first_.sum <= std::numeric_limits<std::int64_t>::max();
  if (plain) {
    if (first_.count == 0) return {};
    return {Value::of_decimal(static_cast<std::int64_t>(first_.sum), first_.scale), {}};
  }
  if (count() == 0) return {};
  const Numeric total = sum();
  if (!total.fits_format()) return {{}, "value overflows numeric format"};
  return {total.to_value(arena), {}};
}

std::size_t NumericSum::memory_bytes() const {
  if (!rest_) return 0;
  return sizeof(Rest) + rest_->scales.capacity() * sizeof(ScaleSum) +
         rest_->wide.capacity() * sizeof(WideSum);
}

AccumulatorResult NumericAverage::result(Arena& arena, const StateTypes& /*types*/) const {
  const std::int64_t arguments = count();
  if (arguments == 0) return {};
  const Numeric divisor = Numeric::of_integer(arguments);  // not 0, so there is a quotient
  return {Numeric::divide(sum(), divisor).value_or(Numeric()).to_value(arena), {}};
}

}  // namespace deltamill
