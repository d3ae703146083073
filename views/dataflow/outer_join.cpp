// Runs a delta of one side through the join. Per chunk: all pairs first, then the padding of rows
// without a pair; at the end of the delta the padding of the other side, whose match counts need
// the whole delta.
#include "views/dataflow/outer_join.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/dataflow/delta_join.h"
#include "views/dataflow/description.h"
#include "views/plan/build.h"

namespace deltamill {

namespace {

constexpr std::size_t chunk_rows = TupleChunk::capacity;

std::size_t other_side(std::size_t side) {
  return 1 - side;
}

// The index on these columns: the primary one if they are the unique key in any order. Then a
// look-up finds at most one row and no further index must be kept up to date.
std::size_t choose_index(Collection& side, const KeyColumns& columns, RowStore& store) {
  Arrangement& arrangement = side.arrange(store);
  const std::optional<KeyColumns>& unique = side.unique_key();
  const bool is_unique_key =
      unique && std::is_permutation(unique->begin(), unique->end(), columns.begin(), columns.end());
  return is_unique_key ? Arrangement::primary : arrangement.index_on(columns);
}

}  // namespace

OuterJoin::OuterJoin(Query query, Collection& collection, BatchState& batch, RowStore& store)
    : query_(std::move(query)),
      collection_(collection),
      batch_(batch),
      projection_(query_.outputs),
      pairs_(2),
      padded_(2),
      tried_(2),
      origins_(chunk_rows),
      others_(chunk_rows),
      matched_(chunk_rows),
      hashes_(chunk_rows) {
  for (const std::size_t side : {left, right}) {
    Collection& input = *query_.sides[side];
    layouts_.push_back(&input.layout());
    arrangements_[side] = &input.arrange(store);
    indexes_[side] = choose_index(input, query_.keys[side], store);
    // The index may have its columns in another order than the join condition (index_on shares, the
    // primary one has the key's order), so the probing columns are put in the index's order once,
    // here.
    for (const KeyPart& part : arrangements_[side]->key(indexes_[side]).parts()) {
      const KeyColumns& columns = query_.keys[side];
      const auto found = std::ranges::find(columns, part.column);
      const auto offset = static_cast<std::size_t>(found - columns.begin());
      sources_[side].push_back(query_.keys[other_side(side)][offset]);
    }
  }
  if (query_.residual) residual_ = Program({query_.residual});
  // The sides are stepped in the order of their numbers. They are two collections, since
  // compile_outer_join gives the second occurrence of one an alias.
  for (const std::size_t side : {left, right}) query_.sides[side]->add_consumer(*this, side);
}

std::vector<const Collection*> OuterJoin::inputs() const {
  return {query_.sides.begin(), query_.sides.end()};
}

Description OuterJoin::describe() const {
  const ColumnNamer name_of = name_columns(inputs());
  std::string condition;
  for (std::size_t part = 0; part < query_.keys[left].size(); ++part)
    condition += (part > 0 ? " AND " : "") + name_of(left, query_.keys[left][part]) + " = " +
                 name_of(right, query_.keys[right][part]);
  if (query_.residual)
    condition += (condition.empty() ? "" : " AND ") +
                 describe_conditions(conjuncts_of(query_.residual), name_of);
  const std::string separator = condition.empty() ? "" : "  ";
  return {.text = collection_.name() + separator + condition, .cost = cost()};
}

// A row that comes or goes meets the rows with its key on the other side; where those are
// preserved, the matches of each of them are counted, on this side.
const char* OuterJoin::cost() const {
  if (query_.keys[left].empty()) return "O(all pairs)";
  const bool left_unique = indexes_[left] == Arrangement::primary;
  const bool right_unique = indexes_[right] == Arrangement::primary;
  if (left_unique && right_unique) return "O(1)";
  return left_unique || right_unique ? "O(matching rows)" : "O(pairs with the same key)";
}

bool OuterJoin::preserved(std::size_t side) const {
  return query_.kind == JoinKind::full ||
         query_.kind == (side == left ? JoinKind::left : JoinKind::right);
}

void OuterJoin::consume(std::size_t port, const Delta& delta) {
  met_.clear();
  // A chunk at a time, so that which of its rows found a partner fits matched_; met_ gathers over
  // all chunks.
  for (std::size_t begin = 0; begin < delta.size(); begin += chunk_rows) {
    const std::size_t end = std::min(begin + chunk_rows, delta.size());
    find_pairs(port, delta, begin, end);
    if (preserved(port)) pad_unmatched(port, delta, begin, end);
  }
  // Last, since a row of the other side may have lost one partner and won another in this delta:
  // padding it in between would send −(NULL, y) +(NULL, y) for nothing.
  if (preserved(other_side(port))) change_padding(port);
  emit(padded_);
}

void OuterJoin::hash_rows(std::size_t side, const Delta& delta, std::size_t begin,
                          std::size_t end) {
  const std::size_t other = other_side(side);
  // Hashed by the parts of the index that is probed, not by the types of this side: int4 = int8
  // finds its partner because joinable types hash alike (key.h).
  const std::vector<KeyPart>& parts = arrangements_[other]->key(indexes_[other]).parts();
  const HashIndex& entries = arrangements_[other]->entries(indexes_[other]);
  for (std::size_t row = begin; row < end; ++row) {
    std::uint64_t hash = key_hash_seed;
    for (std::size_t part = 0; part < parts.size(); ++part)
      hash = add_to_hash(hash, parts[part],
                         row_value(*layouts_[side], delta[row].row, sources_[other][part]));
    hashes_[row - begin] = hash;
    entries.prefetch(hash);
  }
}

// The rows of `side` whose key equals that of a row of the other side.
Bucket OuterJoin::match(std::size_t side, std::uint64_t hash, RowBytes other_row) {
  key_.clear();
  // All of the key is compared, since two keys may have one hash.
  for (const std::uint32_t column : sources_[side]) {
    key_.push_back(row_value(*layouts_[other_side(side)], other_row, column));
    if (key_.back().is_null()) return 0;  // NULL equals nothing: no partner, but padding
  }
  return arrangements_[side]->find(indexes_[side], hash, key_);
}

void OuterJoin::find_pairs(std::size_t side, const Delta& delta, std::size_t begin,
                           std::size_t end) {
  // Pairs of one row may be spread over several fillings of pairs_ (settle_pairs below), so
  // matched_ is cleared per chunk of the delta and not per filling.
  std::fill(matched_.begin(), matched_.end(), std::uint8_t{0});
  for (std::size_t group = begin; group < end; group += HashIndex::prefetch_group) {
    const std::size_t group_end = std::min(group + HashIndex::prefetch_group, end);
    hash_rows(side, delta, group, group_end);
    for (std::size_t row = group; row < group_end; ++row)
      add_pairs(side, delta[row], hashes_[row - group], static_cast<std::uint32_t>(row - begin));
  }
  settle_pairs(side);
}

void OuterJoin::add_pairs(std::size_t side, const DeltaRow& change, std::uint64_t hash,
                          std::uint32_t origin) {
  const Bucket bucket = match(other_side(side), hash, change.row);
  if (bucket == 0) return;
  for_each_handle(bucket, [&](RowHandle other) { add_pair(side, change, origin, other); });
}

void OuterJoin::add_pair(std::size_t side, const DeltaRow& change, std::uint32_t origin,
                         RowHandle other) {
  if (pairs_.full()) settle_pairs(side);
  const Arrangement& arrangement = *arrangements_[other_side(side)];
  // The row of the delta stands on its own side, the stored one on the other, so that residual and
  // outputs read the same columns whichever side changed.
  const std::size_t pair = pairs_.count++;
  pairs_.set_row(side, pair, change.row);
  pairs_.set_row(other_side(side), pair, arrangement.row(other));
  pairs_.set_weight(pair, checked_weight(std::int64_t{change.weight} * arrangement.weight(other)));
  origins_[pair] = origin;
  others_[pair] = other;
}

void OuterJoin::settle_pairs(std::size_t side) {
  if (pairs_.count == 0) return;
  select_matching(pairs_, true);
  // A pair's weight is the product of both rows'; what the other row gains in matches is that of
  // this side's row alone. The division is exact. Handles identify rows of the other side: its
  // arrangement does not change while this delta is consumed.
  const bool counts = preserved(other_side(side));
  const Arrangement& arrangement = *arrangements_[other_side(side)];
  for (const std::uint32_t pair : selected_) {
    matched_[origins_[pair]] = 1;
    if (counts) met_[others_[pair]] += pairs_.weight(pair) / arrangement.weight(others_[pair]);
  }
  std::size_t kept = 0;
  for (const std::uint32_t pair : selected_) pairs_.move_tuple(pair, kept++);
  pairs_.count = kept;
  emit(pairs_);
}

// Fills selected_ with the pairs that match, ascending. A pair whose residual raises an error is
// reported with the pair's own weight, so that the report is taken back when one of its rows goes.
void OuterJoin::select_matching(TupleChunk& pairs, bool reports_errors) {
  selected_.clear();
  if (!query_.residual) {
    for (std::uint32_t pair = 0; pair < pairs.count; ++pair) selected_.push_back(pair);
    return;
  }
  errors_.clear();
  residual_.select(pairs.input_rows(layouts_), batch_.arena, selected_, errors_);
  if (!reports_errors) return;
  for (const RowError& error : errors_) {
    std::string key = "[" + describe_row(*query_.sides[left], pairs.row(left, error.row)) + "," +
                      describe_row(*query_.sides[right], pairs.row(right, error.row)) + "]";
    batch_.report(collection_.number(), error.message, std::move(key), pairs.weight(error.row));
  }
}

// A row that goes is judged, like one that comes, by the other side as it is now. If that differs
// from when the row came, the other side's own delta has changed the row's padding since
// (change_padding), so what is retracted here is what is there.
void OuterJoin::pad_unmatched(std::size_t side, const Delta& delta, std::size_t begin,
                              std::size_t end) {
  for (std::size_t row = begin; row < end; ++row)
    if (matched_[row - begin] == 0) emit_padded(side, delta[row].row, delta[row].weight);
}

// Rows of the other side whose number of matches became or ceased to be zero. The delta of `side`
// is not applied yet, so its arrangement tells the count before. Costs a look-up per row met plus
// the rows of `side` that match it; met rows whose matches only changed places (change 0) are not
// looked up.
void OuterJoin::change_padding(std::size_t side) {
  const std::size_t other = other_side(side);
  std::vector<Met> met;
  met.reserve(met_.size());
  for (const auto& [handle, change] : met_)
    if (change != 0) met.push_back({handle, change, 0});
  count_before(side, met);
  for (const Met& met_row : met) {
    // Counted in the arrangement of `side`, which holds what was there before the delta. Padding is
    // one row (NULL, y) per y however many partners y lacks, so only the step to and from zero is
    // seen.
    const std::int64_t after = met_row.before + met_row.change;
    DM_CHECK(after >= 0, "a row has fewer than no matches");
    if ((met_row.before > 0) == (after > 0)) continue;
    const std::int32_t weight = arrangements_[other]->weight(met_row.handle);
    emit_padded(other, arrangements_[other]->row(met_row.handle), after > 0 ? -weight : weight);
  }
}

// Fills in how many rows of `side` match each row that was met.
void OuterJoin::count_before(std::size_t side, std::span<Met> met) {
  const std::size_t other = other_side(side);
  const std::vector<KeyPart>& parts = arrangements_[side]->key(indexes_[side]).parts();
  tried_.count = 0;
  for (std::uint32_t row = 0; row < met.size(); ++row) {
    const RowBytes other_row = arrangements_[other]->row(met[row].handle);
    std::uint64_t hash = key_hash_seed;
    for (std::size_t part = 0; part < parts.size(); ++part)
      hash = add_to_hash(hash, parts[part],
                         row_value(*layouts_[other], other_row, sources_[side][part]));
    const Bucket bucket = match(side, hash, other_row);
    if (bucket == 0) continue;
    // With a residual every row of the same key must be tried; without one, each counts.
    for_each_handle(bucket, [&](RowHandle handle) {
      if (tried_.full()) count_tried(met);
      const std::size_t pair = tried_.count++;
      tried_.set_row(side, pair, arrangements_[side]->row(handle));
      tried_.set_row(other, pair, other_row);
      tried_.set_weight(pair, arrangements_[side]->weight(handle));
      origins_[pair] = row;
    });
  }
  count_tried(met);
}

void OuterJoin::count_tried(std::span<Met> met) {
  if (tried_.count == 0) return;
  // Errors of these pairs were reported when the pairs came; here they are tried again only to be
  // counted, and to report them would double the report.
  select_matching(tried_, false);
  for (const std::uint32_t pair : selected_) met[origins_[pair]].before += tried_.weight(pair);
  tried_.count = 0;
}

void OuterJoin::emit_padded(std::size_t side, RowBytes row, std::int32_t weight) {
  if (padded_.full()) emit(padded_);
  const std::size_t tuple = padded_.count++;
  padded_.set_row(side, tuple, row);
  // A null row reads as NULL in every column (Projection, Program).
  padded_.set_row(other_side(side), tuple, nullptr);
  padded_.set_weight(tuple, weight);
}

void OuterJoin::emit(TupleChunk& chunk) {
  if (chunk.count == 0) return;
  projection_.run(chunk.input_rows(layouts_), batch_.arena);
  collection_.receive(
      {chunk.count, projection_.columns(), std::span(chunk.weights()).first(chunk.count)});
  chunk.count = 0;
}

}  // namespace deltamill
