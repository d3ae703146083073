// Memory of all arrangements of a graph: blocks in 2 MiB slabs on huge pages, reached by 40-bit
// handles. Size classes grow by a quarter, so a changed row usually fits the block of the old one.
// Knows nothing of what a block holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace deltamill {

// Slab number (22 bits) and offset in the slab in units of 8 bytes (18 bits). 0 is no block.
using RowHandle = std::uint64_t;

class RowStore {
 public:
  static constexpr std::size_t slab_bytes = std::size_t{1} << 21;
  // Larger blocks get a slab of their own.
  static constexpr std::size_t class_bytes_max = std::size_t{1} << 18;

  RowStore();
  RowStore(const RowStore&) = delete;
  RowStore& operator=(const RowStore&) = delete;

  // A block of at least `bytes` bytes, aligned to 8.
  [[nodiscard]] RowHandle allocate(std::size_t bytes);
  // REQUIRES: a handle from allocate(bytes), or from allocate() with the same capacity.
  void release(RowHandle handle, std::size_t bytes);

  [[nodiscard]] std::byte* block(RowHandle handle) const {
    return slabs_[handle >> offset_bits].get() + (handle & offset_mask) * 8;
  }
  // What a block of `bytes` really holds: blocks of one capacity are interchangeable.
  [[nodiscard]] static std::size_t capacity(std::size_t bytes);

  // Bytes held from the system.
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_; }

 private:
  static constexpr unsigned offset_bits = 18;
  static constexpr std::uint64_t offset_mask = (std::uint64_t{1} << offset_bits) - 1;

  struct Free {
    void operator()(std::byte* slab) const;
  };

  [[nodiscard]] std::uint64_t add_slab(std::size_t bytes);
  [[nodiscard]] RowHandle allocate_large(std::size_t bytes);

  std::vector<std::unique_ptr<std::byte, Free>> slabs_;
  std::vector<std::uint64_t> unused_slabs_;  // numbers whose large block was released
  std::vector<RowHandle> free_;              // per class: head of a list linked through the blocks
  std::uint64_t current_slab_ = 0;
  std::size_t next_offset_ = slab_bytes;  // in the current slab
  std::size_t memory_bytes_ = 0;
};

}  // namespace deltamill
