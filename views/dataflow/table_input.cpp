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

// A Relation message names a domain by the domain's OID and an enum by the enum type's; the catalog
// holds the domain's base type and the enum with its OID. So an unknown OID is taken for a domain
// and passes, an enum and a built-in type must agree, with the modifier, which the views' own
// columns carry on.
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

// The columns that the stream sends of an old row. REPLICA IDENTITY USING INDEX may name other
// columns than the primary key, and then an update or delete carries only those.
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
  // The stream repeats its Relation message after each reconnect and after any change of the
  // catalog, so most are equal to the one known and cost a comparison.
  if (relation == relation_) return;
  if (relation_ && *relation == *relation_) {
    relation_ = relation;
    return;
  }
  // By name: dropping and adding columns shifts the ordinals of the others. Columns that no view
  // reads may come, go and change as they like. Nothing is assigned before all columns are
  // verified, so the old binding survives a throw.
  std::vector<std::uint32_t> ordinals;
  for (const std::uint32_t column : kept_) {
    const TableColumn& wanted = table_->columns[column];
    const auto sent = std::find_if(
        relation->columns.begin(), relation->columns.end(),
        [&](const RelationColumn& candidate) { return candidate.name == wanted.name; });
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
  // Without this flag nothing says which row an update or delete is about, and every one of them is
  // refused. If the stream marks all key columns as its identity, an update that sends no old tuple
  // left the key as it was: pgoutput sends one whenever a column of the identity changed.
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
  // `unchanged` cannot occur here: callers ask for the old row's value first. A key column stored
  // out of line comes in the old tuple, which PostgreSQL then sends whole (ExtractReplicaIdentity).
  DM_CHECK(field.kind == Field::Kind::text,
           "a value of column \"" + column.name + "\" that is needed was not sent");
  const std::optional<Value> value = parse_text(column.type, field.text(), batch_.arena);
  // The text of the column's own type always parses. That it does not means the type changed and no
  // Relation message has said so yet.
  if (!value)
    throw SchemaChanged(table_->oid, "column \"" + column.name + "\" of table " +
                                         table_name(*table_) + " holds a value that is no " +
                                         format_type(column.type));
  return *value;
}

// The field that tells a kept column's new value. PostgreSQL does not send a value stored out of
// line that an update left alone ("unchanged TOAST"); the old tuple has it where the identity
// covers the column: FULL covers all, else only the key columns are filled and the others are NULL
// there, which must not be taken for values.
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
    // A value that was not sent is the old row's, which the arrangement has. Its bytes are copied
    // by pack_row below, so the new row does not depend on the old one.
    if (old_row == nullptr) return nullptr;
    values_[kept] = row_value(collection_.layout(), old_row, static_cast<std::uint32_t>(kept));
  }
  return pack_row(collection_.layout(), values_, batch_.arena);
}

// Without a key a row is found by all its kept columns, so each must have been sent. Under FULL
// pgoutput detoasts the old tuple: no field of it is `unchanged`.
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

// Everything about a change that does not depend on the changes before it, so that a group can be
// prepared as a whole while its cache lines are on their way. An insert and an update without an
// old tuple name their row by the new row's key.
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
  // pgoutput always sends the old tuple of a delete, that of an update only if the identity is FULL
  // or a column of it changed or is stored out of line. Without it the key is in the new tuple, and
  // if the new row could be packed its hash is already the right one.
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
  // Read into old_keys_, not values_: up to group_size keys wait there at once.
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

// Moves one key from row to row. Only `after` changes; the arrangement stays as it was before the
// batch until finish() has made the delta and the collection applies it, so `before` stays valid.
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
  // By now the old row is the one that this batch left, not that of the arrangement: two updates of
  // one row in a batch may each leave a large value alone.
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

// What the batch knows of a key; at its first appearance, what the arrangement holds. Constant
// time: one probe among the touched keys, one in the arrangement. The reference is valid until the
// next touch().
TableInput::Touched& TableInput::touch(std::uint64_t hash, std::span<const Value> key) {
  for (std::size_t offset = touched_index_.first(hash); offset != HashIndex::none;
       offset = touched_index_.next(hash, offset)) {
    Touched& known = touched_[touched_index_.value(offset) - 1];
    const RowBytes row = known.after != nullptr ? known.after : known.before;
    // A key that came and went within the batch leaves no row to compare with, so it gets a second
    // entry when it returns. Nothing is lost: the first one has neither row and finish() skips it.
    if (row != nullptr && key_.equal(key, row)) return known;
  }
  Touched fresh;
  fresh.hash = hash;
  // The row is not copied here, since most updates change it: a copy is made in finish() where −old
  // is really sent.
  if (const Bucket bucket = arrangement_.find(Arrangement::primary, hash, key); bucket != 0)
    fresh.before = fresh.after = arrangement_.row(first_handle(bucket));
  touched_.push_back(fresh);
  touched_index_.insert(hash, touched_.size());
  return touched_.back();
}

// Costs as much as the table has rows: each is retracted, which the views below need to know. The
// rows stay where they are until the delta is applied.
void TableInput::truncate() {
  if (!keyed_) {
    // What this batch inserted is gone as well; what it deleted stands in the arrangement still and
    // is retracted there.
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
  // Weights add up: no row is looked for. That an old row was there is verified when the delta is
  // applied to the arrangement, where a weight below zero is a broken invariant.
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

// One −old and one +new per key at most, adjacent and in that order, which is what a collection
// with a unique key promises (operator.h). The hashes go along so that the arrangement need not
// compute them again.
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
    // Only now: an update may have come before others of the same row in this batch. Rows of
    // negative weight may stand in the arrangement, which frees them when the delta is applied
    // while later collections still read the delta.
    consolidate(changes_);
    for (const DeltaRow& change : changes_)
      delta.push_back(
          {change.weight < 0 ? copy_row(change.row, batch_.arena) : change.row, change.weight});
  }
  discard();
}

// The rows themselves are the arena's, which the graph empties.
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
