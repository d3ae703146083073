// zlib's deflate with gzip's frame, at its fastest level: answers are made once and read once.
#include "service/http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "views/data/check.h"

namespace deltamill {

std::string gzip(std::string_view bytes) {
  constexpr int window_bits = 15 + 16;  // + 16: gzip's frame
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  DM_CHECK(std::max(bytes.size(), packed.size()) <= std::numeric_limits<uInt>::max(),
           "a body fits zlib's counters");
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int outcome = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  DM_CHECK(outcome == Z_STREAM_END, "deflateBound is enough for one call");
  return packed;
}

}  // namespace deltamill
