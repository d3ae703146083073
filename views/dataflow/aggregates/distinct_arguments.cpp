// Counting the forms of each (group, value), telling the inner accumulator of changes of what is
// shown.
#include "views/dataflow/aggregates/distinct_arguments.h"

#include <algorithm>

namespace deltamill {

DistinctArguments::DistinctArguments(Type type, std::unique_ptr<Accumulator> inner)
    : type_(std::move(type)), inner_(std::move(inner)), values_(0, Hash{type_}, Equal{type_}) {}

std::size_t DistinctArguments::Hash::of(GroupNumber group, const Value& value) const {
  const std::uint64_t mixed = (std::uint64_t{group} + 1) * 0x9e3779b97f4a7c15U;
  std::uint64_t hash = (hash_value(type, value) ^ mixed) * 0xff51afd7ed558ccdU;
  return hash ^ hash >> 32;
}

void DistinctArguments::add(const AccumulatorInput& input) {
  for (std::size_t row = 0; row < input.groups.size(); ++row) {
    if (input.weights[row] == 0 || input.values[row].is_null()) continue;
    change(input.groups[row], input.values[row], input.weights[row]);
  }
}

const DistinctArguments::Form* DistinctArguments::shown(const Forms& forms) const {
  const Form* best = nullptr;
  for (const Form& form : forms) {
    if (form.count <= 0) continue;
    const bool better = best == nullptr ||
                        compare_representations(type_, form.value.value(), best->value.value()) < 0;
    if (better) best = &form;
  }
  return best;
}

void DistinctArguments::change(GroupNumber group, const Value& value, std::int32_t weight) {
  auto place = values_.find(Probe{group, &value});
  if (place == values_.end())
    place = values_.emplace(Entry{group, OwnedValue(value)}, Forms()).first;
  Forms& forms = place->second;
  const Form* const before = shown(forms);
  const OwnedValue shown_before =
      before != nullptr ? OwnedValue(before->value.value()) : OwnedValue();
  auto form = std::find_if(forms.begin(), forms.end(), [&](const Form& one) {
    return compare_representations(type_, one.value.value(), value) == 0;
  });
  if (form == forms.end()) form = forms.insert(forms.end(), Form{OwnedValue(value), 0});
  form->count += weight;
  const Form* const after = shown(forms);
  const bool same =
      (shown_before.value().is_null() && after == nullptr) ||
      (!shown_before.value().is_null() && after != nullptr &&
       compare_representations(type_, shown_before.value(), after->value.value()) == 0);
  if (!same && !shown_before.value().is_null()) pass_on(group, shown_before.value(), -1);
  if (!same && after != nullptr) pass_on(group, after->value.value(), 1);
  if (form->count == 0) forms.erase(form);
  if (forms.empty()) values_.erase(place);
}

void DistinctArguments::pass_on(GroupNumber group, const Value& value, std::int32_t weight) {
  inner_->add({std::span(&value, 1), std::span(&group, 1), std::span(&weight, 1)});
}

std::size_t DistinctArguments::memory_bytes() const {
  std::size_t bytes = values_.bucket_count() * (sizeof(Entry) + sizeof(Forms));
  bytes += values_.size() * sizeof(Form);
  return bytes + inner_->memory_bytes();
}

}  // namespace deltamill
