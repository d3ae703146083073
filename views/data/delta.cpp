// Consolidation by a hash of the representation, in place.
#include "views/data/delta.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>

#include "views/data/check.h"

namespace deltamill {

namespace {

struct RowIdentity {
  [[nodiscard]] bool operator()(RowBytes left, RowBytes right) const {
    return rows_identical(left, right);
  }
};

struct RowHash {
  using is_avalanching = void;
  [[nodiscard]] std::size_t operator()(RowBytes row) const { return row_hash(row); }
};

std::int32_t checked(std::int64_t weight) {
  DM_CHECK(weight <= std::numeric_limits<std::int32_t>::max() &&
               weight >= std::numeric_limits<std::int32_t>::min(),
           "the weight of a row leaves the range of 32 bits");
  return static_cast<std::int32_t>(weight);
}

}  // namespace

void consolidate(Delta& delta) {
  if (delta.size() == 1 && delta[0].weight != 0) return;
  boost::unordered_flat_map<RowBytes, std::size_t, RowHash, RowIdentity> first;
  first.reserve(delta.size());
  std::size_t kept = 0;
  for (const DeltaRow& change : delta) {
    const auto [place, is_new] = first.try_emplace(change.row, kept);
    if (is_new)
      delta[kept++] = change;
    else
      delta[place->second].weight =
          checked(std::int64_t{delta[place->second].weight} + change.weight);
  }
  delta.resize(kept);
  std::erase_if(delta, [](const DeltaRow& change) { return change.weight == 0; });
}

}  // namespace deltamill
