// Two rounds per group of changes: first everything that needs no state (fields parsed, rows
// packed, keys hashed, entries prefetched), then change by change against the keys touched in this
// batch and the arrangement.
#include "views/dataflow/table_input.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/data/text_form.h"
#include "views/dataflow/schema_changed.h"

namespace deltamill {

namespace {

constexpr std::size_t group_size = HashIndex::prefetch_group;

std::string table_name(const Table& table) {
  return table.schema + "." + table.name;
}

// The stream names a domain by its own OID and an enum by that of its type; built-in types must
// agree.
bool same_type(const Type& type, const RelationColumn& column) {
  if (type.kind == TypeKind::enumeration) return column.type == type.enumeration->oid;
  if (kind_of(column.type) == TypeKind::unsupported) return true;
  return column.type == oid_of(type.kind) && column.modifier == type.modifier;
}

KeyColumns kept_offsets(const KeyColumns& columns, const std::vector<std::uint32_t>& kept) {
  KeyColumns offsets;
  for (const std::uint32_t column : columns) {
    const auto found = std::ranges::find(kept, column);
    DM_CHECK(found != kept.end(), "a table input keeps its row key");
    offsets.push_back(static_cast<std::uint32_t>(found - kept.begin()));
  }
  return offsets;
}

}  // namespace

std::optional<KeyColumns> TableInput::row_key_of(const Table& table) {
  if (table.identity == ReplicaIdentity::index && table.identity_index) return table.identity_index;
  return table.row_key();
}

TableInput::TableInput(std::shared_ptr<const Table> table, std::vector<std::uint32_t> kept,
                       Collection& collection, BatchState& batch, RowStore& store)
    : table_(std::move(table)),
      kept_(std::move(kept)),
      collection_(collection),
      batch_(batch),
      arrangement_(collection.arrange(store)),
      keyed_(row_key_of(*table_).has_value()),
      values_(kept_.size()) {
  if (const std::optional<KeyColumns> key = row_key_of(*table_))
    key_ = Key(collection_.columns(), collection_.layout(), kept_offsets(*key, kept_));
  key_values_.resize(key_.parts().size());
  prepared_.resize(group_size);
  old_keys_.resize(group_size * key_.parts().size());
}

void TableInput::bind(const std::shared_ptr<const Relation>& relation) {
  if (relation == relation_) return;
  if (relation_ && *relation == *relation_) {
    relation_ = relation;
    return;
  }
  std::vector<std::uint32_t> ordinals;
  for (const std::uint32_t column : kept_) {
    const TableColumn& wanted = table_->columns[column];
    const auto sent =
        std::find_if(relation->columns.begin(), relation->columns.end(),
                     [&](const RelationColumn& one) { return one.name == wanted.name; });
    if (sent == relation->columns.end())
      throw SchemaChanged(table_->oid, "table " + table_name(*table_) + " has no column \"" +
                                           wanted.name + "\" any more");
    if (!same_type(wanted.type, *sent))
      throw SchemaChanged(table_->oid, "column \"" + wanted.name + "\" of table " +
                                           table_name(*table_) + " is no longer of type " +
                                           format_type(wanted.type));
    ordinals.push_back(static_cast<std::uint32_t>(sent - relation->columns.begin()));
  }
  relation_ = relation;
  ordinals_ = std::move(ordinals);
  // If the stream marks all key columns as its identity, an update that sends no old tuple left the
  // key as it was.
  key_is_identity_ = std::all_of(
      key_.parts().begin(), key_.parts().end(),
      [&](const KeyPart& part) { return relation_->columns[ordinals_[part.column]].identity; });
  key_is_identity_ = key_is_identity_ || relation_->identity == ReplicaIdentity::full;
}

Description TableInput::describe() const {
  std::string text = collection_.name();
  for (const Column& column : collection_.columns())
    text += (&column == &collection_.columns().front() ? "  " : ", ") + column.name;
  return {.text = std::move(text)};
}

Value TableInput::read_field(const Field& field, std::size_t kept) {
  if (field.kind == Field::Kind::null) return Value::null();
  const TableColumn& column = table_->columns[kept_[kept]];
  DM_CHECK(field.kind == Field::Kind::text,
           "a value of column \"" + column.name + "\" that is needed was not sent");
  const std::optional<Value> value = parse_text(column.type, field.text(), batch_.arena);
  if (!value)
    throw SchemaChanged(table_->oid, "column \"" + column.name + "\" of table " +
                                         table_name(*table_) + " holds a value that is no " +
                                         format_type(column.type));
  return *value;
}

// The field that tells a kept column's new value: from the old tuple where the new one does not
// repeat it.
const Field& TableInput::field_of(const Change& change, std::size_t kept) const {
  const std::uint32_t ordinal = ordinals_[kept];
  const Tuple& tuple = change.new_tuple;
  DM_CHECK(ordinal < tuple.count, "a tuple is shorter than its relation");
  const Field& field = tuple.fields[ordinal];
  if (field.kind != Field::Kind::unchanged) return field;
  const bool sent = change.old_kind == OldTuple::full ||
                    (change.old_kind == OldTuple::key && relation_->columns[ordinal].identity);
  return sent && ordinal < change.old_tuple.count ? change.old_tuple.fields[ordinal] : field;
}

// The new row. Without an old row, nullptr if a value is missing.
RowBytes TableInput::read_row(const Change& change, RowBytes old_row) {
  for (std::size_t kept = 0; kept < kept_.size(); ++kept) {
    const Field& field = field_of(change, kept);
    if (field.kind != Field::Kind::unchanged) {
      values_[kept] = read_field(field, kept);
      continue;
    }
    if (old_row == nullptr) return nullptr;
    values_[kept] = row_value(collection_.layout(), old_row, static_cast<std::uint32_t>(kept));
  }
  return pack_row(collection_.layout(), values_, batch_.arena);
}

RowBytes TableInput::read_old_row(const Change& change) {
  DM_CHECK(change.old_kind == OldTuple::full,
           "table " + table_name(*table_) + " has no key and its old rows are not sent whole");
  for (std::size_t kept = 0; kept < kept_.size(); ++kept) {
    DM_CHECK(ordinals_[kept] < change.old_tuple.count, "a tuple is shorter than its relation");
    values_[kept] = read_field(change.old_tuple.fields[ordinals_[kept]], kept);
  }
  return pack_row(collection_.layout(), values_, batch_.arena);
}

void TableInput::take(std::span<const Change* const> changes) {
  DM_CHECK(relation_ != nullptr, "changes of a relation that was never announced");
  if (!keyed_) {
    for (const Change* change : changes) apply_multiset(*change);
    return;
  }
  // A key per change; only one that moves a row to another key touches a second.
  touched_index_.reserve(touched_.size() + changes.size());
  for (std::size_t begin = 0; begin < changes.size(); begin += group_size) {
    const std::size_t count = std::min(group_size, changes.size() - begin);
    // Three rounds, so that the cache misses of a group overlap: index entries, rows, changes. The
    // first two leave the state alone, so the order of the changes is kept by the third alone.
    for (std::size_t i = 0; i < count; ++i) prepare(*changes[begin + i], i);
    for (std::size_t i = 0; i < count; ++i) {
      const HashIndex& entries = arrangement_.entries(Arrangement::primary);
      const std::size_t offset = entries.first(prepared_[i].hash);
      if (offset != HashIndex::none)
        __builtin_prefetch(arrangement_.row(entries.value(offset) >> 2));
    }
    for (std::size_t i = 0; i < count; ++i) apply(*changes[begin + i], i);
  }
}

void TableInput::prepare(const Change& change, std::size_t offset) {
  Prepared& prepared = prepared_[offset];
  prepared = {};
  if (change.kind == ChangeKind::truncate) return;
  if (change.kind != ChangeKind::erase) {
    prepared.row = read_row(change, nullptr);
    prepared.incomplete = prepared.row == nullptr;
    if (prepared.row != nullptr) prepared.new_hash = key_.hash(prepared.row);
  }
  prepared.hash = prepared.new_hash;
  if (change.kind != ChangeKind::insert) prepare_old(change, offset, prepared);
  arrangement_.entries(Arrangement::primary).prefetch(prepared.hash);
  touched_index_.prefetch(prepared.hash);
}

// Hashes the key of the row that an update or delete names.
void TableInput::prepare_old(const Change& change, std::size_t offset, Prepared& prepared) {
  if (!key_is_identity_)
    throw SchemaChanged(table_->oid, "the replica identity of table " + table_name(*table_) +
                                         " does not send the key of the table");
  const bool from_new = change.old_kind == OldTuple::none;
  DM_CHECK(!from_new || change.kind == ChangeKind::update, "a delete without an old row");
  if (from_new && !prepared.incomplete) return;
  const Tuple& tuple = from_new ? change.new_tuple : change.old_tuple;
  const std::size_t parts = key_.parts().size();
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t kept = key_.parts()[part].column;
    DM_CHECK(ordinals_[kept] < tuple.count, "a tuple is shorter than its relation");
    old_keys_[offset * parts + part] = read_field(tuple.fields[ordinals_[kept]], kept);
  }
  prepared.key_sent = true;
  prepared.hash = key_.hash(old_key(offset));
}

