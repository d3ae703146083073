// A chunk holds relation messages and insert messages only.
#include "service/pipeline/base_rows.h"

#include <algorithm>

#include "service/journal/payload.h"
#include "service/source/pgoutput.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// A batch being filled; tuples are offsets in `fields` until the batch is handed over.
struct Filling {
  Batch batch;
  std::vector<Field> fields;
  std::vector<pgoutput::TupleRange> tuples;

  void hand_over(const std::function<void(const Batch&)>& take) {
    if (batch.changes.empty()) return;
    for (std::size_t at = 0; at < tuples.size(); ++at)
      batch.changes[at].new_tuple = {fields.data() + tuples[at].first, tuples[at].count};
    take(batch);
    batch.changes.clear();
    fields.clear();
    tuples.clear();
  }

  void add(const pgoutput::Insert& insert) {
    DM_CHECK(!batch.relations.empty() && batch.relations.back()->oid == insert.relation,
             "a base chunk names its table before its rows");
    Change change;
    change.kind = ChangeKind::insert;
    change.relation = static_cast<std::uint32_t>(batch.relations.size() - 1);
    batch.changes.push_back(change);
    tuples.push_back(insert.new_tuple);
  }
};

}  // namespace

void decode_base_chunk(const BaseChunk& chunk, std::size_t changes_max,
                       const std::function<void(const Batch&)>& take) {
  Filling filling;
  MessageCursor messages(chunk.payload);
  while (const auto bytes = messages.next()) {
    const pgoutput::Message message = pgoutput::decode(*bytes, filling.fields);
    if (const auto* const insert = std::get_if<pgoutput::Insert>(&message)) {
      filling.add(*insert);
    } else if (const auto* const relation = std::get_if<Relation>(&message)) {
      filling.batch.relations.push_back(std::make_shared<const Relation>(*relation));
    } else {
      DM_CHECK(false, "a base chunk holds rows only");
    }
    if (filling.batch.changes.size() >= changes_max) filling.hand_over(take);
  }
  filling.hand_over(take);
}

}  // namespace deltamill
