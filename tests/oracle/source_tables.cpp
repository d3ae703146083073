// What PostgreSQL sends for each kind of change: the old tuple by replica identity, the columns in
// the stream's order.
#include "tests/oracle/source_tables.h"

#include <algorithm>
#include <stdexcept>

namespace deltamill {

namespace {

KeyColumns identity_columns(const Table& table) {
  if (table.identity == ReplicaIdentity::index) return table.identity_index.value();
  return table.primary_key.value_or(KeyColumns());
}

}  // namespace

SourceTables::SourceTables(std::vector<std::shared_ptr<const Table>> tables)
    : tables_(std::move(tables)) {
  for (const std::shared_ptr<const Table>& table : tables_) {
    relations_.push_back(relation_of(*table));
    rows_[table->oid];
  }
}

std::shared_ptr<const Relation> SourceTables::relation_of(const Table& table) {
  Relation relation{table.oid, table.schema, table.name, table.identity, {}};
  const KeyColumns key = identity_columns(table);
  for (std::size_t column = table.columns.size(); column-- > 0;) {
    const TableColumn& one = table.columns[column];
    const bool in_key = std::find(key.begin(), key.end(), column) != key.end();
    relation.columns.push_back(
        {one.name, one.type.enumeration ? one.type.enumeration->oid : oid_of(one.type.kind),
         one.type.modifier, in_key || table.identity == ReplicaIdentity::full});
  }
  return std::make_shared<const Relation>(std::move(relation));
}

Tuple SourceTables::tuple_of(const Table& table, const TextRow& row,
                             const std::vector<std::uint32_t>& unchanged) {
  std::vector<Field>& fields = storage_->fields.emplace_back();
  for (std::size_t column = table.columns.size(); column-- > 0;) {
    Field& field = fields.emplace_back();
    const bool left_out = std::find(unchanged.begin(), unchanged.end(), column) != unchanged.end();
    if (left_out) field.kind = Field::Kind::unchanged;
    if (left_out || !row[column]) continue;
    const std::string& text = storage_->texts.emplace_back(*row[column]);
    field = {text.data(), static_cast<std::uint32_t>(text.size()), Field::Kind::text};
  }
  return {fields.data(), static_cast<std::uint32_t>(fields.size())};
}

// Columns outside of the key are filler.
Tuple SourceTables::key_tuple_of(const Table& table, const TextRow& row) {
  TextRow filled(row.size());
  for (const std::uint32_t column : identity_columns(table)) filled[column] = row[column];
  return tuple_of(table, filled, {});
}

Change& SourceTables::add_change(const Table& table, ChangeKind kind) {
  const auto same = [&](const std::shared_ptr<const Table>& one) { return one->oid == table.oid; };
  const auto place = std::find_if(tables_.begin(), tables_.end(), same);
  Change& change = changes_.emplace_back();
  change.kind = kind;
  change.relation = static_cast<std::uint32_t>(place - tables_.begin());
  return change;
}

void SourceTables::set_old_tuple(const Table& table, const TextRow& row, Change& change) {
  const bool full = table.identity == ReplicaIdentity::full;
  change.old_kind = full ? OldTuple::full : OldTuple::key;
  change.old_tuple = full ? tuple_of(table, row, {}) : key_tuple_of(table, row);
}

void SourceTables::remove_row(const Table& table, const TextRow& row) {
  TextRows& rows = rows_.at(table.oid);
  const auto place = std::find(rows.begin(), rows.end(), row);
  if (place == rows.end()) throw std::logic_error("the row is not in table " + table.name);
  rows.erase(place);
}

void SourceTables::insert(const Table& table, const TextRow& row) {
  rows_.at(table.oid).push_back(row);
  Change& change = add_change(table, ChangeKind::insert);
  change.new_tuple = tuple_of(table, row, {});
}

void SourceTables::erase(const Table& table, const TextRow& row) {
  remove_row(table, row);
  set_old_tuple(table, row, add_change(table, ChangeKind::erase));
}

void SourceTables::update(const Table& table, const TextRow& old_row, const TextRow& new_row) {
  update_partly(table, old_row, new_row, {});
}

void SourceTables::update_partly(const Table& table, const TextRow& old_row, const TextRow& new_row,
                                 const std::vector<std::uint32_t>& unchanged) {
  remove_row(table, old_row);
  rows_.at(table.oid).push_back(new_row);
  Change& change = add_change(table, ChangeKind::update);
  const KeyColumns key = identity_columns(table);
  const bool key_sent = std::any_of(key.begin(), key.end(), [&](std::uint32_t column) {
    return old_row[column] != new_row[column] ||
           std::find(unchanged.begin(), unchanged.end(), column) != unchanged.end();
  });
  if (key_sent || table.identity == ReplicaIdentity::full) set_old_tuple(table, old_row, change);
  change.new_tuple = tuple_of(table, new_row, unchanged);
}

void SourceTables::truncate(const Table& table) {
  rows_.at(table.oid).clear();
  add_change(table, ChangeKind::truncate);
}

Batch SourceTables::take_batch() {
  Batch batch;
  batch.relations = relations_;
  batch.changes = std::move(changes_);
  batch.storage = std::move(storage_);
  changes_.clear();
  storage_ = std::make_shared<Storage>();
  return batch;
}

}  // namespace deltamill
