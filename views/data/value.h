// One SQL value on its way between rows, kernels and sinks: 16 bytes, a view. Longer content
// belongs to a row or to an arena. Its type is known from the column or expression, not from the
// value.
#pragma once

#include <cstdint>
#include <string_view>

#include "views/data/type.h"

namespace deltamill {

struct Value {
  enum class Form : std::uint8_t {
    null,
    // integer, real, or a numeric that fits: `integer` is the mantissa, `length` the display scale
    plain,
    // `data`, `length`; for numerics the encoding of numeric.h
    bytes,
  };

  union {
    std::int64_t integer = 0;
    double real;
    const char* data;
  };
  std::uint32_t length = 0;
  Form form = Form::null;

  [[nodiscard]] bool is_null() const { return form == Form::null; }
  [[nodiscard]] bool boolean() const { return integer != 0; }
  [[nodiscard]] std::string_view text() const { return {data, length}; }

  [[nodiscard]] static Value null() { return {}; }
  [[nodiscard]] static Value of_integer(std::int64_t integer) {
    Value value;
    value.integer = integer;
    value.form = Form::plain;
    return value;
  }
  [[nodiscard]] static Value of_boolean(bool boolean) { return of_integer(boolean ? 1 : 0); }
  [[nodiscard]] static Value of_real(double real) {
    Value value;
    value.real = real;
    value.form = Form::plain;
    return value;
  }
  // The bytes are not copied.
  [[nodiscard]] static Value of_bytes(std::string_view bytes) {
    Value value;
    value.data = bytes.data();
    value.length = static_cast<std::uint32_t>(bytes.size());
    value.form = Form::bytes;
    return value;
  }
  // A numeric mantissa * 10^-scale, scale 0..16383.
  [[nodiscard]] static Value of_decimal(std::int64_t mantissa, std::uint32_t scale) {
    Value value;
    value.integer = mantissa;
    value.length = scale;
    value.form = Form::plain;
    return value;
  }
};
static_assert(sizeof(Value) == 16);

}  // namespace deltamill
