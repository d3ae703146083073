// Hashes and compares keys, one column at a time: key.h has the contract.
#include "views/dataflow/key.h"

#include <xxhash.h>

#include <algorithm>

#include "views/data/value_comparison.h"

namespace deltamill {

namespace {

bool is_plain_text(TypeKind kind) {
  return kind == TypeKind::text || kind == TypeKind::varchar || kind == TypeKind::name;
}

KeyPart::Equality equality_of(TypeKind kind) {
  // Booleans, dates, timestamps, integers: equal iff their stored integers are.
  if (storage_of(kind) == Storage::integer) return KeyPart::Equality::integer;
  // Text under a deterministic collation is equal iff its bytes are, as in PostgreSQL's texteq();
  // bpchar is not, it ignores trailing blanks.
  const bool by_bytes = is_plain_text(kind) || kind == TypeKind::uuid || kind == TypeKind::bytea ||
                        kind == TypeKind::enumeration;
  return by_bytes ? KeyPart::Equality::bytes : KeyPart::Equality::general;
}

}  // namespace

KeyPart key_part(const Type& type, std::uint32_t column) {
  KeyPart part;
  part.column = column;
  part.equality = equality_of(type.kind);
  part.type = type;
  if (is_real(type.kind)) part.type.kind = TypeKind::float8;  // float4 is held exactly widened
  return part;
}

// A key finds what the operator = calls equal only if both types hash alike. int and numeric do
// not, though 1 = 1.0: such an equality is a filter, or the binder has cast one side. json has no =
// and that of jsonb is refused by the binder.
bool joinable(const Type& left, const Type& right) {
  if (left.kind == TypeKind::json || left.kind == TypeKind::jsonb) return false;
  return left.same_kind(right) || (is_integer(left.kind) && is_integer(right.kind)) ||
         (is_plain_text(left.kind) && is_plain_text(right.kind)) ||
         (is_real(left.kind) && is_real(right.kind));
}

std::uint64_t hash_part_slow(const KeyPart& part, const Value& value) {
  if (part.equality == KeyPart::Equality::bytes) return XXH3_64bits(value.data, value.length);
  return hash_value(part.type, value);
}

bool equal_part_slow(const KeyPart& part, const Value& left, const Value& right) {
  if (part.equality == KeyPart::Equality::bytes) return left.text() == right.text();
  return compare_values(part.type, left, right) == 0;
}

Key::Key(const Columns& columns, const RowLayout& layout, const KeyColumns& key) : layout_(layout) {
  for (const std::uint32_t column : key) parts_.push_back(key_part(columns[column].type, column));
}

KeyColumns Key::columns() const {
  KeyColumns columns;
  for (const KeyPart& part : parts_) columns.push_back(part.column);
  return columns;
}

std::uint64_t Key::hash(RowBytes row) const {
  std::uint64_t hash = key_hash_seed;
  for (const KeyPart& part : parts_)
    hash = add_to_hash(hash, part, row_value(layout_, row, part.column));
  return hash;
}

bool Key::has_null(RowBytes row) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [row](const KeyPart& part) { return row_is_null(row, part.column); });
}

bool Key::equal(RowBytes left, RowBytes right) const {
  for (const KeyPart& part : parts_) {
    if (!equal_part(part, row_value(layout_, left, part.column),
                    row_value(layout_, right, part.column)))
      return false;
  }
  return true;
}

std::uint64_t Key::hash(std::span<const Value> values) const {
  std::uint64_t hash = key_hash_seed;
  for (std::size_t part = 0; part < parts_.size(); ++part)
    hash = add_to_hash(hash, parts_[part], values[part]);
  return hash;
}

bool Key::equal(std::span<const Value> values, RowBytes row) const {
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    if (!equal_part(parts_[part], values[part], row_value(layout_, row, parts_[part].column)))
      return false;
  }
  return true;
}

}  // namespace deltamill