std::span<const Value> TableInput::old_key(std::size_t offset) const {
  const std::size_t parts = key_.parts().size();
  return std::span<const Value>(old_keys_).subspan(offset * parts, parts);
}

std::span<const Value> TableInput::key_of(RowBytes row) {
  for (std::size_t part = 0; part < key_values_.size(); ++part)
    key_values_[part] = row_value(collection_.layout(), row, key_.parts()[part].column);
  return key_values_;
}

void TableInput::apply(const Change& change, std::size_t offset) {
  if (change.kind == ChangeKind::truncate) {
    truncate();
    return;
  }
  Prepared& prepared = prepared_[offset];
  if (change.kind == ChangeKind::insert) {
    DM_CHECK(prepared.row != nullptr, "an inserted row lacks a value");
    Touched& touched = touch(prepared.hash, key_of(prepared.row));
    if (touched.after != nullptr) contradict("inserted but already there", key_of(prepared.row));
    touched.after = prepared.row;
    return;
  }
  const std::span<const Value> key = prepared.key_sent ? old_key(offset) : key_of(prepared.row);
  Touched& former = touch(prepared.hash, key);
  const RowBytes old_row = former.after;
  if (old_row == nullptr)
    contradict(
        change.kind == ChangeKind::update ? "updated but not there" : "deleted but not there", key);
  former.after = nullptr;
  if (change.kind == ChangeKind::erase) return;
  const RowBytes row = prepared.incomplete ? read_row(change, old_row) : prepared.row;
  const std::uint64_t hash = prepared.incomplete ? key_.hash(row) : prepared.new_hash;
  if (hash == prepared.hash && key_.equal(old_row, row)) {
    former.after = row;
    return;
  }
  // The row moves to another key. May reallocate touched_: the entry of the old key is done with.
  Touched& moved = touch(hash, key_of(row));
  if (moved.after != nullptr) contradict("moved to a key that is taken", key_of(row));
  moved.after = row;
}

