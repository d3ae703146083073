// Two multisets of rows in text form, compared by key: what verify and its report are made of.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "views/data/schema.h"

namespace deltamill {

// Text forms of a row's columns; nothing for NULL.
using RowTexts = std::vector<std::optional<std::string>>;

// Rows are the same when every column is equal by PostgreSQL's value equality (numeric 1.0 and 1.00
// are); floats may differ in the last digits, since PostgreSQL's own float sums depend on the order
// of its scan.
[[nodiscard]] bool same_value(const Type& type, std::string_view left, std::string_view right);

struct RowDifference {
  std::string key_json;     // {"id":7}; without key the whole row
  std::string source_json;  // "null" when the source has no such row
  std::string view_json;
};

class RowComparison {
 public:
  // The sample takes no more once it holds this much: a job keeps it.
  static constexpr std::size_t sample_bytes_max = std::size_t{1} << 20;

  // Without key, rows are compared as a multiset of whole rows. At most `sample_max` differences
  // are kept.
  RowComparison(const Columns& columns, const std::optional<KeyColumns>& key,
                std::size_t sample_max);

  // First every row of the view, then every row of the source.
  void add_view_row(RowTexts row, std::uint64_t count);
  void add_source_row(const RowTexts& row);
  // Counts what the source did not have. Called once, last.
  void finish();

  std::uint64_t source_rows = 0;
  std::uint64_t view_rows = 0;
  std::uint64_t missing = 0;     // in the source only
  std::uint64_t unexpected = 0;  // in the view only
  std::uint64_t different = 0;   // same key, other content
  std::vector<RowDifference> sample;

  [[nodiscard]] bool equal() const { return missing == 0 && unexpected == 0 && different == 0; }
  // {"frontier":…,"source_rows":…,"view_rows":…,"missing":…,"unexpected":…,"different":…,"sample":[…]}
  [[nodiscard]] std::string to_json(std::string_view frontier) const;

 private:
  struct Entry {
    RowTexts row;
    std::uint64_t count = 0;
  };

  [[nodiscard]] std::string key_of(const RowTexts& row) const;
  [[nodiscard]] bool same_row(const RowTexts& left, const RowTexts& right) const;
  [[nodiscard]] std::string json_of(const RowTexts& row) const;
  void keep(const RowTexts& keyed, const RowTexts* source, const RowTexts* view);

  const Columns columns_;
  const std::vector<std::uint32_t> key_;
  const bool whole_rows_;
  const std::size_t sample_max_;
  std::size_t sample_bytes_ = 0;
  std::unordered_map<std::string, Entry> view_;
};

}  // namespace deltamill
