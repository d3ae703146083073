// Compares two multisets of rows that come as text: the view's rows are kept by key, the source's
// are taken off one by one, and what remains on either side is a difference. Keys are canonical
// texts, so that values which PostgreSQL calls equal meet whatever their text.
#include "service/pipeline/row_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "views/data/interval.h"
#include "views/data/numeric.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

// Intervals compare by their span, with months of 30 days and days of 24 hours (POSTGRES 1.8).
std::string canonical(const Interval& interval) {
  constexpr Int128 month_us = Int128{30} * 86'400'000'000;
  Interval spread;
  spread.months = static_cast<std::int32_t>(interval.span() / month_us);
  spread.microseconds = static_cast<std::int64_t>(interval.span() % month_us);
  std::string text;
  append_interval(spread, text);
  return text;
}

// A text that equal values share: 1.0 and 1.00, 1 day and 24:00:00, blanks at the end of a char(n),
// -0 and 0.
std::string canonical(const Type& type, const std::string& text) {
  if (type.kind == TypeKind::numeric)
    if (const auto value = Numeric::parse(text)) return value->trim_scale().to_string();
  if (type.kind == TypeKind::interval)  // 1 day = 24:00:00
    if (const auto value = parse_interval(text, -1)) return canonical(*value);
  if (type.kind == TypeKind::bpchar) return text.substr(0, text.find_last_not_of(' ') + 1);
  if (is_real(type.kind) && text == "-0") return "0";
  return text;
}

std::optional<double> real_of(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

bool near(const Type& type, std::string_view left, std::string_view right) {
  const auto ours = real_of(left);
  const auto theirs = real_of(right);
  if (!ours || !theirs || !std::isfinite(*ours) || !std::isfinite(*theirs)) return false;
  // A sum of floats depends on the order in which PostgreSQL happened to add.
  const double tolerance = type.kind == TypeKind::float4 ? 1e-5 : 1e-9;
  return std::abs(*ours - *theirs) <=
         tolerance * std::max({std::abs(*ours), std::abs(*theirs), 1e-300});
}

std::vector<std::uint32_t> all_columns(const Columns& columns) {
  std::vector<std::uint32_t> all(columns.size());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

}  // namespace

bool same_value(const Type& type, std::string_view left, std::string_view right) {
  if (left == right) return true;
  if (canonical(type, std::string(left)) == canonical(type, std::string(right))) return true;
  return is_real(type.kind) && near(type, left, right);
}

RowComparison::RowComparison(const Columns& columns, const std::optional<KeyColumns>& key,
                             std::size_t sample_max)
    : columns_(columns),
      key_(key ? *key : all_columns(columns)),
      whole_rows_(!key),
      sample_max_(sample_max) {}

void RowComparison::add_view_row(RowTexts row, std::uint64_t count) {
  view_rows += count;
  Entry& entry = view_[key_of(row)];
  entry.row = std::move(row);
  entry.count += count;
}

void RowComparison::add_source_row(const RowTexts& row) {
  ++source_rows;
  const auto found = view_.find(key_of(row));
  // Each source row takes one of the view's rows with its key; the entry stays at zero to tell
  // further ones.
  if (found == view_.end() || found->second.count == 0) {
    ++missing;
    keep(row, &row, nullptr);
    return;
  }
  --found->second.count;
  // Without a key the whole row was the key.
  if (whole_rows_ || same_row(row, found->second.row)) return;
  ++different;
  keep(row, &row, &found->second.row);
}

void RowComparison::finish() {
  for (const auto& [key, entry] : view_) {
    if (entry.count == 0) continue;
    unexpected += entry.count;
    keep(entry.row, nullptr, &entry.row);
  }
  view_.clear();
}

std::string RowComparison::key_of(const RowTexts& row) const {
  // Lengths before the texts: no two rows run together to one key. NULL is a value of its own here,
  // equal to itself, as in DISTINCT.
  std::string key;
  for (const std::uint32_t column : key_) {
    if (!row[column]) {
      key += "n;";
      continue;
    }
    const std::string text = canonical(columns_[column].type, *row[column]);
    key += std::to_string(text.size()) + ":" + text + ";";
  }
  return key;
}

bool RowComparison::same_row(const RowTexts& left, const RowTexts& right) const {
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (left[column].has_value() != right[column].has_value()) return false;
    if (left[column] && !same_value(columns_[column].type, *left[column], *right[column]))
      return false;
  }
  return true;
}

std::string RowComparison::json_of(const RowTexts& row) const {
  Arena arena;
  std::string json = "{";
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    if (column != 0) json += ',';
    append_json_string(columns_[column].name, json);
    json += ':';
    const std::optional<Value> value =
        row[column] ? parse_text(columns_[column].type, *row[column], arena) : std::nullopt;
    if (value)
      append_json(columns_[column].type, *value, json);
    else
      json += "null";
  }
  return json + "}";
}

void RowComparison::keep(const RowTexts& keyed, const RowTexts* source, const RowTexts* view) {
  // Counted without bound, shown within one: a view of wide rows that are all wrong must not fill
  // memory.
  if (sample.size() >= sample_max_ || sample_bytes_ >= sample_bytes_max) return;
  RowDifference difference;
  Columns key_columns;
  RowTexts key_texts;
  for (const std::uint32_t column : key_) {
    key_columns.push_back(columns_[column]);
    key_texts.push_back(keyed[column]);
  }
  difference.key_json = RowComparison(key_columns, std::nullopt, 0).json_of(key_texts);
  difference.source_json = source == nullptr ? "null" : json_of(*source);
  difference.view_json = view == nullptr ? "null" : json_of(*view);
  sample_bytes_ +=
      difference.key_json.size() + difference.source_json.size() + difference.view_json.size();
  sample.push_back(std::move(difference));
}

std::string RowComparison::to_json(std::string_view frontier) const {
  std::string json = fmt::format(
      R"({{"frontier":"{}","source_rows":{},"view_rows":{},"missing":{},"unexpected":{},)"
      R"("different":{},"sample":[)",
      frontier, source_rows, view_rows, missing, unexpected, different);
  for (std::size_t at = 0; at < sample.size(); ++at)
    json += fmt::format(R"({}{{"key":{},"source":{},"view":{}}})", at == 0 ? "" : ",",
                        sample[at].key_json, sample[at].source_json, sample[at].view_json);
  return json + "]}";
}

}  // namespace deltamill
