// gzip: a body as one member, whole or piece by piece.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "service/http/body_stream.h"

struct z_stream_s;

namespace deltamill {

// Answers shorter than this are sent as they are.
inline constexpr std::size_t gzip_bytes_min = 1024;

class GzipEncoder {
 public:
  // Throws std::bad_alloc when zlib has no memory.
  GzipEncoder();
  ~GzipEncoder();
  GzipEncoder(GzipEncoder&&) noexcept;
  GzipEncoder& operator=(GzipEncoder&&) = delete;

  // Appends what is packed so far; what comes later may share its last bits, so that is not all.
  void append(std::string_view bytes, std::string& packed);
  // Appends the rest. Nothing can follow.
  void end(std::string& packed);

 private:
  void deflate(std::string_view bytes, int flush, std::string& packed);

  std::unique_ptr<z_stream_s> stream_;
};

[[nodiscard]] std::string gzip(std::string_view bytes);

// A body that follows what the encoder has packed already. REQUIRES: the plain body never waits,
// since what it gave before may still be inside the encoder.
class GzipStream : public BodyStream {
 public:
  GzipStream(GzipEncoder encoder, std::unique_ptr<BodyStream> plain);
  [[nodiscard]] BodyPiece next() override;

 private:
  GzipEncoder encoder_;
  std::unique_ptr<BodyStream> plain_;
  bool ended_ = false;
};

}  // namespace deltamill
