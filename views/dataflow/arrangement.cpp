// Applying a delta goes in two steps, so that the other indexes always see rows as their buckets
// knew them: first the primary index and the rows, remembering what came and went; then index by
// index. Memory of removed rows is given back last.
#include "views/dataflow/arrangement.h"

#include <algorithm>
#include <array>
#include <limits>

#include "views/data/check.h"

namespace deltamill {

Arrangement::Arrangement(RowStore& store, const Columns& columns, const RowLayout& layout,
                         const std::optional<KeyColumns>& unique_key)
    : store_(store),
      layout_(layout),
      columns_(columns),
      unique_(unique_key.has_value()),
      header_bytes_(unique_ ? 0 : 8) {
  indexes_.emplace_back();
  if (unique_key) indexes_[primary].key = Key(columns_, layout_, *unique_key);
}

Arrangement::~Arrangement() {
  for (Index& index : indexes_) index.entries.for_each([](Bucket bucket) { free_bucket(bucket); });
}

std::size_t Arrangement::index_on(const KeyColumns& columns) {
  // Looked for in this order of columns only. Those who ask in another order (OuterJoin, JoinPath)
  // ask for the primary one by name where it serves. The primary index of a multiset is by the
  // whole row's bytes and answers no key.
  for (std::size_t index = unique_ ? 0 : 1; index < indexes_.size(); ++index)
    if (indexes_[index].key.columns() == columns) return index;
  DM_CHECK(size() == 0, "an index is added to an arrangement that holds rows");
  indexes_.emplace_back();
  indexes_.back().key = Key(columns_, layout_, columns);
  return indexes_.size() - 1;
}

Bucket Arrangement::find(std::size_t index, std::uint64_t hash,
                         std::span<const Value> values) const {
  // Equal hashes may belong to different keys: each candidate's key is compared, with the first row
  // of its bucket, since all rows of a bucket share the key.
  const Index& searched = indexes_[index];
  for (std::size_t offset = searched.entries.first(hash); offset != HashIndex::none;
       offset = searched.entries.next(hash, offset)) {
    const Bucket bucket = searched.entries.value(offset);
    if (searched.key.equal(values, row(first_handle(bucket)))) return bucket;
  }
  return 0;
}

std::size_t Arrangement::memory_bytes() const {
  std::size_t bytes = row_bytes_;
  for (const Index& index : indexes_) bytes += index.entries.memory_bytes() + index.list_bytes;
  return bytes;
}

void Arrangement::apply(const Delta& delta, std::span<const std::uint64_t> hashes) {
  moves_.clear();
  // 1. The primary index and the rows; moves_ remembers what came and went.
  if (unique_)
    apply_unique(delta, hashes);
  else
    apply_multiset(delta);
  // 2. The other indexes. They compare keys with rows in their buckets, also with removed ones.
  for (std::size_t index = 1; index < indexes_.size(); ++index) apply_moves(indexes_[index]);
  // 3. Nothing points to the removed rows any more.
  release_removed();
}

// Offset in the primary index of the stored row with this key, or identical to this row.
std::size_t Arrangement::locate(std::uint64_t hash, RowBytes wanted) const {
  const Index& index = indexes_[primary];
  for (std::size_t offset = index.entries.first(hash); offset != HashIndex::none;
       offset = index.entries.next(hash, offset)) {
    // Buckets of the primary index are single: a key has one row, and identical rows are one row
    // with a weight. So the handle is in the word (bucket.h).
    const RowBytes stored = row(index.entries.value(offset) >> 2);
    if (unique_ ? index.key.equal(stored, wanted) : rows_identical(stored, wanted)) return offset;
  }
  return HashIndex::none;
}

void Arrangement::apply_unique(const Delta& delta, std::span<const std::uint64_t> hashes) {
  const Index& index = indexes_[primary];
  std::array<std::uint64_t, HashIndex::prefetch_group + 1> group;
  std::size_t done = 0;
  while (done < delta.size()) {
    // A pair (−old, +new) is never cut: a retraction at the end of the group takes along what
    // follows it, which may be its other half.
    std::size_t count = std::min(HashIndex::prefetch_group, delta.size() - done);
    const bool cuts = delta[done + count - 1].weight < 0 && done + count < delta.size();
    if (cuts) ++count;
    for (std::size_t i = 0; i < count; ++i) {
      group[i] = hashes.empty() ? index.key.hash(delta[done + i].row) : hashes[done + i];
      index.entries.prefetch(group[i]);
    }
    apply_unique_group(std::span(delta).subspan(done, count), std::span(group).first(count));
    done += count;
  }
}

void Arrangement::apply_unique_group(std::span<const DeltaRow> changes,
                                     std::span<const std::uint64_t> hashes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const DeltaRow& change = changes[i];
    DM_CHECK(change.weight == 1 || change.weight == -1, "a key stands for several rows");
    const std::size_t offset = locate(hashes[i], change.row);
    const bool adds = change.weight > 0;
    // The state is the sum of the deltas or it is nothing: whatever contradicts it is a bug or a
    // gap in the input, and going on would spread it into every view.
    DM_CHECK(adds == (offset == HashIndex::none),
             adds ? "two rows with one key" : "a row that is removed is not there");
    if (adds) {
      add_row(hashes[i], change.row, 1);
      continue;
    }
    // -old with +new of the same key behind it is a row that is replaced: one probe instead of two.
    const bool replaced = i + 1 < changes.size() && changes[i + 1].weight > 0 &&
                          hashes[i + 1] == hashes[i] &&
                          indexes_[primary].key.equal(change.row, changes[i + 1].row);
    if (replaced)
      replace(offset, change.row, changes[++i].row);
    else
      remove_row(offset, change.row);
  }
}

