// One switch per question, over kinds of types. Numerics and intervals answer for themselves.
#include "views/data/value_comparison.h"

#include <xxhash.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "views/data/character_text.h"
#include "views/data/check.h"
#include "views/data/interval.h"
#include "views/data/numeric.h"

namespace deltamill {

namespace {

constexpr std::uint64_t null_hash = 0x6e756c6c6e756c6cU;

template <typename Number>
int order_of(Number left, Number right) {
  return left < right ? -1 : static_cast<int>(left > right);
}

// btree order of floats (float8_cmp_internal): NaN equals itself and is greater than all else,
// which IEEE 754 comparison does not give.
int compare_reals(double left, double right) {
  if (std::isnan(left)) return std::isnan(right) ? 0 : 1;
  if (std::isnan(right)) return -1;
  return order_of(left, right);
}

int compare_bytes(std::string_view left, std::string_view right) {
  const std::size_t shared = std::min(left.size(), right.size());
  const int order = shared == 0 ? 0 : std::memcmp(left.data(), right.data(), shared);
  return order != 0 ? order_of(order, 0) : order_of(left.size(), right.size());
}

int compare_labels(const EnumType& type, std::string_view left, std::string_view right) {
  if (left == right) return 0;
  const std::optional<std::size_t> left_order = type.order_of(left);
  const std::optional<std::size_t> right_order = type.order_of(right);
  DM_CHECK(left_order && right_order, "a value that is no label of its enum type");
  return order_of(*left_order, *right_order);
}

std::uint64_t mix(std::uint64_t bits) {
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93U;
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93U;
  return bits ^ bits >> 32;
}

std::uint64_t hash_bytes(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t hash_real(double real) {
  if (real == 0) real = 0;  // -0
  if (std::isnan(real)) real = std::numeric_limits<double>::quiet_NaN();
  return mix(std::bit_cast<std::uint64_t>(real));
}

// By the span, like interval_hash: equal intervals may differ in all three fields.
std::uint64_t hash_interval(const Interval& interval) {
  const auto span = static_cast<UInt128>(interval.span());
  return mix(static_cast<std::uint64_t>(span) ^ mix(static_cast<std::uint64_t>(span >> 64)));
}

}  // namespace

int compare_values(const Type& type, const Value& left, const Value& right) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return order_of(left.integer, right.integer);
    case TypeKind::float4:
    case TypeKind::float8: return compare_reals(left.real, right.real);
    case TypeKind::numeric: return compare_numerics(left, right);
    case TypeKind::unknown:
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::name:
    case TypeKind::uuid:
    case TypeKind::bytea: return compare_bytes(left.text(), right.text());
    case TypeKind::bpchar:
      return compare_bytes(without_padding(left.text()), without_padding(right.text()));
    case TypeKind::interval:
      return order_of(Interval::of_value(left).span(), Interval::of_value(right).span());
    case TypeKind::enumeration: return compare_labels(*type.enumeration, left.text(), right.text());
    case TypeKind::json:
    case TypeKind::jsonb:
    case TypeKind::unsupported: break;
  }
  DM_CHECK(false, "values of a type without equality are compared");
  return 0;
}

std::uint64_t hash_value(const Type& type, const Value& value) {
  if (value.is_null()) return null_hash;
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::timestamptz: return mix(static_cast<std::uint64_t>(value.integer));
    case TypeKind::float4:
    case TypeKind::float8: return hash_real(value.real);
    case TypeKind::numeric: return hash_numeric(value);
    case TypeKind::unknown:
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::name:
    case TypeKind::uuid:
    case TypeKind::bytea:
    case TypeKind::enumeration: return hash_bytes(value.text());
    case TypeKind::bpchar: return hash_bytes(without_padding(value.text()));
    case TypeKind::interval: return hash_interval(Interval::of_value(value));
    case TypeKind::json:
    case TypeKind::jsonb:
    case TypeKind::unsupported: break;
  }
  DM_CHECK(false, "a value of a type without equality is hashed");
  return 0;
}

bool not_distinct(const Type& type, const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  return compare_values(type, left, right) == 0;
}

int compare_representations(const Type& type, const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return order_of(left.is_null(), right.is_null());
  switch (type.kind) {
    case TypeKind::json:
    case TypeKind::jsonb:
    case TypeKind::unsupported: return compare_bytes(left.text(), right.text());
    default: break;
  }
  if (const int order = compare_values(type, left, right); order != 0) return order;
  switch (storage_of(type.kind)) {
    case Storage::integer: return 0;
    // Only −0 and 0 are equal and differ; NaN has one representation.
    case Storage::real:
      return order_of(!std::signbit(left.real) || std::isnan(left.real),
                      !std::signbit(right.real) || std::isnan(right.real));
    case Storage::numeric: return order_of(numeric_scale(left), numeric_scale(right));
    case Storage::bytes: return compare_bytes(left.text(), right.text());
  }
  return 0;
}

}  // namespace deltamill
