// Key columns under value equality: how they are hashed and compared, with the common storages
// decided once instead of per value. Types that a join may equate hash alike: all integers, all
// text kinds, both float kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "views/data/row.h"

namespace deltamill {

// One column of a key.
struct KeyPart {
  enum class Equality : std::uint8_t {
    integer,  // of the stored integer
    bytes,    // of the stored bytes
    general,  // compare_values
  };
  std::uint32_t column = 0;
  Equality equality = Equality::general;
  Type type;  // general: the type by which values are hashed and compared
};

[[nodiscard]] KeyPart key_part(const Type& type, std::uint32_t column);

// True if the values of two columns may be joined by a key: equal values of either type collide.
[[nodiscard]] bool joinable(const Type& left, const Type& right);

[[nodiscard]] std::uint64_t hash_part_slow(const KeyPart& part, const Value& value);
[[nodiscard]] bool equal_part_slow(const KeyPart& part, const Value& left, const Value& right);

inline constexpr std::uint64_t key_hash_seed = 0x9e3779b97f4a7c15U;

[[nodiscard]] inline std::uint64_t mix_hash(std::uint64_t bits) {
  bits ^= bits >> 33;
  bits *= 0xff51afd7ed558ccdU;
  bits ^= bits >> 33;
  bits *= 0xc4ceb9fe1a85ec53U;
  return bits ^ bits >> 33;
}

// The hash of a key so far, and one more part of it. NULLs collide with each other.
[[nodiscard]] inline std::uint64_t add_to_hash(std::uint64_t hash, const KeyPart& part,
                                               const Value& value) {
  if (value.is_null()) return mix_hash(hash ^ 0x6e756c6cU);
  if (part.equality == KeyPart::Equality::integer)
    return mix_hash(hash ^ static_cast<std::uint64_t>(value.integer));
  return mix_hash(hash ^ hash_part_slow(part, value));
}

// IS NOT DISTINCT FROM.
[[nodiscard]] inline bool equal_part(const KeyPart& part, const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (part.equality == KeyPart::Equality::integer) return left.integer == right.integer;
  return equal_part_slow(part, left, right);
}

// A list of key columns of rows of one layout. No columns: all rows have the same key.
class Key {
 public:
  Key() = default;
  Key(const Columns& columns, const RowLayout& layout, const KeyColumns& key);

  [[nodiscard]] const std::vector<KeyPart>& parts() const { return parts_; }
  [[nodiscard]] KeyColumns columns() const;
  [[nodiscard]] std::uint64_t hash(RowBytes row) const;
  [[nodiscard]] bool has_null(RowBytes row) const;
  [[nodiscard]] bool equal(RowBytes left, RowBytes right) const;
  // REQUIRES: one value per part.
  [[nodiscard]] std::uint64_t hash(std::span<const Value> values) const;
  [[nodiscard]] bool equal(std::span<const Value> values, RowBytes row) const;

 private:
  std::vector<KeyPart> parts_;
  RowLayout layout_;
};

}  // namespace deltamill
