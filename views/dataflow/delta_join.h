// Filter, project and n-way inner join as one operator without state: for a change of one leaf,
// looks up the other leaves in their shared arrangements. Keeps no intermediate result. With one
// leaf it is a filter and a projection, with none a constant row. Outer joins also depend on how
// many rows matched: outer_join.h.
//
//   Δ(A ⋈ B ⋈ C) = ΔA ⋈ B ⋈ C  +  A' ⋈ ΔB ⋈ C  +  A' ⋈ B' ⋈ ΔC        with X' = X + ΔX
//
// Leaves are processed in the graph's order, so earlier ones have taken their deltas and later ones
// have not: a combination that is new on several sides counts once. No collection is a leaf twice
// (compile makes aliases).
//
// Errors: a combination whose conditions contain no false or NULL but one in error, or whose
// outputs are in error, is a row in error. That depends on the combination alone, not on the path
// by which it was reached.
#pragma once

#include <string>
#include <vector>

#include "views/dataflow/join_path.h"
#include "views/dataflow/projection.h"
#include "views/dataflow/tuple_chunk.h"

namespace deltamill {

class DeltaJoin : public Operator, public Consumer {
 public:
  // What is computed: input i of the expressions is leaf i.
  struct Query {
    std::vector<Collection*> leaves;
    Expressions conjuncts;
    Expressions outputs;
  };

  // `target` takes the rows; `collection` is where its errors are counted.
  DeltaJoin(Query query, Receiver& target, Collection& collection, BatchState& batch,
            RowStore& store);

  // Port = leaf.
  void consume(std::size_t port, const Delta& delta) override;
  // The one row of a query without leaves.
  void start() override;

  [[nodiscard]] std::vector<const Collection*> inputs() const override;
  [[nodiscard]] Description describe() const override;

 private:
  [[nodiscard]] const char* cost() const;
  void pass_on(const Delta& delta);
  void advance(std::size_t step, TupleChunk& chunk);
  void filter(const FilterStep& step, TupleChunk& chunk);
  void look_up(const LookUpStep& step, const TupleChunk& chunk, std::size_t next);
  void look_up_group(const LookUpStep& step, const TupleChunk& chunk, std::size_t begin,
                     std::size_t next);
  [[nodiscard]] Bucket match(const LookUpStep& step, const TupleChunk& chunk, std::size_t tuple);
  void hash_sources(const LookUpStep& step, const TupleChunk& chunk);
  void scan(const ScanStep& step, const TupleChunk& chunk, std::size_t next);
  void extend(const BoundLeaf& leaf, RowHandle handle, const TupleChunk& chunk, std::size_t tuple,
              std::size_t next);
  void flush(std::size_t next);
  void complete(TupleChunk& chunk);
  void settle_doubtful(TupleChunk& chunk);
  void report(const TupleChunk& chunk, std::size_t tuple, std::string_view message);

  Query query_;
  Receiver& target_;
  Collection& collection_;
  BatchState& batch_;
  std::vector<const RowLayout*> layouts_;
  std::vector<Program> conditions_;  // one per conjunct
  Projection projection_;
  std::vector<JoinPath> paths_;  // one per leaf
  bool passes_rows_on_ = false;  // one leaf, its columns in order, no condition
  // Scratch: chunks_[s] is the input of step s of the path in hand, hashes_[s] the keys that step
  // looks up.
  const JoinPath* current_ = nullptr;
  std::vector<TupleChunk> chunks_;
  std::vector<std::vector<std::uint64_t>> hashes_;
  std::vector<std::vector<bool>> null_keys_;
  std::vector<Value> key_;
  std::vector<std::uint32_t> selected_;
  std::vector<RowError> errors_;
};

// A row as JSON for an error report: the key columns where there is a unique key, else all.
[[nodiscard]] std::string describe_row(const Collection& collection, RowBytes row);

}  // namespace deltamill
