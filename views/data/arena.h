// Bump allocation for what lives as long as one batch. Everything is released at once; nothing is
// destroyed singly.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace deltamill {

class Arena {
 public:
  static constexpr std::size_t chunk_bytes = std::size_t{1} << 18;

  // Memory of `bytes` bytes, aligned to 8. Valid until reset() or destruction.
  [[nodiscard]] std::byte* allocate(std::size_t bytes) {
    bytes = (bytes + 7) & ~std::size_t{7};
    if (bytes > left_) return allocate_slow(bytes);
    std::byte* const result = next_;
    next_ += bytes;
    left_ -= bytes;
    return result;
  }

  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* const target = reinterpret_cast<char*>(allocate(text.size()));
    std::memcpy(target, text.data(), text.size());
    return {target, text.size()};
  }

  // Releases everything allocated so far, keeping one chunk for what follows.
  void reset() {
    large_.clear();
    large_bytes_ = 0;
    if (chunks_.size() > 1) chunks_.resize(1);
    next_ = chunks_.empty() ? nullptr : chunks_.front().get();
    left_ = chunks_.empty() ? 0 : chunk_bytes;
  }

  // Bytes held from the system.
  [[nodiscard]] std::size_t memory_bytes() const {
    return chunks_.size() * chunk_bytes + large_bytes_;
  }

 private:
  [[nodiscard]] std::byte* allocate_slow(std::size_t bytes) {
    if (bytes > chunk_bytes / 4) {
      large_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
      large_bytes_ += bytes;
      return large_.back().get();
    }
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    next_ = chunks_.back().get() + bytes;
    left_ = chunk_bytes - bytes;
    return chunks_.back().get();
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::vector<std::unique_ptr<std::byte[]>> large_;
  std::size_t large_bytes_ = 0;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace deltamill
