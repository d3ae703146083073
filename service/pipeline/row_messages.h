// Messages about rows as changes, for the rows of a base and for those of transactions.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "views/data/transaction.h"

namespace deltamill {

// Fields that tuples of a batch point to. Once there, a field never moves.
struct TupleFields {
  using Chunks = std::vector<std::shared_ptr<std::vector<Field>>>;
  Chunks chunks;

  // A chunk with room for both tuples of one change of the relation.
  [[nodiscard]] std::vector<Field>& room_for(const Relation& relation);
};

// The change that an insert, update or delete says. Its tuples point to `fields` and through them
// into the message; `Change::relation` is left to the caller.
// REQUIRES: the message is one of the three and names this relation. Throws MalformedMessage.
[[nodiscard]] Change decode_change(std::string_view message, const Relation& relation,
                                   TupleFields& fields);

}  // namespace deltamill
