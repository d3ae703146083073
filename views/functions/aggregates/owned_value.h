// A value that owns its bytes, for states that outlive the batch a value came with.
#pragma once

#include <cstring>
#include <memory>

#include "views/data/value.h"

namespace deltamill {

class OwnedValue {
 public:
  OwnedValue() = default;
  explicit OwnedValue(const Value& value) : value_(value) {
    if (value.form != Value::Form::bytes || value.length == 0) return;
    bytes_ = std::make_unique_for_overwrite<char[]>(value.length);
    std::memcpy(bytes_.get(), value.data, value.length);
    value_.data = bytes_.get();
  }

  [[nodiscard]] const Value& value() const { return value_; }
  [[nodiscard]] std::size_t memory_bytes() const { return bytes_ ? value_.length : 0; }

 private:
  Value value_;
  std::unique_ptr<char[]> bytes_;
};

// The value with its bytes in the arena.
[[nodiscard]] inline Value copy_value(const Value& value, Arena& arena) {
  return value.form == Value::Form::bytes ? Value::of_bytes(arena.copy(value.text())) : value;
}

}  // namespace deltamill
