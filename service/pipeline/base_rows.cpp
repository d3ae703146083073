// Decodes base chunks. A chunk holds relation messages and insert messages only; anything else was
// not written by a snapshot.
#include "service/pipeline/base_rows.h"

#include "service/journal/payload.h"
#include "service/pipeline/row_messages.h"
#include "service/source/pgoutput.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

void announce(std::string_view message, Batch& batch) {
  std::vector<Field> none;
  auto relation = std::get<Relation>(pgoutput::decode(message, none));
  batch.relations.push_back(std::make_shared<const Relation>(std::move(relation)));
}

void add_row(std::string_view message, Batch& batch, TupleFields& fields) {
  DM_CHECK(!batch.relations.empty() &&
               batch.relations.back()->oid == pgoutput::relation_of_change(message),
           "a base chunk names its table before its rows");
  Change& change =
      batch.changes.emplace_back(decode_change(message, *batch.relations.back(), fields));
  change.relation = static_cast<std::uint32_t>(batch.relations.size() - 1);
}

}  // namespace

void decode_base_chunk(const BaseChunk& chunk, std::size_t changes_max,
                       const std::function<void(const Batch&)>& take) {
  Batch batch;
  TupleFields fields;
  const auto hand_over = [&] {
    if (batch.changes.empty()) return;
    take(batch);
    batch.changes.clear();
    // The batch is used up when `take` returns, so its fields go with it.
    fields.chunks.clear();
  };
  MessageCursor messages(chunk.payload);
  while (const auto message = messages.next()) {
    switch (message->front()) {
      case 'R': announce(*message, batch); break;
      case 'I': add_row(*message, batch, fields); break;
      default: DM_CHECK(false, "a base chunk holds rows only");
    }
    if (batch.changes.size() >= changes_max) hand_over();
  }
  hand_over();
}

}  // namespace deltamill
