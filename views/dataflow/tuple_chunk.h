// Combinations of one row per input, with weights, in columns: what flows through the steps of a
// join.
#pragma once

#include <cstdint>
#include <vector>

#include "views/dataflow/operator.h"
#include "views/expressions/evaluate.h"

namespace deltamill {

class TupleChunk {
 public:
  static constexpr std::size_t capacity = ValueChunk::rows_max;

  explicit TupleChunk(std::size_t inputs)
      : rows_(inputs, std::vector<RowBytes>(capacity, nullptr)),
        weights_(capacity, 0),
        doubtful_(capacity, 0) {
    for (const std::vector<RowBytes>& rows : rows_) pointers_.push_back(rows.data());
  }
  TupleChunk(const TupleChunk&) = delete;
  TupleChunk& operator=(const TupleChunk&) = delete;
  TupleChunk(TupleChunk&&) noexcept = default;
  TupleChunk& operator=(TupleChunk&&) noexcept = default;

  std::size_t count = 0;

  [[nodiscard]] bool full() const { return count == capacity; }
  [[nodiscard]] RowBytes row(std::size_t input, std::size_t tuple) const {
    return rows_[input][tuple];
  }
  [[nodiscard]] const RowBytes* rows(std::size_t input) const { return rows_[input].data(); }
  void set_row(std::size_t input, std::size_t tuple, RowBytes row) { rows_[input][tuple] = row; }
  [[nodiscard]] std::int32_t weight(std::size_t tuple) const { return weights_[tuple]; }
  void set_weight(std::size_t tuple, std::int32_t weight) { weights_[tuple] = weight; }
  [[nodiscard]] const std::vector<std::int32_t>& weights() const { return weights_; }

  // A tuple is doubtful when a condition on it raised an error: what becomes of it is decided once
  // it is complete.
  [[nodiscard]] bool doubtful(std::size_t tuple) const { return doubtful_[tuple] != 0; }
  void set_doubtful(std::size_t tuple, bool doubtful) { doubtful_[tuple] = doubtful ? 1 : 0; }

  // Copies one tuple of another chunk behind the last one. REQUIRES: not full.
  void append(const TupleChunk& from, std::size_t tuple) {
    for (std::size_t input = 0; input < rows_.size(); ++input)
      rows_[input][count] = from.rows_[input][tuple];
    weights_[count] = from.weights_[tuple];
    doubtful_[count] = from.doubtful_[tuple];
    ++count;
  }
  // Moves a tuple to an earlier position.
  void move_tuple(std::size_t from, std::size_t to) {
    if (from == to) return;
    for (std::vector<RowBytes>& rows : rows_) rows[to] = rows[from];
    weights_[to] = weights_[from];
    doubtful_[to] = doubtful_[from];
  }

  [[nodiscard]] InputRows input_rows(const std::vector<const RowLayout*>& layouts) const {
    return {count, pointers_, layouts};
  }

 private:
  std::vector<std::vector<RowBytes>> rows_;
  std::vector<std::int32_t> weights_;
  std::vector<std::uint8_t> doubtful_;
  std::vector<const RowBytes*> pointers_;
};

}  // namespace deltamill
