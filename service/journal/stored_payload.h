// A payload as journal.db keeps it: compressed by zstd, with a checksum over what is stored and
// where it belongs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace deltamill {

struct StoredPayload {
  std::uint64_t raw_bytes = 0;
  std::int64_t checksum = 0;
  std::string bytes;
};

// Compresses payload after payload with one context. For one thread at a time.
class PayloadCompressor {
 public:
  explicit PayloadCompressor(int level);
  // `seed` ties the checksum to the payload's row: one that moved to another row is found damaged.
  [[nodiscard]] StoredPayload compress(std::string_view payload, std::uint64_t seed);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  int level_;
  std::unique_ptr<char[]> buffer_;  // reused: room for the largest payload so far
  std::size_t buffer_bytes_ = 0;
};

// Checksum of a stored payload.
[[nodiscard]] std::int64_t payload_checksum(std::string_view stored, std::uint64_t seed);

// The payload again. Throws JournalFailed when the checksum or the length is not what was written.
[[nodiscard]] std::string restore_payload(std::string_view stored, std::uint64_t raw_bytes,
                                          std::int64_t checksum, std::uint64_t seed);

}  // namespace deltamill