// Rows of a multiset come in any order: consolidated, each at most once, so no pair is to be kept
// together. They are found by all their bytes; rows that are equal and print differently are
// different rows.
void Arrangement::apply_multiset(const Delta& delta) {
  std::array<std::uint64_t, HashIndex::prefetch_group> group;
  for (std::size_t done = 0; done < delta.size(); done += HashIndex::prefetch_group) {
    const std::size_t count = std::min(HashIndex::prefetch_group, delta.size() - done);
    for (std::size_t i = 0; i < count; ++i) {
      group[i] = row_hash(delta[done + i].row);
      indexes_[primary].entries.prefetch(group[i]);
    }
    for (std::size_t i = 0; i < count; ++i) change_weight(group[i], delta[done + i]);
  }
}

void Arrangement::change_weight(std::uint64_t hash, const DeltaRow& change) {
  const std::size_t offset = locate(hash, change.row);
  if (offset == HashIndex::none) {
    DM_CHECK(change.weight > 0, "a row that is removed is not there");
    add_row(hash, change.row, change.weight);
    return;
  }
  const RowHandle handle = indexes_[primary].entries.value(offset) >> 2;
  const std::int64_t sum = std::int64_t{weight(handle)} + change.weight;
  DM_CHECK(sum >= 0 && sum <= std::numeric_limits<std::int32_t>::max(),
           "a row is removed more often than it is there");
  const auto changed = static_cast<std::int32_t>(sum);
  // The weight stands before the row, so that handles and buckets need not change with it.
  std::memcpy(store_.block(handle), &changed, sizeof changed);
  // `change.row` has the bytes of the stored row; the block keeps them until release_removed().
  if (changed == 0) remove_row(offset, change.row);
}

// Whether the secondary indexes hold both rows under the same keys. By value: a key that only
// changes its representation stays in its bucket.
bool Arrangement::same_keys(RowBytes left, RowBytes right) const {
  for (std::size_t index = 1; index < indexes_.size(); ++index)
    if (!indexes_[index].key.equal(left, right)) return false;
  return true;
}

