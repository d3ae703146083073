// Reads tables of the source into the journal's base chunks: parallel COPY under one exported
// snapshot, exactly the columns and rows that the stream sends. First start, added tables and
// tables that a crash left half-read are one and the same. Internal to service/source.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "service/journal/journal.h"
#include "service/source/exported_snapshot.h"
#include "service/source/source_options.h"

namespace deltamill {

using ReadProgressListener = std::function<void(const SourceProgress&)>;

struct SnapshotRequest {
  std::string slot;         // the temporary slot's name derives from it
  std::string publication;  // its row filters and column lists are applied
  TableList tables;         // REQUIRES: published already
  std::size_t workers = 2;
};

// Returns the frontier of the bases. Calls of `progress` come one at a time, from other threads.
// Throws SourceFailed, JournalFailed; what is not complete then stays incomplete in the journal.
// Ends early (SourceFailed, retry) on stop.
Frontier read_bases(const SessionSettings& settings, const SnapshotRequest& request,
                    Journal& journal, const ReadProgressListener& progress,
                    const WaitingListener& waiting, const std::stop_token& stop);

}  // namespace deltamill
