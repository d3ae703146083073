// Pure: a delta of a keyed view -> what happens to each key, in the order of the keys. Writing in
// that order touches a sink's pages one after the other, and nothing is written for a row that ends
// as it began.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/delta.h"
#include "views/data/schema.h"

namespace deltamill {

// The changes of one key. Usually at most one row goes and at most one comes; a slice of a large
// transaction may hold more, which then stand in `all` and nowhere else.
struct KeyEffect {
  std::string_view key;  // key_bytes.h
  RowBytes removed = nullptr;
  RowBytes added = nullptr;
  std::span<const DeltaRow> all;

  [[nodiscard]] bool simple() const { return all.empty(); }
};

// Reuses its memory from delta to delta.
class NetEffect {
 public:
  // Both are used until destruction.
  NetEffect(const Columns& columns, const KeyColumns& key);

  // REQUIRES: the delta is consolidated.
  // ENSURES: sorted by key; each key once. Valid until the next call.
  [[nodiscard]] std::span<const KeyEffect> of(const Delta& delta);

 private:
  struct Entry {
    std::uint64_t high = 0;  // the first 16 bytes of the key
    std::uint64_t low = 0;
    std::size_t key_begin = 0;
    std::size_t key_size = 0;
    DeltaRow change;
  };

  void fill(const Delta& delta);
  [[nodiscard]] std::string_view key_of(const Entry& entry) const {
    return std::string_view(keys_).substr(entry.key_begin, entry.key_size);
  }
  [[nodiscard]] bool precedes(const Entry& left, const Entry& right) const;
  void add_effect(std::size_t begin, std::size_t end);

  const Columns& columns_;
  const KeyColumns& key_;
  RowLayout layout_;
  std::string keys_;
  std::vector<Entry> entries_;
  std::vector<DeltaRow> sorted_;
  std::vector<KeyEffect> effects_;
};

}  // namespace deltamill
