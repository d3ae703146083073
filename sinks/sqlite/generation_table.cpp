// Writes net effects as INSERT, UPDATE, DELETE in key order: generation_table.h.
#include "sinks/sqlite/generation_table.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "views/data/check.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

constexpr std::size_t key_text_bytes_max = 200;

// 128 bits of the representation: identical rows share it, and for all purposes only they. (Should
// two rows collide all the same, the insertion sees it and fails.)
struct HashedRow {
  std::array<char, 16> hash{};
  DeltaRow change;

  [[nodiscard]] std::string_view bytes() const { return {hash.data(), hash.size()}; }
};

HashedRow hashed(const DeltaRow& change) {
  HashedRow row{{}, change};
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(change.row, row_size(change.row)));
  static_assert(sizeof canonical.digest == sizeof row.hash);
  std::memcpy(row.hash.data(), canonical.digest, sizeof canonical.digest);
  return row;
}

bool same_value(const Value& left, const Value& right) {
  if (left.form != right.form || left.length != right.length) return false;
  if (left.form == Value::Form::null) return true;
  if (left.form == Value::Form::plain) return left.integer == right.integer;
  return left.text() == right.text();
}

}  // namespace

GenerationTable::GenerationTable(const Context& context, const SinkView& view,
                                 std::uint32_t view_offset, const std::string& table)
    : database_(context.database),
      pending_keys_(context.pending_keys),
      id_(context.id),
      view_(view),
      view_offset_(view_offset),
      identity_(row_identity(view)),
      layout_(view.columns),
      extra_parameter_(static_cast<int>(view.columns.size()) + 1),
      binder_(view.columns),
      indexed_(indexed_columns(view)) {
  if (view.key) net_effect_.emplace(view.columns, *view.key);
  const TableStatements statements = table_statements(view, table);
  insert_ = prepare(statements.insert);
  update_ = prepare(statements.update);
  update_unindexed_ = prepare(statements.update_unindexed);
  erase_ = prepare(statements.erase);
  reduce_ = prepare(statements.reduce);
}

GenerationTable::Prepared GenerationTable::prepare(const RowStatement& statement) {
  if (statement.sql.empty()) return {};
  return {database_.prepare(statement.sql), statement.columns};
}

void GenerationTable::apply(const Delta& delta) {
  if (delta.empty()) return;
  if (identity_ == RowIdentity::counted)
    apply_counted(delta);
  else
    apply_keyed(delta);
}

void GenerationTable::forget_changes() {
  row_count_change_ = 0;
  changed_ = false;
}

void GenerationTable::apply_keyed(const Delta& delta) {
  for (const KeyEffect& effect : net_effect_->of(delta)) apply_effect(effect);
}

void GenerationTable::apply_effect(const KeyEffect& effect) {
  // A key that has changes waiting takes all further ones there: applied past them, they would find
  // a row that is to go, or miss one that is to come.
  if (!effect.simple() || pending_keys_.holds(id_, effect.key)) return postpone(effect);
  if (effect.removed == nullptr) {
    // The key may be taken by a row that a later slice removes.
    if (!insert(effect.key, effect.added)) postpone(effect);
  } else if (effect.added == nullptr) {
    erase(effect.key, effect.removed);
  } else {
    // UPDATE, not DELETE and INSERT: the row stays where it is, and indexes on unchanged columns
    // are not touched.
    update(effect.key, effect.removed, effect.added);
  }
}

void GenerationTable::postpone(const KeyEffect& effect) {
  for (const DeltaRow& change : effect.all) pending_keys_.add(id_, effect.key, change);
  if (effect.removed != nullptr) pending_keys_.add(id_, effect.key, {effect.removed, -1});
  if (effect.added != nullptr) pending_keys_.add(id_, effect.key, {effect.added, 1});
}

void GenerationTable::settle() {
  pending_keys_.drain(id_, [this](std::string_view key, std::span<const DeltaRow> changes) {
    settle_key(key, changes);
  });
}