void Arrangement::replace(std::size_t offset, RowBytes old_row, RowBytes new_row) {
  HashIndex& entries = indexes_[primary].entries;
  const RowHandle handle = entries.value(offset) >> 2;
  const bool fits = RowStore::capacity(row_size(old_row)) == RowStore::capacity(row_size(new_row));
  // No index sees a difference: the row is overwritten where it stands, its handle stays valid. Who
  // needs the old row has a copy (TableInput::finish). This is the common update, and it costs one
  // probe, whatever the number of indexes.
  if (fits && same_keys(old_row, new_row)) {
    std::memcpy(store_.block(handle), new_row, row_size(new_row));
    return;
  }
  // The old row stays in its block until the secondary indexes have let go of it: they find its
  // bucket by comparing keys with it.
  const RowHandle moved = store_row(new_row, 1);
  entries.set_value(offset, single_bucket(moved));
  moves_.push_back({handle, old_row, false});
  moves_.push_back({moved, new_row, true});
}

RowHandle Arrangement::store_row(RowBytes row, std::int32_t weight) {
  const std::uint32_t size = row_size(row);
  const RowHandle handle = store_.allocate(size + header_bytes_);
  std::byte* const block = store_.block(handle);
  if (header_bytes_ != 0) std::memcpy(block, &weight, sizeof weight);
  std::memcpy(block + header_bytes_, row, size);
  row_bytes_ += RowStore::capacity(size + header_bytes_);
  return handle;
}

void Arrangement::add_row(std::uint64_t hash, RowBytes row, std::int32_t weight) {
  const RowHandle handle = store_row(row, weight);
  indexes_[primary].entries.insert(hash, single_bucket(handle));
  if (indexes_.size() > 1) moves_.push_back({handle, row, true});
}

void Arrangement::remove_row(std::size_t offset, RowBytes row) {
  HashIndex& entries = indexes_[primary].entries;
  moves_.push_back({entries.value(offset) >> 2, row, false});
  entries.erase(offset);
}

// In the order of the delta: −old may empty a bucket that +new then makes anew, and a bucket's
// first row, by which its key is known, is always one that is still readable.
void Arrangement::apply_moves(Index& index) {
  std::array<std::uint64_t, HashIndex::prefetch_group> group;
  for (std::size_t done = 0; done < moves_.size(); done += HashIndex::prefetch_group) {
    const std::size_t count = std::min(HashIndex::prefetch_group, moves_.size() - done);
    for (std::size_t i = 0; i < count; ++i) {
      group[i] = index.key.hash(moves_[done + i].row);
      index.entries.prefetch(group[i]);
    }
    // A row with a NULL in the key equals nothing and is in no bucket.
    for (std::size_t i = 0; i < count; ++i)
      if (!index.key.has_null(moves_[done + i].row)) move(index, group[i], moves_[done + i]);
  }
}

void Arrangement::move(Index& index, std::uint64_t hash, const Move& move) {
  HashIndex& entries = index.entries;
  for (std::size_t offset = entries.first(hash); offset != HashIndex::none;
       offset = entries.next(hash, offset)) {
    const Bucket bucket = entries.value(offset);
    if (!index.key.equal(row(first_handle(bucket)), move.row)) continue;
    // A bucket grows and shrinks by itself; memory_bytes() is asked after every batch and must not
    // visit all buckets.
    index.list_bytes -= bucket_bytes(bucket);
    const Bucket changed =
        move.added ? add_to_bucket(bucket, move.handle) : remove_from_bucket(bucket, move.handle);
    index.list_bytes += bucket_bytes(changed);
    if (changed != 0)
      entries.set_value(offset, changed);
    else
      entries.erase(offset);
    return;
  }
  DM_CHECK(move.added, "an index lacks a row of its arrangement");
  entries.insert(hash, single_bucket(move.handle));
}

void Arrangement::release_removed() {
  for (const Move& gone : moves_) {
    if (gone.added) continue;
    const std::size_t bytes = row_size(gone.row) + header_bytes_;
    row_bytes_ -= RowStore::capacity(bytes);
    store_.release(gone.handle, bytes);
  }
}

}  // namespace deltamill
