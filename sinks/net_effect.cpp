// Sorts a delta by key bytes and pairs what goes with what comes: net_effect.h. Most comparisons
// are of two integers, the first 16 bytes of the key: more than three times as fast as memcmp of
// whole keys.
#include "sinks/net_effect.h"

#include <algorithm>

#include "sinks/key_bytes.h"

namespace deltamill {

namespace {

std::uint64_t leading_bytes(std::string_view key, std::size_t begin) {
  std::uint64_t bits = 0;
  for (std::size_t offset = begin; offset < begin + 8; ++offset) {
    const unsigned char byte = offset < key.size() ? static_cast<unsigned char>(key[offset]) : 0;
    bits = bits << 8 | byte;
  }
  return bits;
}

}  // namespace

NetEffect::NetEffect(const Columns& columns, const KeyColumns& key)
    : columns_(columns), key_(key), layout_(columns) {}

bool NetEffect::precedes(const Entry& left, const Entry& right) const {
  if (left.high != right.high) return left.high < right.high;
  if (left.low != right.low) return left.low < right.low;
  // Padding with zeros makes short keys comparable: where 16 bytes agree and neither key is longer,
  // the shorter one comes first, as memcmp has it.
  if (left.key_size > 16 || right.key_size > 16) {
    const int order = key_of(left).compare(key_of(right));
    if (order != 0) return order < 0;
  } else if (left.key_size != right.key_size) {
    return left.key_size < right.key_size;
  }
  // What goes stands before what comes, which add_effect() relies on.
  return left.change.weight < right.change.weight;
}

void NetEffect::fill(const Delta& delta) {
  keys_.clear();
  entries_.clear();
  entries_.reserve(delta.size());
  for (const DeltaRow& change : delta) {
    Entry entry;
    entry.key_begin = keys_.size();
    append_row_key(columns_, layout_, change.row, key_, keys_);
    entry.key_size = keys_.size() - entry.key_begin;
    entry.change = change;
    const std::string_view key = key_of(entry);
    entry.high = leading_bytes(key, 0);
    entry.low = leading_bytes(key, 8);
    entries_.push_back(entry);
  }
}

std::span<const KeyEffect> NetEffect::of(const Delta& delta) {
  fill(delta);
  const auto before = [this](const Entry& left, const Entry& right) {
    return precedes(left, right);
  };
  // A load arrives in key order often enough, and to see that is linear.
  if (!std::ranges::is_sorted(entries_, before)) std::ranges::sort(entries_, before);
  sorted_.clear();
  sorted_.reserve(entries_.size());
  for (const Entry& entry : entries_) sorted_.push_back(entry.change);
  effects_.clear();
  for (std::size_t begin = 0; begin < entries_.size();) {
    const std::string_view key = key_of(entries_[begin]);
    std::size_t end = begin + 1;
    while (end < entries_.size() && key_of(entries_[end]) == key) ++end;
    add_effect(begin, end);
    begin = end;
  }
  return effects_;
}

void NetEffect::add_effect(std::size_t begin, std::size_t end) {
  KeyEffect effect;
  effect.key = key_of(entries_[begin]);
  const std::span<const DeltaRow> changes(sorted_.data() + begin, end - begin);
  // Negative weights come first.
  const DeltaRow& first = changes.front();
  const DeltaRow& last = changes.back();
  const bool update = changes.size() == 2 && first.weight == -1 && last.weight == 1;
  // A pair that cancels out costs no write.
  if (update && rows_identical(first.row, last.row)) return;
  if (changes.size() == 1 && first.weight == -1) {
    effect.removed = first.row;
  } else if (changes.size() == 1 && first.weight == 1) {
    effect.added = first.row;
  } else if (update) {
    effect.removed = first.row;
    effect.added = last.row;
  } else {
    effect.all = changes;
  }
  effects_.push_back(effect);
}

}  // namespace deltamill
