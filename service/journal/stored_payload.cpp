// Payloads as they are stored: compressed by zstd, with an XXH3 checksum of the compressed bytes.
#include "service/journal/stored_payload.h"

#include <xxhash.h>
#include <zstd.h>

#include "service/journal/journal.h"

namespace deltamill {

namespace {

// No payload is larger: a piece of a transaction is at most as large as the source's buffers.
constexpr std::uint64_t raw_bytes_max = std::uint64_t{2} << 30;

}  // namespace

void PayloadCompressor::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

PayloadCompressor::PayloadCompressor(int level) : context_(ZSTD_createCCtx()), level_(level) {
  if (context_ == nullptr) throw JournalFailed("zstd has no memory for a compression context");
}

StoredPayload PayloadCompressor::compress(std::string_view payload, std::uint64_t seed) {
  // One buffer for all payloads, at their worst case: only what was really used is copied into a
  // row.
  const std::size_t bound = ZSTD_compressBound(payload.size());
  if (bound > buffer_bytes_) {
    buffer_ = std::make_unique_for_overwrite<char[]>(bound);
    buffer_bytes_ = bound;
  }
  const std::size_t size = ZSTD_compressCCtx(context_.get(), buffer_.get(), buffer_bytes_,
                                             payload.data(), payload.size(), level_);
  if (ZSTD_isError(size) != 0)
    throw JournalFailed(std::string("zstd cannot compress a payload: ") + ZSTD_getErrorName(size));
  StoredPayload stored;
  stored.raw_bytes = payload.size();
  stored.bytes.assign(buffer_.get(), size);
  stored.checksum = payload_checksum(stored.bytes, seed);
  return stored;
}

std::int64_t payload_checksum(std::string_view stored, std::uint64_t seed) {
  return static_cast<std::int64_t>(XXH3_64bits_withSeed(stored.data(), stored.size(), seed));
}

std::string restore_payload(std::string_view stored, std::uint64_t raw_bytes, std::int64_t checksum,
                            std::uint64_t seed) {
  // Before decompressing and before `raw_bytes` is believed: a damaged row neither crashes zstd nor
  // asks for memory.
  if (payload_checksum(stored, seed) != checksum || raw_bytes > raw_bytes_max)
    throw JournalFailed("journal.db is damaged: the checksum of a payload does not match");
  std::string payload(raw_bytes, '\0');
  const std::size_t size =
      ZSTD_decompress(payload.data(), payload.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0 || size != raw_bytes)
    throw JournalFailed("journal.db is damaged: a payload cannot be decompressed");
  return payload;
}

}  // namespace deltamill
