// Left, right and full join of two collections. The pairs are those of the inner join; besides, a
// row of a preserved side is padded with NULLs while no row of the other side matches it. Whether
// one does is found in the arrangements: there is no state of its own. With m(y) = number of rows x
// that match y:
//
//   Δ = (x, weight w)                     emits
//   for every y that matches x            w·(x, y)
//   no y matches x, x is preserved        w·(x, NULL)
//   y met so, y is preserved              m(y): 0 -> n      −(NULL, y)
//                                         m(y): n -> 0      +(NULL, y)
//                                         m(y): n -> k      nothing
//
// and the same with the sides exchanged. The side that comes first in the graph's order meets the
// other one before it takes its delta, the later one after, so changes on both sides in one batch
// are exact. Rows match when their key columns are equal and the residual condition is true.
// Without key columns every pair is tried. A pair whose residual raises an error does not match and
// is a row in error.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <vector>

#include "views/dataflow/collection.h"
#include "views/dataflow/projection.h"
#include "views/dataflow/tuple_chunk.h"
#include "views/plan/plan.h"

namespace deltamill {

class OuterJoin : public Operator, public Consumer {
 public:
  static constexpr std::size_t left = 0;
  static constexpr std::size_t right = 1;

  struct Query {
    JoinKind kind = JoinKind::left;
    std::array<Collection*, 2> sides = {};
    std::array<KeyColumns, 2> keys;  // columns of each side, pairwise equal
    ExpressionPtr residual;          // input 0 = left, 1 = right; nullptr = none
    Expressions outputs;             // plain columns
  };

  OuterJoin(Query query, Collection& collection, BatchState& batch, RowStore& store);

  // Port = side.
  void consume(std::size_t port, const Delta& delta) override;

  [[nodiscard]] std::vector<const Collection*> inputs() const override;
  [[nodiscard]] Description describe() const override;

 private:
  // A row of the other side that rows of the delta match.
  struct Met {
    RowHandle handle = 0;
    std::int64_t change = 0;  // of the number of rows that match it
    std::int64_t before = 0;
  };

  [[nodiscard]] const char* cost() const;
  [[nodiscard]] bool preserved(std::size_t side) const;
  void find_pairs(std::size_t side, const Delta& delta, std::size_t begin, std::size_t end);
  void hash_rows(std::size_t side, const Delta& delta, std::size_t begin, std::size_t end);
  [[nodiscard]] Bucket match(std::size_t side, std::uint64_t hash, RowBytes other_row);
  void add_pairs(std::size_t side, const DeltaRow& change, std::uint64_t hash,
                 std::uint32_t origin);
  void add_pair(std::size_t side, const DeltaRow& change, std::uint32_t origin, RowHandle other);
  void settle_pairs(std::size_t side);
  // Keeps in `pairs` those for which the residual condition is true.
  void select_matching(TupleChunk& pairs, bool reports_errors);
  void pad_unmatched(std::size_t side, const Delta& delta, std::size_t begin, std::size_t end);
  void change_padding(std::size_t side);
  void count_before(std::size_t side, std::span<Met> met);
  void count_tried(std::span<Met> met);
  void emit_padded(std::size_t side, RowBytes row, std::int32_t weight);
  void emit(TupleChunk& chunk);

  Query query_;
  Collection& collection_;
  BatchState& batch_;
  std::array<Arrangement*, 2> arrangements_ = {};
  std::array<std::size_t, 2> indexes_ = {};
  // Per part of the index of a side: the column of the other side that is looked up in it.
  std::array<std::vector<std::uint32_t>, 2> sources_;
  std::vector<const RowLayout*> layouts_;
  Program residual_;
  Projection projection_;
  // Scratch.
  TupleChunk pairs_;
  TupleChunk padded_;
  TupleChunk tried_;
  // Of pairs_: the row of the chunk; of tried_: the row that was met.
  std::vector<std::uint32_t> origins_;
  std::vector<RowHandle> others_;      // of pairs_: the row of the other side
  std::vector<std::uint8_t> matched_;  // per row of the chunk in hand
  std::vector<std::uint64_t> hashes_;
  boost::unordered_flat_map<RowHandle, std::int64_t> met_;
  std::vector<std::uint32_t> selected_;
  std::vector<RowError> errors_;
  std::vector<Value> key_;
};

}  // namespace deltamill
