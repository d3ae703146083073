// Cuts blocks off slabs and reuses them by size class through free lists: row_store.h has the
// contract. A slab is never given back while rows come and go, so memory is bounded by the most
// that was in use at once in each class.
#include "views/dataflow/row_store.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <new>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + 7) & ~std::size_t{7};
}

constexpr std::size_t next_class(std::size_t bytes) {
  return std::max(bytes + 8, round_up(bytes + bytes / 4));
}

constexpr std::size_t class_count = [] {
  std::size_t count = 1;
  for (std::size_t bytes = 16; bytes < RowStore::class_bytes_max; bytes = next_class(bytes))
    ++count;
  return count;
}();

// The last class is at least class_bytes_max.
constexpr std::array<std::size_t, class_count> class_sizes = [] {
  std::array<std::size_t, class_count> sizes{};
  std::size_t bytes = 16;
  for (std::size_t& size : sizes) {
    size = bytes;
    bytes = next_class(bytes);
  }
  return sizes;
}();

constexpr std::size_t tabled_bytes_max = 1024;

// Class by units of 8 bytes, for the small blocks that nearly all rows are.
constexpr std::array<std::uint8_t, tabled_bytes_max / 8 + 1> class_by_units = [] {
  std::array<std::uint8_t, tabled_bytes_max / 8 + 1> classes{};
  std::uint8_t size_class = 0;
  for (std::size_t units = 0; units < classes.size(); ++units) {
    while (class_sizes[size_class] < units * 8) ++size_class;
    classes[units] = size_class;
  }
  return classes;
}();

std::size_t class_of(std::size_t bytes) {
  if (bytes <= tabled_bytes_max) return class_by_units[(bytes + 7) / 8];
  const auto found = std::lower_bound(class_sizes.begin(), class_sizes.end(), bytes);
  return static_cast<std::size_t>(found - class_sizes.begin());
}

}  // namespace

void RowStore::Free::operator()(std::byte* slab) const {
  std::free(slab);
}

RowStore::RowStore() : free_(class_count, 0) {}

std::size_t RowStore::capacity(std::size_t bytes) {
  return bytes > class_bytes_max ? round_up(bytes) : class_sizes[class_of(bytes)];
}

std::uint64_t RowStore::add_slab(std::size_t bytes) {
  auto* const memory = static_cast<std::byte*>(std::aligned_alloc(slab_bytes, bytes));
  if (memory == nullptr) throw std::bad_alloc();
  // 2 MiB aligned, so that the system can back the slab with one huge page: random access to 10
  // million rows is 1.6 times faster with them.
  madvise(memory, bytes, MADV_HUGEPAGE);  // a hint; without huge pages it is only slower
  memory_bytes_ += bytes;
  if (!unused_slabs_.empty()) {
    const std::uint64_t slab = unused_slabs_.back();
    unused_slabs_.pop_back();
    slabs_[slab].reset(memory);
    return slab;
  }
  DM_CHECK(slabs_.size() < std::size_t{1} << 22, "the rows of a graph exceed 8 TiB");
  slabs_.emplace_back(memory);
  return slabs_.size() - 1;
}

RowHandle RowStore::allocate_large(std::size_t bytes) {
  const std::size_t whole = (bytes + slab_bytes - 1) / slab_bytes * slab_bytes;
  // Offset 0 stays unused so that no handle is 0.
  const std::size_t slab_size = whole - bytes >= 8 ? whole : whole + slab_bytes;
  return add_slab(slab_size) << offset_bits | 1U;
}

RowHandle RowStore::allocate(std::size_t bytes) {
  if (bytes > class_bytes_max) return allocate_large(bytes);
  const std::size_t size_class = class_of(bytes);
  // The newest free block, most likely still in the cache. A free block's first bytes hold the next
  // one of its class.
  if (const RowHandle reused = free_[size_class]; reused != 0) {
    std::memcpy(&free_[size_class], block(reused), sizeof(RowHandle));
    return reused;
  }
  const std::size_t size = class_sizes[size_class];
  if (next_offset_ + size > slab_bytes) {
    // What is left of the old slab stays unused: less than the block that was asked for.
    current_slab_ = add_slab(slab_bytes);
    // Offset 0 stays unused so that no handle is 0.
    next_offset_ = 8;
  }
  const RowHandle handle = current_slab_ << offset_bits | next_offset_ / 8;
  next_offset_ += size;
  return handle;
}

void RowStore::release(RowHandle handle, std::size_t bytes) {
  if (bytes > class_bytes_max) {
    const std::uint64_t slab = handle >> offset_bits;
    const std::size_t whole = (bytes + slab_bytes - 1) / slab_bytes * slab_bytes;
    memory_bytes_ -= whole - bytes >= 8 ? whole : whole + slab_bytes;
    slabs_[slab].reset();
    unused_slabs_.push_back(slab);
    return;
  }
  RowHandle& head = free_[class_of(bytes)];
  std::memcpy(block(handle), &head, sizeof(RowHandle));
  head = handle;
}

}  // namespace deltamill
