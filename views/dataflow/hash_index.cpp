// Open addressing with linear probing and backward-shift deletion (Knuth, The Art of Computer
// Programming, volume 3, section 6.4, algorithm R), at most seven tenths full. No tombstones: an
// index that lives for months under updates must not fill with them. Hashes are well mixed (key.h),
// so runs stay short: at the fullest about 2 probes for a hit and 6 for a miss.
#include "views/dataflow/hash_index.h"

#include <sys/mman.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::size_t capacity_min = 16;
// A cleared index keeps its memory if at least one slot in so many was used: then the next use is
// likely to need it, and to zero it costs less than what was done with it.
constexpr std::size_t kept_share = 16;
constexpr std::size_t huge_page_bytes = std::size_t{1} << 21;

HashIndex::Entry* allocate_entries(std::size_t count) {
  const std::size_t bytes = count * sizeof(HashIndex::Entry);
  const bool huge = bytes >= huge_page_bytes;
  void* const memory = huge ? std::aligned_alloc(huge_page_bytes, bytes) : std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  if (huge) madvise(memory, bytes, MADV_HUGEPAGE);  // a hint; without huge pages it is only slower
  std::memset(memory, 0, bytes);
  return static_cast<HashIndex::Entry*>(memory);
}

}  // namespace

void HashIndex::Free::operator()(Entry* entries) const {
  std::free(entries);
}

void HashIndex::grow_to(std::size_t capacity) {
  std::unique_ptr<Entry, Free> old(allocate_entries(capacity));
  old.swap(entries_);
  const std::size_t old_capacity = std::exchange(capacity_, capacity);
  // Entries keep their hash, so no row is read. Doubling makes this O(1) per insertion, though one
  // insertion waits for all of it; reserve() is for those who know how many come.
  for (std::size_t offset = 0; offset < old_capacity; ++offset) {
    const Entry& entry = old.get()[offset];
    if (entry.value == 0) continue;
    std::size_t target = entry.hash & (capacity_ - 1);
    while (entries_.get()[target].value != 0) target = (target + 1) & (capacity_ - 1);
    entries_.get()[target] = entry;
  }
}

void HashIndex::reserve(std::size_t entries) {
  // Half more than asked for keeps the load under seven tenths at any power of two.
  const std::size_t needed = std::bit_ceil(entries + entries / 2 + capacity_min);
  if (needed > capacity_) grow_to(needed);
}

void HashIndex::insert(std::uint64_t hash, std::uint64_t value) {
  DM_CHECK(value != 0, "an index entry without a value");
  if ((size_ + 1) * 10 > capacity_ * 7) grow_to(capacity_ == 0 ? capacity_min : capacity_ * 2);
  std::size_t offset = hash & (capacity_ - 1);
  while (entries_.get()[offset].value != 0) offset = (offset + 1) & (capacity_ - 1);
  entries_.get()[offset] = {hash, value};
  ++size_;
}

void HashIndex::erase(std::size_t offset) {
  const std::size_t mask = capacity_ - 1;
  std::size_t hole = offset;
  for (std::size_t from = (hole + 1) & mask;; from = (from + 1) & mask) {
    const Entry& entry = entries_.get()[from];
    if (entry.value == 0) break;
    // An entry may move back into the hole unless its home lies behind the hole.
    const std::size_t home = entry.hash & mask;
    if (((from - home) & mask) < ((from - hole) & mask)) continue;
    entries_.get()[hole] = entry;
    hole = from;
  }
  entries_.get()[hole] = {};
  --size_;
}

void HashIndex::clear() {
  if (size_ * kept_share < capacity_ && capacity_ > capacity_min) {
    entries_.reset();
    capacity_ = 0;
  } else if (capacity_ != 0) {
    std::memset(static_cast<void*>(entries_.get()), 0, capacity_ * sizeof(Entry));
  }
  size_ = 0;
}

}  // namespace deltamill
