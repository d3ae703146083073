// Keeps the arguments of min and max in order: a sorted list while there are few, a tree
// afterwards, so that the next one is at hand when the smallest goes. O(log rows of the group) per
// change.
#include "views/functions/aggregates/min_max.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/data/value_comparison.h"

namespace deltamill {

namespace {

constexpr std::size_t list_size_max = 64;

}  // namespace

bool OrderedArguments::Order::before(const Value& left, const Value& right) const {
  const int order = compare_values(*type, left, right);
  if (order != 0) return direction == Direction::smallest_first ? order < 0 : order > 0;
  return compare_representations(*type, left, right) < 0;
}

void OrderedArguments::change(const Value& value, std::int32_t weight, const Type& type,
                              Direction direction) {
  if (tree_) {
    change_tree(value, weight);
    return;
  }
  const Order order{&type, direction};
  change_list(value, weight, order);
  if (list_.size() <= list_size_max) return;
  tree_ = std::make_unique<Tree>(order);
  for (Item& item : list_) tree_->emplace_hint(tree_->end(), std::move(item.value), item.count);
  list_.clear();
  list_.shrink_to_fit();
}

void OrderedArguments::change_list(const Value& value, std::int32_t weight, const Order& order) {
  const auto found = std::lower_bound(
      list_.begin(), list_.end(), value,
      [&order](const Item& item, const Value& wanted) { return order(item.value, wanted); });
  if (found == list_.end() || order(value, found->value)) {
    text_bytes_ += list_.insert(found, Item{OwnedValue(value), weight})->value.memory_bytes();
    return;
  }
  found->count += weight;
  if (found->count != 0) return;
  text_bytes_ -= found->value.memory_bytes();
  list_.erase(found);
}

void OrderedArguments::change_tree(const Value& value, std::int32_t weight) {
  const auto found = tree_->find(value);
  if (found == tree_->end()) {
    text_bytes_ += tree_->emplace(OwnedValue(value), weight).first->first.memory_bytes();
    return;
  }
  found->second += weight;
  if (found->second != 0) return;
  text_bytes_ -= found->first.memory_bytes();
  tree_->erase(found);
  if (tree_->empty()) tree_.reset();
}

AccumulatorResult OrderedArguments::first(Arena& arena) const {
  if (tree_) {
    DM_CHECK(tree_->begin()->second > 0, "an argument was taken back that was never added");
    return {copy_value(tree_->begin()->first.value(), arena), {}};
  }
  if (list_.empty()) return {};
  DM_CHECK(list_.front().count > 0, "an argument was taken back that was never added");
  return {copy_value(list_.front().value.value(), arena), {}};
}

std::size_t OrderedArguments::memory_bytes() const {
  constexpr std::size_t node_bytes = 32 + sizeof(std::pair<OwnedValue, std::int64_t>);
  std::size_t bytes = list_.capacity() * sizeof(Item) + text_bytes_;
  if (tree_) bytes += sizeof(Tree) + tree_->size() * node_bytes;
  return bytes;
}

}  // namespace deltamill