// What is left of a key once all slices are added up: at most the table's row going and one row
// coming. More coming is the user's mistake (the declared key is not unique), more going than there
// are is ours.
void GenerationTable::settle_key(std::string_view key, std::span<const DeltaRow> changes) {
  const DeltaRow& first = changes.front();
  const DeltaRow& last = changes.back();
  if (changes.size() == 1 && first.weight == -1) return erase(key, first.row);
  if (changes.size() == 1 && first.weight == 1 && insert(key, first.row)) return;
  if (changes.size() == 2 && first.weight == -1 && last.weight == 1)
    return update(key, first.row, last.row);
  DM_CHECK(last.weight > 0, "view \"" + view_.name + "\": more rows of the key " +
                                key_text(last.row) + " go than there are");
  throw KeyConflict(view_offset_, "view \"" + view_.name + "\": two rows have the key " +
                                      key_text(last.row) +
                                      "; declare a key that is unique, or none");
}

void GenerationTable::run(Prepared& prepared, RowBytes row, std::string_view key) {
  binder_.bind(prepared.statement, row, prepared.columns);
  if (identity_ == RowIdentity::canonical_key || identity_ == RowIdentity::counted)
    prepared.statement.bind_blob(extra_parameter_, key);
  prepared.statement.run();
}

// False = the key is there already; nothing happened.
bool GenerationTable::insert(std::string_view key, RowBytes row) {
  run(insert_, row, key);
  if (database_.changes() == 0) return false;
  ++row_count_change_;
  changed_ = true;
  return true;
}

void GenerationTable::update(std::string_view key, RowBytes old_row, RowBytes new_row) {
  // A statement that names an index's column makes SQLite rewrite the index entry even if the value
  // is the same.
  const bool unindexed =
      update_unindexed_.statement.handle() != nullptr && !indexed_differs(old_row, new_row);
  Prepared& update = unindexed ? update_unindexed_ : update_;
  DM_CHECK(update.statement.handle() != nullptr,
           "rows of one key differ though all their columns are the key");
  run(update, new_row, key);
  require_one_row("changes", new_row);
}

void GenerationTable::erase(std::string_view key, RowBytes row) {
  run(erase_, row, key);
  require_one_row("goes", row);
  --row_count_change_;
}

void GenerationTable::require_one_row(const char* what, RowBytes row) {
  DM_CHECK(database_.changes() == 1, "view \"" + view_.name + "\": the row that " + what +
                                         " is not in views.db: " + key_text(row));
  changed_ = true;
}

bool GenerationTable::indexed_differs(RowBytes old_row, RowBytes new_row) const {
  return std::ranges::any_of(indexed_, [&](std::uint32_t column) {
    return !same_value(row_value(layout_, old_row, column), row_value(layout_, new_row, column));
  });
}

void GenerationTable::apply_counted(const Delta& delta) {
  std::vector<HashedRow> rows;
  rows.reserve(delta.size());
  for (const DeltaRow& change : delta) rows.push_back(hashed(change));
  // By hash, the order of the table: neighbouring rows share pages.
  std::ranges::sort(rows, [](const HashedRow& left, const HashedRow& right) {
    return left.bytes() < right.bytes();
  });
  for (const HashedRow& row : rows) {
    if (row.change.weight > 0)
      add_count(row.bytes(), row.change.row, row.change.weight);
    else
      take_count(row.bytes(), row.change.row, -std::int64_t{row.change.weight});
    row_count_change_ += row.change.weight;
  }
}

void GenerationTable::add_count(std::string_view hash, RowBytes row, std::int64_t weight) {
  insert_.statement.bind(extra_parameter_ + 1, weight);
  run(insert_, row, hash);
  DM_CHECK(database_.changes() == 1,
           "view \"" + view_.name + "\": two different rows have one hash; declare a key");
  changed_ = true;
}

void GenerationTable::take_count(std::string_view hash, RowBytes row, std::int64_t weight) {
  erase_.statement.bind(extra_parameter_ + 1, weight);
  run(erase_, row, hash);
  changed_ = true;
  // The row had more copies than go: only its count is reduced.
  if (database_.changes() == 1) return;
  reduce_.statement.bind(extra_parameter_ + 1, weight);
  // The table's CHECK refuses to go below one.
  run(reduce_, row, hash);
  require_one_row("goes", row);
}

std::string GenerationTable::key_text(RowBytes row) const {
  std::string text = "(";
  const KeyColumns columns = view_.key.value_or(KeyColumns());
  for (const std::uint32_t column : columns) {
    if (text.size() > 1) text += ", ";
    const Value value = row_value(layout_, row, column);
    if (value.is_null())
      text += "NULL";
    else
      append_text(view_.columns[column].type, value, text);
  }
  if (text.size() > key_text_bytes_max) text = text.substr(0, key_text_bytes_max) + "...";
  return text + ")";
}

}  // namespace deltamill
