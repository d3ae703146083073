// A large backlog, read in bulk: COPY of pg_logical_slot_peek_binary_changes is several times
// faster than the stream, which costs a system call per message and reads each of them alone.
// Each call decodes anew from the slot's restart position, spools its answer on the server and
// leaks into its session: hence few, bounded calls, one fresh session each; the slot must be free,
// so it happens before streaming. Internal to service/source.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "service/source/block_appender.h"
#include "service/source/session_settings.h"
#include "service/source/wakeup.h"

namespace deltamill {

// From this much WAL on, one call pays.
constexpr std::uint64_t bulk_backlog_bytes_min = std::uint64_t{32} << 20;
// The first call is small, so that the engine has something to do while the server decodes the
// next; all are bounded, since the server spools the whole answer.
constexpr std::uint64_t bulk_first_bytes_max = std::uint64_t{64} << 20;
constexpr std::uint64_t bulk_bytes_max = std::uint64_t{256} << 20;
// A call that brought fewer changes was the last one that paid.
constexpr std::uint64_t bulk_changes_min = 100'000;

struct BulkRequest {
  std::string slot;
  std::string publication;
  Frontier frontier;                                   // the journal's durable end
  Lsn flushed;                                         // the server's, read before the call
  std::uint64_t wal_bytes_max = bulk_first_bytes_max;  // what one call reads
};

// Hands the journal whole transactions from the frontier on, bounded per call in changes and WAL.
// Confirms nothing. Returns the number of changes taken. Throws SourceFailed (rebuild: the slot was
// moved beyond the frontier; found before anything is journaled), MalformedMessage, JournalFailed.
std::uint64_t catch_up_in_bulk(const SessionSettings& settings, const BulkRequest& request,
                               Journal& journal, Clock& clock, StreamProgress& progress,
                               Wakeup& wakeup, const std::stop_token& stop);

}  // namespace deltamill
