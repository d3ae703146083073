// Open addressing from a 64-bit hash to a value, whose meaning is the user's. Entries keep the
// whole hash, so growing and probing touch nothing else. Equal hashes may stand for different keys;
// the user tells them apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace deltamill {

class HashIndex {
 public:
  static constexpr std::size_t none = ~std::size_t{0};
  // Probes in flight at once; more than a core has miss buffers is of no use.
  static constexpr std::size_t prefetch_group = 32;

  struct Entry {
    std::uint64_t hash = 0;
    std::uint64_t value = 0;  // 0: the slot is empty
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const { return capacity_ * sizeof(Entry); }

  void prefetch(std::uint64_t hash) const {
    if (capacity_ != 0) __builtin_prefetch(&entries_.get()[hash & (capacity_ - 1)]);
  }

  // Offset of an entry with this hash, or `none`. next() continues behind an entry that was another
  // key.
  [[nodiscard]] std::size_t first(std::uint64_t hash) const {
    return capacity_ == 0 ? none : seek(hash, hash & (capacity_ - 1));
  }
  [[nodiscard]] std::size_t next(std::uint64_t hash, std::size_t offset) const {
    return seek(hash, (offset + 1) & (capacity_ - 1));
  }
  [[nodiscard]] std::uint64_t value(std::size_t offset) const {
    return entries_.get()[offset].value;
  }
  void set_value(std::size_t offset, std::uint64_t value) { entries_.get()[offset].value = value; }

  // REQUIRES: value != 0. Offsets from before are invalid afterwards.
  void insert(std::uint64_t hash, std::uint64_t value);
  // Offsets from before are invalid afterwards.
  void erase(std::size_t offset);
  void reserve(std::size_t entries);
  // Keeps the memory for the next use where that is cheaper than to take it anew.
  void clear();

  // Calls visit(value) for all entries, in no particular order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t offset = 0; offset < capacity_; ++offset)
      if (entries_.get()[offset].value != 0) visit(entries_.get()[offset].value);
  }

 private:
  struct Free {
    void operator()(Entry* entries) const;
  };

  [[nodiscard]] std::size_t seek(std::uint64_t hash, std::size_t offset) const {
    for (;; offset = (offset + 1) & (capacity_ - 1)) {
      const Entry& entry = entries_.get()[offset];
      if (entry.value == 0) return none;
      if (entry.hash == hash) return offset;
    }
  }
  void grow_to(std::size_t capacity);

  std::unique_ptr<Entry, Free> entries_;
  std::size_t capacity_ = 0;  // 0 or a power of two
  std::size_t size_ = 0;
};

}  // namespace deltamill
