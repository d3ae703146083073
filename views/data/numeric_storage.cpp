// Stores numerics as values: the bytes of those that a plain value does not hold, and what is done
// with two values where the plain form does not suffice.
#include <algorithm>
#include <cstring>
#include <limits>

#include "views/data/big_decimal.h"
#include "views/data/big_endian.h"
#include "views/data/check.h"
#include "views/data/numeric.h"

namespace deltamill {

namespace {

std::uint32_t encoded_scale(const char* bytes) {
  return read_big_endian<std::uint16_t>(bytes + 1);
}

constexpr std::size_t encoded_header_bytes = 4;

void encode_header(std::uint32_t scale, bool negative, char* target) {
  target[0] = static_cast<char>(Numeric::Class::finite);
  write_big_endian(static_cast<std::uint16_t>(scale), target + 1);
  target[3] = negative ? 1 : 0;
}

std::uint64_t mix(std::uint64_t bits) {
  bits ^= bits >> 32;
  bits *= 0xd6e8feb86659fd93U;
  return bits ^ bits >> 29;
}

// Of the number without trailing zeros in its fraction, since 1.0 and 1.00 are equal.
std::uint64_t hash_small(std::int64_t mantissa, std::uint32_t scale) {
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
    if (mantissa == 0) scale = 0;
  }
  return mix(mix(static_cast<std::uint64_t>(mantissa)) + scale);
}

std::uint64_t hash_large(const Numeric& number) {
  if (!number.finite())
    return mix(0x5e5e5e5eU + static_cast<std::uint64_t>(number.classification()));
  const Numeric canonical = number.trim_scale();
  if (const auto mantissa = small(canonical.mantissa()))
    return hash_small(*mantissa, canonical.scale());
  const auto& backend = canonical.mantissa().backend();
  std::uint64_t hash = mix(canonical.scale() * 2U + (backend.sign() ? 1U : 0U));
  for (unsigned limb = 0; limb < backend.size(); ++limb)
    hash = mix(hash ^ static_cast<std::uint64_t>(backend.limbs()[limb]));
  return hash;
}

}  // namespace

Numeric Numeric::of_value(const Value& value) {
  if (value.form == Value::Form::plain) return Numeric(value.integer, value.length);
  DM_CHECK(value.form == Value::Form::bytes && value.length != 0, "not a numeric value");
  const auto what = static_cast<Class>(value.data[0]);
  if (what != Class::finite) return special(what);
  DM_CHECK(value.length >= encoded_decimal_bytes, "a numeric cut short");
  const auto* const begin = reinterpret_cast<const unsigned char*>(value.data);
  BigInteger mantissa;
  boost::multiprecision::import_bits(mantissa, begin + encoded_header_bytes, begin + value.length);
  if (value.data[3] != 0) mantissa = -mantissa;
  return Numeric(std::move(mantissa), encoded_scale(value.data));
}

Value Numeric::to_value(Arena& arena) const {
  if (!finite()) {
    auto* const tag = reinterpret_cast<char*>(arena.allocate(1));
    *tag = static_cast<char>(class_);
    return Value::of_bytes({tag, 1});
  }
  if (const auto mantissa = small(mantissa_)) return Value::of_decimal(*mantissa, scale_);
  const BigInteger magnitude = boost::multiprecision::abs(mantissa_);
  const std::size_t bits = boost::multiprecision::msb(magnitude) + 1;
  // At least the 8 bytes that encode_decimal() writes: one encoding per number, since rows are
  // identical iff their bytes are.
  const std::size_t magnitude_bytes = std::max<std::size_t>((bits + 7) / 8, 8);
  const std::size_t size = encoded_header_bytes + magnitude_bytes;
  auto* const target = reinterpret_cast<char*>(arena.allocate(size));
  encode_header(scale_, mantissa_.sign() < 0, target);
  const std::size_t zeros = magnitude_bytes - (bits + 7) / 8;
  std::memset(target + encoded_header_bytes, 0, zeros);
  boost::multiprecision::export_bits(
      magnitude, reinterpret_cast<unsigned char*>(target + encoded_header_bytes + zeros), 8);
  return Value::of_bytes({target, size});
}

void encode_decimal(std::int64_t mantissa, std::uint32_t scale, char* target) {
  const bool negative = mantissa < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(mantissa) : static_cast<std::uint64_t>(mantissa);
  encode_header(scale, negative, target);
  write_big_endian(magnitude, target + encoded_header_bytes);
}

bool decode_plain(const Value& value, Value& plain) {
  if (value.length != encoded_decimal_bytes) return false;
  const auto magnitude = read_big_endian<std::uint64_t>(value.data + encoded_header_bytes);
  // The lowest 64-bit integer is left out too, so that every plain value can be negated.
  if (magnitude >> 63 != 0) return false;
  const auto positive = static_cast<std::int64_t>(magnitude);
  plain = Value::of_decimal(value.data[3] != 0 ? -positive : positive, encoded_scale(value.data));
  return true;
}

Value add_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, sum;
  if (to_plain(left, a) && to_plain(right, b) && add_plain(a, b, sum)) return sum;
  return (Numeric::of_value(left) + Numeric::of_value(right)).to_value(arena);
}

Value subtract_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, difference;
  if (to_plain(left, a) && to_plain(right, b) && subtract_plain(a, b, difference))
    return difference;
  return (Numeric::of_value(left) - Numeric::of_value(right)).to_value(arena);
}

Value multiply_numerics_slow(const Value& left, const Value& right, Arena& arena) {
  Value a, b, product;
  if (to_plain(left, a) && to_plain(right, b) && multiply_plain(a, b, product)) return product;
  return (Numeric::of_value(left) * Numeric::of_value(right)).to_value(arena);
}

int compare_numerics_slow(const Value& left, const Value& right) {
  Value a, b;
  if (to_plain(left, a) && to_plain(right, b) && align_plain(a, b))
    return a.integer < b.integer ? -1 : static_cast<int>(a.integer > b.integer);
  return Numeric::compare(Numeric::of_value(left), Numeric::of_value(right));
}

std::uint64_t hash_numeric(const Value& value) {
  Value plain;
  if (to_plain(value, plain) && plain.integer != std::numeric_limits<std::int64_t>::min())
    return hash_small(plain.integer, plain.length);
  return hash_large(Numeric::of_value(value));
}

std::uint32_t numeric_scale(const Value& value) {
  if (value.form == Value::Form::plain) return value.length;
  return value.length < encoded_decimal_bytes ? 0 : encoded_scale(value.data);
}

}  // namespace deltamill
