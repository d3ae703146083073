// Adds chunks of rows to groups and emits what changed. A chunk goes in column by column: group
// numbers for all its rows, then aggregate by aggregate, so that an accumulator runs over one
// array. At the end of the batch the dirty groups are emitted in blocks, each aggregate's results
// for a block at a time.
#include "views/dataflow/group_aggregate.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/data/value_comparison.h"
#include "views/dataflow/delta_join.h"
#include "views/dataflow/description.h"
#include "views/plan/build.h"
#include "views/plan/column_names.h"

namespace deltamill {

namespace {

KeyColumns first_columns(std::size_t count) {
  KeyColumns columns(count);
  for (std::size_t column = 0; column < count; ++column)
    columns[column] = static_cast<std::uint32_t>(column);
  return columns;
}

// Whether the accumulator keeps the arguments themselves and not only a sum of them: to find the
// next smallest when the smallest goes, or to know that a value of DISTINCT is still there.
bool keeps_arguments(const AggregateCall& call) {
  const AggregateFunction::Rules& rules = call.function->rules;
  return rules.keeps_ordered || (call.distinct && !rules.ignores_repetition);
}

std::string describe(const SortKey& key, const ColumnNamer& name_of) {
  std::string text = to_text(*key.expression, name_of);
  if (key.descending) text += " DESC";
  if (key.nulls_first != key.descending) text += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  return text;
}

std::string describe(const AggregateCall& call, const ColumnNamer& name_of) {
  std::string arguments;
  for (const ExpressionPtr& argument : call.arguments)
    arguments += (arguments.empty() ? "" : ", ") + to_text(*argument, name_of);
  std::string order;
  for (const SortKey& key : call.order)
    order += (order.empty() ? " ORDER BY " : ", ") + describe(key, name_of);
  std::string text(call.function->name);
  text += call.distinct ? "(DISTINCT " : "(";
  text += arguments.empty() ? "*" : arguments + order;
  text += ')';
  if (call.filter)
    text += " FILTER (WHERE " + describe_conditions(conjuncts_of(call.filter), name_of) + ")";
  return text;
}

}  // namespace

GroupAggregate::GroupAggregate(Query query, Collection& collection, BatchState& batch,
                               RowStore& store)
    : query_(std::move(query)),
      collection_(collection),
      batch_(batch),
      store_(store),
      key_(collection.columns(), collection.layout(), first_columns(query_.key_count)),
      values_(collection.columns().size()),
      results_(query_.calls.size()) {
  std::vector<Storage> storages;
  storages.reserve(query_.key_count);
  for (std::uint32_t column = 0; column < query_.key_count; ++column)
    storages.push_back(collection_.layout().storage(column));
  key_layout_ = RowLayout(std::move(storages));
  // Only values of such types can be equal and print differently (numeric 1.0 and 1.00, −0 and 0,
  // an interval of a month and of 30 days, char(n) with blanks). For keys of all others nothing is
  // counted per row.
  representations_differ_ =
      std::any_of(key_.parts().begin(), key_.parts().end(),
                  [](const KeyPart& part) { return part.equality == KeyPart::Equality::general; });
  for (const Call& call : query_.calls)
    accumulators_.push_back(make_accumulator(*call.function, call.types, call.distinct));
  // State 0 always exists: rows of weight 0 are given to it, which changes no state.
  for (const std::unique_ptr<Accumulator>& accumulator : accumulators_) accumulator->resize(1);
  // The group of an aggregate without GROUP BY is there before any row, and the graph's first run
  // emits it: SELECT count(*) of an empty table is one row.
  if (!query_.always_one_row) return;
  std::fill(values_.begin(), values_.end(), Value::null());
  const GroupNumber only = add_group(key_hash_seed);
  groups_[only].dirty = true;
  dirty_.push_back(only);
}

Description GroupAggregate::describe() const {
  const ColumnNamer name_of = [this](std::uint32_t /*input*/, std::uint32_t ordinal) {
    return name_of_column(*query_.described.input, ordinal);
  };
  const std::vector<AggregateCall>& calls = query_.described.calls;
  Description description{.text = collection_.name(), .keeps = "groups", .cost = "O(1)"};
  for (const AggregateCall& call : calls) {
    description.text +=
        (&call == &calls.front() ? "  " : ", ") + deltamill::describe(call, name_of);
    if (call.function->rules.keeps_ordered) description.cost = "O(log rows of the group)";
    if (keeps_arguments(call)) description.keeps = "groups and their arguments";
  }
  const Expressions& keys = query_.described.keys;
  for (const ExpressionPtr& key : keys)
    description.text += (&key == &keys.front() ? "  by " : ", ") + to_text(*key, name_of);
  return description;
}

void GroupAggregate::receive(const ValueChunk& chunk) {
  hash_keys(chunk);
  assign_groups(chunk);
  for (const std::unique_ptr<Accumulator>& accumulator : accumulators_)
    accumulator->resize(std::max<std::size_t>(1, groups_.size()));
  for (std::size_t call = 0; call < accumulators_.size(); ++call) add_to(call, chunk);
}

void GroupAggregate::add_to(std::size_t call, const ValueChunk& chunk) {
  arguments_.clear();
  for (const std::size_t column : query_.calls[call].arguments)
    arguments_.push_back(std::span(chunk.columns[column]).first(chunk.count));
  accumulators_[call]->add({arguments_, std::span(row_groups_).first(chunk.count),
                            weights_of(query_.calls[call], chunk)});
}

// A row that FILTER holds back has weight 0 for this call; for its group and the other calls it is
// there.
std::span<const std::int32_t> GroupAggregate::weights_of(const Call& call,
                                                         const ValueChunk& chunk) {
  // As in PostgreSQL, FILTER lets pass only what is true: NULL holds a row back like false.
  if (!call.filter) return chunk.weights;
  const std::vector<Value>& conditions = chunk.columns[*call.filter];
  passed_weights_.resize(std::max(passed_weights_.size(), chunk.count));
  for (std::size_t row = 0; row < chunk.count; ++row) {
    const bool passes = !conditions[row].is_null() && conditions[row].boolean();
    passed_weights_[row] = passes ? chunk.weights[row] : 0;
  }
  return std::span(passed_weights_).first(chunk.count);
}

// Part by part over all rows. Keys are equal as under IS NOT DISTINCT FROM, so that the NULLs of a
// key column form one group, as SQL wants of GROUP BY and DISTINCT.
void GroupAggregate::hash_keys(const ValueChunk& chunk) {
  if (hashes_.size() < chunk.count) hashes_.resize(chunk.count);
  std::fill_n(hashes_.begin(), chunk.count, key_hash_seed);
  for (std::size_t part = 0; part < query_.key_count; ++part) {
    const std::vector<Value>& values = chunk.columns[part];
    for (std::size_t row = 0; row < chunk.count; ++row)
      hashes_[row] = add_to_hash(hashes_[row], key_.parts()[part], values[row]);
  }
}

void GroupAggregate::assign_groups(const ValueChunk& chunk) {
  if (row_groups_.size() < chunk.count) row_groups_.resize(chunk.count);
  for (std::size_t begin = 0; begin < chunk.count; begin += HashIndex::prefetch_group) {
    const std::size_t end = std::min(begin + HashIndex::prefetch_group, chunk.count);
    // Two rounds of prefetching, so that the cache misses of these rows overlap: the index entries,
    // then the records they lead to (by hash alone: a collision costs one idle prefetch). The third
    // round does the work, in the order of the rows.
    for (std::size_t row = begin; row < end; ++row) index_.prefetch(hashes_[row]);
    for (std::size_t row = begin; row < end; ++row) {
      const std::size_t offset = index_.first(hashes_[row]);
      if (offset != HashIndex::none) __builtin_prefetch(&groups_[index_.value(offset) - 1]);
    }
    for (std::size_t row = begin; row < end; ++row) {
      row_groups_[row] = 0;  // of a row that is left out: never read, but must exist
      if (chunk.weights[row] == 0) continue;
      const GroupNumber number = find_group(chunk, row);
      row_groups_[row] = number;
      // Before the weight is added: it is the count of the rows so far.
      if (representations_differ_) count_representation(number, chunk, row);
      Group& group = groups_[number];
      // May fall below zero until finish(): with several feeds a retraction may come before the
      // insertion that it takes back.
      group.weight += chunk.weights[row];
      if (group.dirty) continue;
      group.dirty = true;
      dirty_.push_back(number);
    }
  }
}

bool GroupAggregate::has_key(const Group& group, const ValueChunk& chunk, std::size_t row) const {
  const RowBytes stored = row_of(group);
  for (std::uint32_t part = 0; part < query_.key_count; ++part) {
    if (!equal_part(key_.parts()[part], chunk.columns[part][row],
                    row_value(collection_.layout(), stored, part)))
      return false;
  }
  return true;
}

GroupNumber GroupAggregate::find_group(const ValueChunk& chunk, std::size_t row) {
  const std::uint64_t hash = hashes_[row];
  for (std::size_t offset = index_.first(hash); offset != HashIndex::none;
       offset = index_.next(hash, offset)) {
    const auto number = static_cast<GroupNumber>(index_.value(offset) - 1);
    if (has_key(groups_[number], chunk, row)) return number;
  }
  std::fill(values_.begin(), values_.end(), Value::null());
  for (std::size_t part = 0; part < query_.key_count; ++part)
    values_[part] = chunk.columns[part][row];
  return add_group(hash);
}

// A group whose keys stand in values_, followed by NULLs.
GroupNumber GroupAggregate::add_group(std::uint64_t hash) {
  GroupNumber number = 0;
  if (free_groups_.empty()) {
    DM_CHECK(groups_.size() < ~GroupNumber{0}, "an aggregate has more than 2^32 groups");
    number = static_cast<GroupNumber>(groups_.size());
    groups_.emplace_back();
  } else {
    number = free_groups_.back();
    free_groups_.pop_back();
  }
  // Groups are numbered densely, since the accumulators hold their states in arrays by number. A
  // number comes back only after remove() has reset its states.
  index_.insert(hash, std::uint64_t{number} + 1);
  store_row(groups_[number], pack_row(collection_.layout(), values_, batch_.arena));
  return number;
}

// Overwrites the stored row where the new one has the same size class, as rows of counts and sums
// nearly always have.
void GroupAggregate::store_row(Group& group, RowBytes row) {
  const std::size_t size = row_size(row);
  const std::size_t capacity = RowStore::capacity(size);
  const std::size_t old_size = group.row == 0 ? 0 : row_size(row_of(group));
  if (group.row == 0 || RowStore::capacity(old_size) != capacity) {
    if (group.row != 0) {
      row_bytes_ -= RowStore::capacity(old_size);
      store_.release(group.row, old_size);
    }
    group.row = store_.allocate(size);
    row_bytes_ += capacity;
  }
  std::memcpy(store_.block(group.row), row, size);
}

// Counts the representations in which a group's key appears, once they differ. While all rows show
// the same one, which nearly all groups do, it is the one in the stored row and its count is the
// group's weight: nothing is kept. REQUIRES: called before the row is added to the group's weight.
// Costs a comparison per representation of the key, of which there are few.
void GroupAggregate::count_representation(GroupNumber number, const ValueChunk& chunk,
                                          std::size_t row) {
  Group& group = groups_[number];
  const auto same = [&](const RowLayout& layout, RowBytes stored) {
    for (std::uint32_t part = 0; part < query_.key_count; ++part) {
      if (compare_representations(collection_.columns()[part].type, chunk.columns[part][row],
                                  row_value(layout, stored, part)) != 0)
        return false;
    }
    return true;
  };
  if (!group.several_representations && same(collection_.layout(), row_of(group))) return;
  std::vector<KeyRepresentation>& representations = representations_[number];
  std::vector<Value> key(query_.key_count);
  if (!group.several_representations) {
    // The first row that shows another one: all rows so far, which showed that of the stored row,
    // are counted under it.
    group.several_representations = true;
    for (std::uint32_t part = 0; part < query_.key_count; ++part)
      key[part] = row_value(collection_.layout(), row_of(group), part);
    representations.push_back(
        make_representation(pack_row(key_layout_, key, batch_.arena), group.weight));
  }
  auto representation = std::find_if(
      representations.begin(), representations.end(),
      [&](const KeyRepresentation& candidate) { return same(key_layout_, candidate.bytes()); });
  if (representation == representations.end()) {
    for (std::size_t part = 0; part < query_.key_count; ++part)
      key[part] = chunk.columns[part][row];
    representation = representations.insert(
        representations.end(), make_representation(pack_row(key_layout_, key, batch_.arena), 0));
  }
  // A count may fall below zero or to zero before the batch ends, like the group's weight, so
  // entries go only in choose_representation().
  representation->count += chunk.weights[row];
}

GroupAggregate::KeyRepresentation GroupAggregate::make_representation(RowBytes key,
                                                                      std::int64_t count) const {
  KeyRepresentation representation;
  representation.row = std::make_unique_for_overwrite<std::uint64_t[]>(row_size(key) / 8);
  std::memcpy(representation.row.get(), key, row_size(key));
  representation.count = count;
  return representation;
}

// Puts the smallest representation that is there into values_: a function of the rows of the group,
// not of the order in which they came, so that a replay, which sees other batches, shows the same.
// PostgreSQL shows the one of the row it reads first. Copied, since the stored row may be
// overwritten or the entry erased before values_ is packed.
void GroupAggregate::choose_representation(GroupNumber number) {
  std::vector<KeyRepresentation>& representations = representations_[number];
  std::erase_if(representations,
                [](const KeyRepresentation& representation) { return representation.count == 0; });
  const auto before = [this](const KeyRepresentation& left, const KeyRepresentation& right) {
    for (std::uint32_t part = 0; part < query_.key_count; ++part) {
      const int order = compare_representations(collection_.columns()[part].type,
                                                row_value(key_layout_, left.bytes(), part),
                                                row_value(key_layout_, right.bytes(), part));
      if (order != 0) return order < 0;
    }
    return false;
  };
  const auto smallest = std::min_element(representations.begin(), representations.end(), before);
  DM_CHECK(smallest != representations.end() && smallest->count > 0,
           "a key representation was taken back too often");
  const RowBytes chosen = copy_row(smallest->bytes(), batch_.arena);
  for (std::uint32_t part = 0; part < query_.key_count; ++part)
    values_[part] = row_value(key_layout_, chosen, part);
  // One is left: its count is the group's weight again, and the row emitted next shows it.
  if (representations.size() > 1) return;
  representations_.erase(number);
  groups_[number].several_representations = false;
}

void GroupAggregate::finish(Delta& delta, std::vector<std::uint64_t>& /*hashes*/) {
  for (std::size_t begin = 0; begin < dirty_.size(); begin += ValueChunk::rows_max)
    emit_block(
        std::span(dirty_).subspan(begin, std::min(ValueChunk::rows_max, dirty_.size() - begin)),
        delta);
  dirty_.clear();
}

void GroupAggregate::emit_block(std::span<const GroupNumber> groups, Delta& delta) {
  for (std::size_t call = 0; call < accumulators_.size(); ++call) {
    results_[call].resize(groups.size());
    accumulators_[call]->results(groups, batch_.arena, results_[call]);
  }
  for (std::size_t position = 0; position < groups.size(); ++position)
    emit(groups[position], position, delta);
}

// One group: −emitted row, +new row, or one of them, or nothing. What was emitted last is the
// stored row itself, so nothing needs to be remembered beside it.
void GroupAggregate::emit(GroupNumber number, std::size_t position, Delta& delta) {
  Group& group = groups_[number];
  group.dirty = false;
  DM_CHECK(group.weight >= 0, "a group has lost more rows than it had");
  if (group.weight == 0 && !query_.always_one_row) {
    // In this order: the report and −old are made from the stored row, which remove() frees.
    set_error(number, {});
    retract(group, delta);
    remove(number);
    return;
  }
  if (group.several_representations) {
    choose_representation(number);
  } else {
    for (std::uint32_t part = 0; part < query_.key_count; ++part)
      values_[part] = row_value(collection_.layout(), row_of(group), part);
  }
  std::string_view error;
  for (std::size_t call = 0; call < results_.size(); ++call) {
    values_[query_.key_count + call] = results_[call][position].value;
    // One error per group is shown: the first in the order of SELECT. The other results are fetched
    // all the same, since a block of results is.
    if (error.empty()) error = results_[call][position].error;
  }
  set_error(number, error);
  if (!error.empty()) {
    // The group shows no row while it is in error; the stored one keeps the keys.
    retract(group, delta);
    std::fill(values_.begin() + static_cast<std::ptrdiff_t>(query_.key_count), values_.end(),
              Value::null());
    store_row(group, pack_row(collection_.layout(), values_, batch_.arena));
    return;
  }
  const RowBytes row = pack_row(collection_.layout(), values_, batch_.arena);
  if (group.emitted && rows_identical(row, row_of(group))) return;  // changes that cancel out
  retract(group, delta);
  delta.push_back({row, 1});
  // After −old was copied out of the block that this overwrites.
  store_row(group, row);
  group.emitted = true;
}

// A copy, since the block is overwritten or freed at once while the delta is read until the end of
// the batch.
void GroupAggregate::retract(Group& group, Delta& delta) {
  if (!group.emitted) return;
  delta.push_back({copy_row(row_of(group), batch_.arena), -1});
  group.emitted = false;
}

void GroupAggregate::remove(GroupNumber number) {
  Group& group = groups_[number];
  const std::uint64_t hash = key_.hash(row_of(group));
  std::size_t offset = index_.first(hash);
  // Other groups may have the same hash; this one is known by its number, without comparing keys.
  while (index_.value(offset) != std::uint64_t{number} + 1) offset = index_.next(hash, offset);
  index_.erase(offset);
  const std::size_t size = row_size(row_of(group));
  row_bytes_ -= RowStore::capacity(size);
  store_.release(group.row, size);
  if (group.several_representations) representations_.erase(number);
  group = {};
  for (const std::unique_ptr<Accumulator>& accumulator : accumulators_) accumulator->reset(number);
  free_groups_.push_back(number);
}

// Reports a change of the group's error; empty = it has none. A report is taken back with the key
// it was made with, which by now the group may show in another representation.
void GroupAggregate::set_error(GroupNumber number, std::string_view message) {
  if (message.empty() && errors_.empty()) return;
  const auto known = errors_.find(number);
  if (known != errors_.end()) {
    if (known->second.message == message) return;
    batch_.report(collection_.number(), known->second.message, known->second.key, -1);
    errors_.erase(known);
  }
  if (message.empty()) return;
  const bool keyless = query_.key_count == 0;
  GroupError error{std::string(message),
                   keyless ? "{}" : describe_row(collection_, row_of(groups_[number]))};
  batch_.report(collection_.number(), error.message, error.key, 1);
  errors_.emplace(number, std::move(error));
}

std::size_t GroupAggregate::memory_bytes() const {
  std::size_t bytes = row_bytes_ + index_.memory_bytes() + groups_.capacity() * sizeof(Group);
  for (const std::unique_ptr<Accumulator>& accumulator : accumulators_)
    bytes += accumulator->memory_bytes();
  return bytes;
}

}  // namespace deltamill
