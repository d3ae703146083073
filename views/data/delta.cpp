// Adds up the weights of identical rows by a hash of the representation, in position: every row is
// hashed once, then found in a flat table of (hash, position) pairs, so that rows are compared only
// when 32 bits of their hashes agree. O(rows).
#include "views/data/delta.h"

#include <bit>
#include <limits>
#include <memory>

#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::size_t few_rows_max = 8;  // up to here every pair is compared
// Rows lie scattered: their bytes are fetched before they are hashed.
constexpr std::size_t prefetch_ahead = 8;

void add_weight(DeltaRow& kept, const DeltaRow& change) {
  kept.weight = checked_weight(std::int64_t{kept.weight} + change.weight);
}

std::size_t merge_few(Delta& delta) {
  std::size_t kept = 0;
  for (const DeltaRow& change : delta) {
    std::size_t position = 0;
    while (position < kept && !rows_identical(delta[position].row, change.row)) ++position;
    if (position < kept)
      add_weight(delta[position], change);
    else
      delta[kept++] = change;
  }
  return kept;
}

// An open-addressed table; a position is an offset in the delta plus 1, 0 = free.
struct Entry {
  std::uint32_t hash = 0;
  std::uint32_t position = 0;
};

std::size_t merge_many(Delta& delta) {
  DM_CHECK(delta.size() < std::numeric_limits<std::uint32_t>::max() / 2, "a delta of 2^31 rows");
  const std::size_t size = std::bit_ceil(delta.size() * 2);
  const auto table = std::make_unique<Entry[]>(size);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < delta.size(); ++at) {
    if (at + prefetch_ahead < delta.size()) __builtin_prefetch(delta[at + prefetch_ahead].row);
    const DeltaRow change = delta[at];
    const std::uint64_t hash = row_hash(change.row);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t slot = hash & (size - 1);
    // Half full at most, so runs of the table are short; hashes of rows are spread well (XXH3).
    while (table[slot].position != 0 &&
           (table[slot].hash != tag ||
            !rows_identical(delta[table[slot].position - 1].row, change.row)))
      slot = (slot + 1) & (size - 1);
    if (table[slot].position != 0) {
      add_weight(delta[table[slot].position - 1], change);
      continue;
    }
    delta[kept++] = change;
    table[slot] = {tag, static_cast<std::uint32_t>(kept)};
  }
  return kept;
}

}  // namespace

std::int32_t checked_weight(std::int64_t weight) {
  DM_CHECK(weight <= std::numeric_limits<std::int32_t>::max() &&
               weight >= std::numeric_limits<std::int32_t>::min(),
           "the weight of a row leaves the range of 32 bits");
  return static_cast<std::int32_t>(weight);
}

void consolidate(Delta& delta) {
  const std::size_t kept = delta.size() <= few_rows_max ? merge_few(delta) : merge_many(delta);
  delta.resize(kept);
  std::erase_if(delta, [](const DeltaRow& change) { return change.weight == 0; });
}

}  // namespace deltamill
