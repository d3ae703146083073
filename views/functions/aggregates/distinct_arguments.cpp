// Counts the representations of each (group, value), and tells the inner accumulator when another
// one is shown: it sees each value once, in the smallest representation that is there.
#include "views/functions/aggregates/distinct_arguments.h"

#include <algorithm>

#include "views/data/value_comparison.h"

namespace deltamill {

DistinctArguments::DistinctArguments(Type type, bool counts_nulls,
                                     std::unique_ptr<Accumulator> inner)
    : type_(std::move(type)),
      counts_nulls_(counts_nulls),
      inner_(std::move(inner)),
      values_(0, Hash{type_}, Equal{type_}) {}

std::size_t DistinctArguments::Hash::of(GroupNumber group, const Value& value) const {
  const std::uint64_t mixed = (std::uint64_t{group} + 1) * 0x9e3779b97f4a7c15U;
  const std::uint64_t value_hash = value.is_null() ? 0 : hash_value(type, value);
  const std::uint64_t hash = (value_hash ^ mixed) * 0xff51afd7ed558ccdU;
  return hash ^ hash >> 32;
}

// NULLs are one value here, as in SELECT DISTINCT.
bool DistinctArguments::Equal::same(const Value& left, const Value& right) const {
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  return compare_values(type, left, right) == 0;
}

void DistinctArguments::add(const AccumulatorInput& input) {
  const std::span<const Value> values = input.arguments.front();
  for (std::size_t row = 0; row < input.groups.size(); ++row) {
    if (input.weights[row] == 0 || (values[row].is_null() && !counts_nulls_)) continue;
    change(input.groups[row], values[row], input.weights[row]);
  }
}

// Of equal values.
bool DistinctArguments::identical(const Value& left, const Value& right) const {
  return left.is_null() || compare_representations(type_, left, right) == 0;
}

const DistinctArguments::Representation* DistinctArguments::shown(
    const Representations& representations) const {
  const Representation* best = nullptr;
  for (const Representation& candidate : representations) {
    if (candidate.count <= 0) continue;
    const bool better = best == nullptr || compare_representations(type_, candidate.value.value(),
                                                                   best->value.value()) < 0;
    if (better) best = &candidate;
  }
  return best;
}

void DistinctArguments::change(GroupNumber group, const Value& value, std::int32_t weight) {
  auto entry = values_.find(Probe{group, &value});
  if (entry == values_.end())
    entry = values_.emplace(Entry{group, OwnedValue(value)}, Representations()).first;
  Representations& representations = entry->second;
  // A copy: what is shown now may be erased below.
  std::optional<OwnedValue> before;
  if (const Representation* const first = shown(representations))
    before.emplace(first->value.value());
  auto changed = std::ranges::find_if(representations, [&](const Representation& known) {
    return identical(known.value.value(), value);
  });
  if (changed == representations.end())
    changed = representations.insert(representations.end(), Representation{OwnedValue(value), 0});
  changed->count += weight;
  const Representation* const after = shown(representations);
  const bool same = before.has_value() == (after != nullptr) &&
                    (!before || identical(before->value(), after->value.value()));
  if (!same && before) pass_on(group, before->value(), -1);
  if (!same && after != nullptr) pass_on(group, after->value.value(), 1);
  if (changed->count == 0) representations.erase(changed);
  if (representations.empty()) values_.erase(entry);
}

void DistinctArguments::pass_on(GroupNumber group, const Value& value, std::int32_t weight) {
  const std::span<const Value> values(&value, 1);
  inner_->add({std::span(&values, 1), std::span(&group, 1), std::span(&weight, 1)});
}

std::size_t DistinctArguments::memory_bytes() const {
  std::size_t bytes = values_.bucket_count() * (sizeof(Entry) + sizeof(Representations));
  bytes += values_.size() * sizeof(Representation);
  return bytes + inner_->memory_bytes();
}

}  // namespace deltamill
