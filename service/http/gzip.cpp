// zlib's deflate with gzip's frame, at its fastest level: answers are made once and read once.
#include "service/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr int gzip_window_bits = 15 + 16;  // + 16: gzip's frame
constexpr std::size_t output_bytes = 32 << 10;

}  // namespace

GzipEncoder::GzipEncoder() : stream_(std::make_unique<z_stream>()) {
  const int outcome = deflateInit2(stream_.get(), Z_BEST_SPEED, Z_DEFLATED, gzip_window_bits, 8,
                                   Z_DEFAULT_STRATEGY);
  if (outcome != Z_OK) throw std::bad_alloc();
}

GzipEncoder::~GzipEncoder() {
  if (stream_ != nullptr) deflateEnd(stream_.get());
}

GzipEncoder::GzipEncoder(GzipEncoder&&) noexcept = default;

void GzipEncoder::append(std::string_view bytes, std::string& packed) {
  deflate(bytes, Z_NO_FLUSH, packed);
}

void GzipEncoder::end(std::string& packed) {
  deflate({}, Z_FINISH, packed);
}

void GzipEncoder::deflate(std::string_view bytes, int flush, std::string& packed) {
  DM_CHECK(bytes.size() <= std::numeric_limits<uInt>::max(), "a piece fits zlib's counters");
  stream_->next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream_->avail_in = static_cast<uInt>(bytes.size());
  // Output that does not fill its room is all there is.
  for (stream_->avail_out = 0; stream_->avail_out == 0;) {
    const std::size_t size = packed.size();
    packed.resize(size + output_bytes);
    stream_->next_out = reinterpret_cast<Bytef*>(packed.data() + size);
    stream_->avail_out = static_cast<uInt>(output_bytes);
    const int outcome = ::deflate(stream_.get(), flush);
    DM_CHECK(outcome != Z_STREAM_ERROR, "the state of deflate is sound");
    packed.resize(size + output_bytes - stream_->avail_out);
  }
}

std::string gzip(std::string_view bytes) {
  GzipEncoder encoder;
  std::string packed;
  encoder.append(bytes, packed);
  encoder.end(packed);
  return packed;
}

GzipStream::GzipStream(GzipEncoder encoder, std::unique_ptr<BodyStream> plain)
    : encoder_(std::move(encoder)), plain_(std::move(plain)) {}

// Asks until something comes out: small pieces vanish in the encoder.
BodyPiece GzipStream::next() {
  std::string packed;
  while (packed.empty() && !ended_) {
    const BodyPiece piece = plain_->next();
    DM_CHECK(!std::holds_alternative<Wait>(piece), "a body that is packed never waits");
    if (const auto* const bytes = std::get_if<std::string>(&piece)) {
      encoder_.append(*bytes, packed);
    } else {
      encoder_.end(packed);
      ended_ = true;
    }
  }
  if (packed.empty()) return EndOfBody{};
  return packed;
}

}  // namespace deltamill
