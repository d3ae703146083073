// Base chunks of the journal as batches of inserts, for whatever is built by replay.
#pragma once

#include <functional>

#include "service/journal/journal.h"
#include "views/data/transaction.h"

namespace deltamill {

// Calls `take` with batches of at most `changes_max` inserts each. The batches point into the chunk
// and are valid during the call only. Throws MalformedMessage: the chunk is not what a snapshot
// writes.
void decode_base_chunk(const BaseChunk& chunk, std::size_t changes_max,
                       const std::function<void(const Batch&)>& take);

}  // namespace deltamill
