// Decodes pgoutput messages about rows into changes whose tuples point to fields that stay where
// they are.
#include "service/pipeline/row_messages.h"

#include <algorithm>

#include "service/source/pgoutput.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// A batch of a few changes, which is the usual one, is served from a small first chunk.
constexpr std::size_t first_chunk_fields = 1024;
constexpr std::size_t chunk_fields = 16384;

// The relation may have been announced anew between the message and its tuple only if the journal
// is damaged: then columns would be taken for others.
Tuple tuple_of(const std::vector<Field>& fields, pgoutput::TupleRange range,
               const Relation& relation) {
  if (range.count != relation.columns.size())
    throw MalformedMessage('R', 0,
                           "a tuple of " + relation.name + " has another number of columns");
  return {fields.data() + range.first, range.count};
}

}  // namespace

std::vector<Field>& TupleFields::room_for(const Relation& relation) {
  // Both tuples of an update fit, so decoding never makes the chunk grow: that would move the
  // fields which earlier changes point to.
  const std::size_t needed = 2 * relation.columns.size();
  if (chunks.empty() || chunks.back()->capacity() - chunks.back()->size() < needed) {
    const std::size_t usual = chunks.empty() ? first_chunk_fields : chunk_fields;
    chunks.push_back(std::make_shared<std::vector<Field>>());
    chunks.back()->reserve(std::max(needed, usual));
  }
  return *chunks.back();
}

Change decode_change(std::string_view message, const Relation& relation, TupleFields& fields) {
  std::vector<Field>& chunk = fields.room_for(relation);
  const pgoutput::Message decoded = pgoutput::decode(message, chunk);
  Change change;
  if (const auto* insert = std::get_if<pgoutput::Insert>(&decoded)) {
    change.kind = ChangeKind::insert;
    change.new_tuple = tuple_of(chunk, insert->new_tuple, relation);
  } else if (const auto* update = std::get_if<pgoutput::Update>(&decoded)) {
    change.kind = ChangeKind::update;
    change.old_kind = update->old_kind;
    if (update->old_kind != OldTuple::none)
      change.old_tuple = tuple_of(chunk, update->old_tuple, relation);
    change.new_tuple = tuple_of(chunk, update->new_tuple, relation);
  } else {
    const auto* erased = std::get_if<pgoutput::Delete>(&decoded);
    DM_CHECK(erased != nullptr, "a message about a row is an insert, an update or a delete");
    change.kind = ChangeKind::erase;
    change.old_kind = erased->old_kind;
    change.old_tuple = tuple_of(chunk, erased->old_tuple, relation);
  }
  return change;
}

}  // namespace deltamill