// What the batch knows of a key; at its first appearance, what the arrangement holds.
TableInput::Touched& TableInput::touch(std::uint64_t hash, std::span<const Value> key) {
  for (std::size_t offset = touched_index_.first(hash); offset != HashIndex::none;
       offset = touched_index_.next(hash, offset)) {
    Touched& known = touched_[touched_index_.value(offset) - 1];
    const RowBytes row = known.after != nullptr ? known.after : known.before;
    // A key that came and went within the batch leaves no row to compare with; nothing is lost by a
    // second entry.
    if (row != nullptr && key_.equal(key, row)) return known;
  }
  Touched fresh;
  fresh.hash = hash;
  if (const Bucket bucket = arrangement_.find(Arrangement::primary, hash, key); bucket != 0)
    fresh.before = fresh.after = arrangement_.row(first_handle(bucket));
  touched_.push_back(fresh);
  touched_index_.insert(hash, touched_.size());
  return touched_.back();
}

void TableInput::truncate() {
  if (!keyed_) {
    changes_.clear();
    arrangement_.for_each([this](RowHandle handle) {
      changes_.push_back({arrangement_.row(handle), -arrangement_.weight(handle)});
    });
    return;
  }
  // Rows of this batch go as well as those from before, which are touched by going.
  for (Touched& known : touched_) known.after = nullptr;
  arrangement_.for_each([this](RowHandle handle) {
    const RowBytes row = arrangement_.row(handle);
    touch(key_.hash(row), key_of(row)).after = nullptr;
  });
}

void TableInput::apply_multiset(const Change& change) {
  if (change.kind == ChangeKind::truncate) {
    truncate();
    return;
  }
  RowBytes old_row = nullptr;
  if (change.kind != ChangeKind::insert) {
    old_row = read_old_row(change);
    changes_.push_back({old_row, -1});
  }
  if (change.kind == ChangeKind::erase) return;
  const RowBytes row = read_row(change, old_row);
  DM_CHECK(row != nullptr, "an inserted row lacks a value");
  changes_.push_back({row, 1});
}

void TableInput::finish(Delta& delta, std::vector<std::uint64_t>& hashes) {
  for (const Touched& known : touched_) {
    // Also a key that came and went, and an update of columns that are not kept.
    const bool same =
        known.before == known.after || (known.before != nullptr && known.after != nullptr &&
                                        rows_identical(known.before, known.after));
    if (same) continue;
    if (known.before != nullptr) {
      // A copy: applying the delta may overwrite the row where it stands.
      delta.push_back({copy_row(known.before, batch_.arena), -1});
      hashes.push_back(known.hash);
    }
    if (known.after == nullptr) continue;
    delta.push_back({known.after, 1});
    hashes.push_back(known.hash);
  }
  if (!keyed_) {
    consolidate(changes_);
    for (const DeltaRow& change : changes_)
      delta.push_back(
          {change.weight < 0 ? copy_row(change.row, batch_.arena) : change.row, change.weight});
  }
  discard();
}

void TableInput::discard() {
  touched_.clear();
  touched_index_.clear();
  changes_.clear();
}

std::size_t TableInput::memory_bytes() const {
  return touched_.capacity() * sizeof(Touched) + touched_index_.memory_bytes();
}

void TableInput::contradict(const char* what, std::span<const Value> key) const {
  std::string text;
  for (std::size_t part = 0; part < key.size(); ++part) {
    if (part > 0) text += ", ";
    append_json(collection_.columns()[key_.parts()[part].column].type, key[part], text);
  }
  throw BrokenInvariant("table " + table_name(*table_) + ": the row with key (" + text + ") is " +
                        what);
}

}  // namespace deltamill
