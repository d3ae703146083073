// Drives a delta through a path: chunks of combinations go depth first through its steps. A step
// that makes more rows than a chunk holds sends them on before it goes on. The paths are planned by
// join_path.cpp.
#include "views/dataflow/delta_join.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/data/text_form.h"
#include "views/dataflow/description.h"

namespace deltamill {

namespace {

constexpr std::size_t group_size = HashIndex::prefetch_group;

// A query that only hands rows on, as a view `SELECT * FROM t` or a branch of a union does: its
// rows are not unpacked.
bool is_identity(const DeltaJoin::Query& query) {
  if (query.leaves.size() != 1 || !query.conjuncts.empty()) return false;
  if (query.outputs.size() != query.leaves[0]->columns().size()) return false;
  for (std::uint32_t output = 0; output < query.outputs.size(); ++output) {
    const Expression& expression = *query.outputs[output];
    if (expression.kind != Expression::Kind::column || expression.ordinal != output) return false;
  }
  return true;
}

}  // namespace

std::string describe_row(const Collection& collection, RowBytes row) {
  KeyColumns shown = collection.unique_key().value_or(KeyColumns());
  if (shown.empty())
    for (std::uint32_t column = 0; column < collection.columns().size(); ++column)
      shown.push_back(column);
  std::string json = "{";
  for (const std::uint32_t column : shown) {
    if (json.size() > 1) json += ",";
    append_json_string(collection.columns()[column].name, json);
    json += ":";
    append_json(collection.columns()[column].type, row_value(collection.layout(), row, column),
                json);
  }
  return json + "}";
}

DeltaJoin::DeltaJoin(Query query, Receiver& target, Collection& collection, BatchState& batch,
                     RowStore& store)
    : query_(std::move(query)),
      target_(target),
      collection_(collection),
      batch_(batch),
      projection_(query_.outputs) {
  for (const Collection* leaf : query_.leaves) layouts_.push_back(&leaf->layout());
  // A program per conjunct, since each path has them in another order and between other steps.
  for (const ExpressionPtr& conjunct : query_.conjuncts)
    conditions_.emplace_back(Expressions{conjunct});
  std::size_t steps_max = 0;
  for (std::uint32_t leaf = 0; leaf < query_.leaves.size(); ++leaf) {
    paths_.push_back(plan_path(leaf, query_.leaves, query_.conjuncts, store));
    steps_max = std::max(steps_max, paths_.back().size());
  }
  // Steps recurse, and each needs its input while the next ones run: a chunk per depth, made once.
  for (std::size_t step = 0; step <= steps_max; ++step) chunks_.emplace_back(query_.leaves.size());
  hashes_.resize(steps_max, std::vector<std::uint64_t>(TupleChunk::capacity));
  null_keys_.resize(steps_max, std::vector<bool>(TupleChunk::capacity));
  // Only into the collection itself: a feed's receiver wants columns.
  passes_rows_on_ = &target_ == static_cast<Receiver*>(&collection_) && is_identity(query_);
  for (std::size_t leaf = 0; leaf < query_.leaves.size(); ++leaf)
    query_.leaves[leaf]->add_consumer(*this, leaf);
}

std::vector<const Collection*> DeltaJoin::inputs() const {
  return {query_.leaves.begin(), query_.leaves.end()};
}

Description DeltaJoin::describe() const {
  const ColumnNamer name_of = name_columns(inputs());
  const bool is_feed = &target_ != static_cast<const Receiver*>(&collection_);
  // What a feed sends, its receiver says itself.
  const std::string outputs =
      is_feed || is_identity(query_)
          ? ""
          : describe_outputs(query_.outputs, collection_.columns(), name_of);
  const std::string conditions = describe_conditions(query_.conjuncts, name_of);
  Description description;
  if (query_.leaves.empty())
    description.text = "one row";
  else if (query_.leaves.size() > 1)
    description.text = "join";
  else if (!outputs.empty())
    description.text = "project";
  else if (!conditions.empty())
    description.text = "filter";
  if (!outputs.empty()) description.text += "  " + outputs;
  if (!conditions.empty()) description.text += (outputs.empty() ? "  " : "  where ") + conditions;
  if (query_.leaves.size() > 1) description.cost = cost();
  return description;
}

// Of a changed row: the dearest step of the dearest path.
const char* DeltaJoin::cost() const {
  bool unique = true;
  for (const JoinPath& path : paths_) {
    for (const PathStep& step : path) {
      if (std::holds_alternative<ScanStep>(step)) return "O(all rows)";
      if (const auto* look_up = std::get_if<LookUpStep>(&step)) unique = unique && look_up->unique;
    }
  }
  return unique ? "O(1)" : "O(matching rows)";
}

// Nothing is copied: rows of a delta live until the end of the batch (delta.h).
void DeltaJoin::pass_on(const Delta& delta) {
  for (const DeltaRow& change : delta) collection_.receive_row(change.row, change.weight);
}

void DeltaJoin::consume(std::size_t port, const Delta& delta) {
  if (passes_rows_on_) {
    pass_on(delta);
    return;
  }
  current_ = &paths_[port];
  TupleChunk& chunk = chunks_[0];
  for (std::size_t begin = 0; begin < delta.size(); begin += TupleChunk::capacity) {
    chunk.count = std::min(TupleChunk::capacity, delta.size() - begin);
    for (std::size_t tuple = 0; tuple < chunk.count; ++tuple) {
      chunk.set_row(port, tuple, delta[begin + tuple].row);
      chunk.set_weight(tuple, delta[begin + tuple].weight);
      chunk.set_doubtful(tuple, false);
    }
    advance(0, chunk);
  }
}

// A query without leaves (SELECT without FROM) has one row, from the start, and never changes: all
// its conjuncts are tried at once. A false one leaves no row, as WHERE false does.
void DeltaJoin::start() {
  if (!query_.leaves.empty()) return;
  static const JoinPath no_steps;
  current_ = &no_steps;
  TupleChunk& chunk = chunks_[0];
  chunk.count = 1;
  chunk.set_weight(0, 1);
  chunk.set_doubtful(0, false);
  for (std::size_t conjunct = 0; conjunct < conditions_.size(); ++conjunct)
    filter({conjunct}, chunk);
  complete(chunk);
}

// Depth first, so that memory is bounded by a chunk per step, however many rows a join makes.
void DeltaJoin::advance(std::size_t step, TupleChunk& chunk) {
  // Filters narrow the chunk where it is.
  while (chunk.count > 0 && step < current_->size()) {
    const auto* condition = std::get_if<FilterStep>(&(*current_)[step]);
    if (condition == nullptr) break;
    filter(*condition, chunk);
    ++step;
  }
  if (chunk.count == 0) return;
  if (step == current_->size()) {
    complete(chunk);
    return;
  }
  // The next leaf: combinations go into the next chunk, which is sent on whenever it is full.
  chunks_[step + 1].count = 0;
  if (const auto* look_up_step = std::get_if<LookUpStep>(&(*current_)[step]))
    look_up(*look_up_step, chunk, step + 1);
  else
    scan(std::get<ScanStep>((*current_)[step]), chunk, step + 1);
  flush(step + 1);
}

void DeltaJoin::filter(const FilterStep& step, TupleChunk& chunk) {
  selected_.clear();
  errors_.clear();
  conditions_[step.conjunct].select(chunk.input_rows(layouts_), batch_.arena, selected_, errors_);
  // A condition in error does not decide: another one may still drop the combination, and whether
  // that one comes first depends on the path. The combination goes on as doubtful and
  // settle_doubtful() decides when all leaves are bound. PostgreSQL may raise or not, as its plan
  // has it; here the plan must not show.
  for (const RowError& error : errors_) {
    chunk.set_doubtful(error.row, true);
    selected_.push_back(error.row);
  }
  // Ascending, or move_tuple() below would overwrite tuples that are still to be moved.
  if (!errors_.empty()) std::sort(selected_.begin(), selected_.end());
  if (selected_.size() == chunk.count) return;
  std::size_t kept = 0;
  for (const std::uint32_t tuple : selected_) chunk.move_tuple(tuple, kept++);
  chunk.count = kept;
}

void DeltaJoin::hash_sources(const LookUpStep& step, const TupleChunk& chunk) {
  const std::size_t number = static_cast<std::size_t>(&chunk - chunks_.data());
  std::vector<std::uint64_t>& hashes = hashes_[number];
  std::vector<bool>& nulls = null_keys_[number];
  // Part by part over the whole chunk: the storage and kind of a part are decided once.
  std::fill_n(hashes.begin(), chunk.count, key_hash_seed);
  std::fill_n(nulls.begin(), chunk.count, false);
  const std::vector<KeyPart>& parts = step.target.arrangement->key(step.index).parts();
  for (std::size_t part = 0; part < parts.size(); ++part) {
    const LookUpStep::Source source = step.sources[part];
    const RowLayout& layout = *layouts_[source.leaf];
    const RowBytes* const rows = chunk.rows(source.leaf);
    for (std::size_t tuple = 0; tuple < chunk.count; ++tuple) {
      const Value value = row_value(layout, rows[tuple], source.column);
      if (value.is_null()) nulls[tuple] = true;
      hashes[tuple] = add_to_hash(hashes[tuple], parts[part], value);
    }
  }
}

void DeltaJoin::look_up(const LookUpStep& step, const TupleChunk& chunk, std::size_t next) {
  hash_sources(step, chunk);
  for (std::size_t begin = 0; begin < chunk.count; begin += group_size)
    look_up_group(step, chunk, begin, next);
}

// Three rounds over a group, so that its cache misses overlap: the entries, the first rows, the
// matches.
void DeltaJoin::look_up_group(const LookUpStep& step, const TupleChunk& chunk, std::size_t begin,
                              std::size_t next) {
  const std::size_t number = static_cast<std::size_t>(&chunk - chunks_.data());
  const std::vector<std::uint64_t>& hashes = hashes_[number];
  const std::size_t end = std::min(begin + group_size, chunk.count);
  const HashIndex& entries = step.target.arrangement->entries(step.index);
  for (std::size_t tuple = begin; tuple < end; ++tuple) entries.prefetch(hashes[tuple]);
  for (std::size_t tuple = begin; tuple < end; ++tuple) {
    const std::size_t offset = entries.first(hashes[tuple]);
    if (offset == HashIndex::none) continue;
    const Bucket bucket = entries.value(offset);
    // Where there is a list, to find its first row costs a cache miss itself, which its many rows
    // outweigh.
    if (is_single(bucket)) __builtin_prefetch(step.target.arrangement->row(bucket >> 2));
  }
  for (std::size_t tuple = begin; tuple < end; ++tuple) {
    if (null_keys_[number][tuple]) continue;  // = is not true of a NULL
    const Bucket bucket = match(step, chunk, tuple);
    if (bucket == 0) continue;
    for_each_handle(bucket,
                    [&](RowHandle handle) { extend(step.target, handle, chunk, tuple, next); });
  }
}

Bucket DeltaJoin::match(const LookUpStep& step, const TupleChunk& chunk, std::size_t tuple) {
  key_.clear();
  for (const LookUpStep::Source source : step.sources)
    key_.push_back(row_value(*layouts_[source.leaf], chunk.row(source.leaf, tuple), source.column));
  const std::size_t number = static_cast<std::size_t>(&chunk - chunks_.data());
  return step.target.arrangement->find(step.index, hashes_[number][tuple], key_);
}

// Every combination with every row: a cross product, or a condition that no key serves. Filters
// come after it, so this costs all rows however few remain, and explain says so.
void DeltaJoin::scan(const ScanStep& step, const TupleChunk& chunk, std::size_t next) {
  for (std::size_t tuple = 0; tuple < chunk.count; ++tuple) {
    step.target.arrangement->for_each(
        [&](RowHandle handle) { extend(step.target, handle, chunk, tuple, next); });
  }
}

void DeltaJoin::extend(const BoundLeaf& leaf, RowHandle handle, const TupleChunk& chunk,
                       std::size_t tuple, std::size_t next) {
  TupleChunk& target = chunks_[next];
  if (target.full()) flush(next);
  const std::size_t added = target.count;
  // Leaves that are not bound yet keep what an earlier use of the chunk left there; no step reads a
  // leaf before it is bound.
  target.append(chunk, tuple);
  target.set_row(leaf.leaf, added, leaf.arrangement->row(handle));
  // A combination stands for as many rows as the product of the weights: three equal rows joined
  // with two equal ones are six.
  target.set_weight(
      added, checked_weight(std::int64_t{chunk.weight(tuple)} * leaf.arrangement->weight(handle)));
}

void DeltaJoin::flush(std::size_t next) {
  TupleChunk& chunk = chunks_[next];
  if (chunk.count > 0) advance(next, chunk);
  chunk.count = 0;
}

void DeltaJoin::complete(TupleChunk& chunk) {
  if (chunk.count == 0) return;
  settle_doubtful(chunk);
  projection_.run(chunk.input_rows(layouts_), batch_.arena);
  for (const RowError& error : projection_.errors()) {
    if (chunk.weight(error.row) == 0) continue;
    report(chunk, error.row, error.message);
    // Weight 0 leaves the row out without moving the others, whose columns are computed already.
    chunk.set_weight(error.row, 0);
  }
  target_.receive(
      {chunk.count, projection_.columns(), std::span(chunk.weights()).first(chunk.count)});
}

// Decides each doubtful tuple by all conditions in their order, one tuple at a time: errors are
// rare. All conditions are tried again, also those passed before, so that the message is the same
// on every path.
void DeltaJoin::settle_doubtful(TupleChunk& chunk) {
  std::size_t first = 0;
  while (first < chunk.count && !chunk.doubtful(first)) ++first;
  if (first == chunk.count) return;
  TupleChunk alone(query_.leaves.size());
  for (std::size_t tuple = first; tuple < chunk.count; ++tuple) {
    if (!chunk.doubtful(tuple)) continue;
    alone.count = 0;
    alone.append(chunk, tuple);
    std::string_view message;
    bool dropped = false;
    for (const Program& condition : conditions_) {
      selected_.clear();
      errors_.clear();
      condition.select(alone.input_rows(layouts_), batch_.arena, selected_, errors_);
      if (!errors_.empty() && message.empty()) message = errors_.front().message;
      dropped = dropped || (errors_.empty() && selected_.empty());
    }
    // Dropped by one condition, errors of the others are of no matter: as under AND, in any order.
    if (!dropped) report(chunk, tuple, message);
    chunk.set_weight(tuple, 0);
  }
}

void DeltaJoin::report(const TupleChunk& chunk, std::size_t tuple, std::string_view message) {
  std::string key;
  for (std::size_t leaf = 0; leaf < query_.leaves.size(); ++leaf) {
    if (leaf > 0) key += ",";
    key += describe_row(*query_.leaves[leaf], chunk.row(leaf, tuple));
  }
  if (query_.leaves.size() != 1) key = "[" + key + "]";
  batch_.report(collection_.number(), message, std::move(key), chunk.weight(tuple));
}

}  // namespace deltamill
