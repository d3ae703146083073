// Keeps the rows of a key: one handle in the word itself, else a list, searched while it is short
// and with a map from handle to position when long. A skewed key (all orders of one customer) thus
// costs constant time per change.
#include "views/dataflow/bucket.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <vector>

#include "views/data/check.h"

namespace deltamill {

namespace {

// 2 KiB of handles, searched in less than a cache miss or two.
constexpr std::size_t searched_size_max = 256;
constexpr std::uint64_t list_tag = 2;

struct List {
  std::vector<RowHandle> handles;
  std::unique_ptr<boost::unordered_flat_map<RowHandle, std::uint32_t>> positions;  // when long
};

List& list_of(Bucket bucket) {
  // A bucket is one word by design, so that an index entry holds it.
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return *reinterpret_cast<List*>(static_cast<std::uintptr_t>(bucket & ~std::uint64_t{3}));
}

std::size_t position_of(const List& list, RowHandle handle) {
  if (list.positions) {
    const auto found = list.positions->find(handle);
    DM_CHECK(found != list.positions->end(), "a row is missing in its bucket");
    return found->second;
  }
  std::size_t position = 0;
  while (position < list.handles.size() && list.handles[position] != handle) ++position;
  DM_CHECK(position < list.handles.size(), "a row is missing in its bucket");
  return position;
}

void index_positions(List& list) {
  list.positions = std::make_unique<boost::unordered_flat_map<RowHandle, std::uint32_t>>();
  list.positions->reserve(list.handles.size() * 2);
  for (std::size_t position = 0; position < list.handles.size(); ++position)
    list.positions->emplace(list.handles[position], static_cast<std::uint32_t>(position));
}

}  // namespace

std::span<const RowHandle> long_bucket_handles(Bucket bucket) {
  return list_of(bucket).handles;
}

Bucket add_to_bucket(Bucket bucket, RowHandle handle) {
  if (bucket == 0) return single_bucket(handle);
  if (is_single(bucket)) {
    auto list = std::make_unique<List>();
    list->handles = {bucket >> 2, handle};
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(list.release())) | list_tag;
  }
  List& list = list_of(bucket);
  if (list.positions)
    list.positions->emplace(handle, static_cast<std::uint32_t>(list.handles.size()));
  list.handles.push_back(handle);
  if (!list.positions && list.handles.size() > searched_size_max) index_positions(list);
  return bucket;
}

Bucket remove_from_bucket(Bucket bucket, RowHandle handle) {
  if (is_single(bucket)) {
    DM_CHECK(bucket >> 2 == handle, "a row is missing in its bucket");
    return 0;
  }
  List& list = list_of(bucket);
  const std::size_t position = position_of(list, handle);
  const RowHandle last = list.handles.back();
  // The last one takes the freed position: handles of a bucket have no order.
  list.handles[position] = last;
  list.handles.pop_back();
  if (list.positions) {
    (*list.positions)[last] = static_cast<std::uint32_t>(position);
    list.positions->erase(handle);
    // At half the size at which it was made, so that a list around the limit does not build it
    // again and again.
    if (list.handles.size() < searched_size_max / 2) list.positions.reset();
  }
  if (list.handles.size() > 1) return bucket;
  // A list has at least two handles; a single one goes back into the word.
  const RowHandle rest = list.handles.front();
  free_bucket(bucket);
  return single_bucket(rest);
}

void free_bucket(Bucket bucket) {
  if (bucket != 0 && !is_single(bucket)) delete &list_of(bucket);
}

std::size_t bucket_bytes(Bucket bucket) {
  if (bucket == 0 || is_single(bucket)) return 0;
  const List& list = list_of(bucket);
  const std::size_t per_position = sizeof(RowHandle) + 2 * sizeof(std::uint32_t);
  return sizeof(List) + list.handles.capacity() * sizeof(RowHandle) +
         (list.positions ? list.positions->bucket_count() * per_position : 0);
}

}  // namespace deltamill
