// What the source is asked to do, and whom it tells of what: words of source.h and of the stages
// behind it.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "views/data/lsn.h"
#include "views/data/schema.h"

namespace deltamill {

struct SourceOptions {
  std::string url;
  std::string slot;
  std::string publication;
  // Create and alter slot and publication; false: StatementsNeeded says what is missing.
  bool manage = true;
  std::size_t snapshot_workers = 2;
  std::chrono::milliseconds heartbeat{0};
  std::chrono::milliseconds watch_interval{10'000};
};

struct SourceProgress {
  std::string table;  // schema.name, of the latest chunk
  std::uint64_t table_rows = 0;
  std::uint64_t table_rows_estimated = 0;
  std::uint64_t rows = 0;  // of all tables being read
  std::uint64_t rows_estimated = 0;
  std::uint32_t tables_complete = 0;
  std::uint32_t tables = 0;
};

// A table that another one inherits from.
struct InheritedTable {
  Oid table = 0;
  std::string child;  // schema.name of one of them
};

struct SourceHandlers {
  // The thread has ended by itself: a gap (SourceFailed with Remedy::rebuild), or what retrying
  // cannot cure. Called on the source thread, last of all; it must not call stop().
  std::function<void(std::exception_ptr)> on_end;
  // Something failed and will be tried again, or is being waited for. For trace events; on any
  // thread.
  std::function<void(const std::string&)> on_trouble;
  // The change log is being read, again after trouble: `connection` counts from 1. On the source
  // thread.
  std::function<void(std::uint64_t connection)> on_connected;
  // Tables are being read. Calls come one at a time, on any thread.
  std::function<void(const SourceProgress&)> on_progress;
  // Other tables inherit from tables that views read without ONLY: their rows would belong to the
  // views, and no change says so. Told again and again for as long as it is so. On a thread of the
  // source's own.
  std::function<void(const std::vector<InheritedTable>&)> on_inherited;
  // At `moment` (microseconds since 2000-01-01 UTC, our clock) everything committed lay below
  // `position`. Each second while the server answers; on any thread.
  std::function<void(Lsn position, std::int64_t moment)> on_position;
  // The same, of a connection that begins to read the change log. On the source thread.
  std::function<void(Lsn position, std::int64_t moment)> on_connecting;
};

struct PrepareRequest {
  // All that views read; shared with the catalog they come from.
  std::vector<std::shared_ptr<const Table>> tables;
  std::set<Oid> read_without_only;  // those of them that no other table may inherit from
  bool new_history = false;  // after a gap: a new slot, a new journal epoch, all tables read again
};

struct Prepared {
  bool new_history = false;
  std::vector<Oid> read_tables;  // whose base chunks are new
};

}  // namespace deltamill
