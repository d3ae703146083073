// The rows of one key in an index of an arrangement, as one word: a single handle inside the word,
// or a pointer to a list of them; long lists know each handle's position, so that removing takes
// constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "views/dataflow/row_store.h"

namespace deltamill {

// Owned by the index that holds it as an entry's value; 0 = no bucket. Functions return what to put
// there instead.
using Bucket = std::uint64_t;

[[nodiscard]] inline Bucket single_bucket(RowHandle handle) {
  return handle << 2 | 1U;
}
[[nodiscard]] inline bool is_single(Bucket bucket) {
  return (bucket & 3U) == 1U;
}

[[nodiscard]] std::span<const RowHandle> long_bucket_handles(Bucket bucket);

// REQUIRES: a bucket, so at least one row.
[[nodiscard]] inline RowHandle first_handle(Bucket bucket) {
  return is_single(bucket) ? bucket >> 2 : long_bucket_handles(bucket).front();
}

[[nodiscard]] inline std::size_t bucket_size(Bucket bucket) {
  return is_single(bucket) ? 1 : long_bucket_handles(bucket).size();
}

// Calls visit(handle) for each row. The order carries no meaning.
template <typename Visit>
void for_each_handle(Bucket bucket, const Visit& visit) {
  if (is_single(bucket)) {
    visit(bucket >> 2);
    return;
  }
  for (const RowHandle handle : long_bucket_handles(bucket)) visit(handle);
}

[[nodiscard]] Bucket add_to_bucket(Bucket bucket, RowHandle handle);
// REQUIRES: the handle is in the bucket. ENSURES: 0 when it was the last.
[[nodiscard]] Bucket remove_from_bucket(Bucket bucket, RowHandle handle);
void free_bucket(Bucket bucket);
// Bytes outside of the word.
[[nodiscard]] std::size_t bucket_bytes(Bucket bucket);

}  // namespace deltamill
