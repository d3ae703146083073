// Statements and commits of journal.db (migrations/journal has its tables). WAL with synchronous =
// FULL: a commit that returned is on disk, which is what entitles us to confirm it to PostgreSQL.
#include "service/journal/journal_store.h"

#include <filesystem>

#include "service/random_epoch.h"
#include "sinks/sqlite/migrate.h"
#include "sinks/sqlite/stored_frontier.h"

namespace deltamill {

namespace {

// The log that SQLite appends commits to. A checkpoint costs two fsyncs and writes pages once more;
// every reader scans the log's index. In between lies this.
constexpr std::uint64_t wal_bytes_max = std::uint64_t{16} << 20;
// Rows whose checksum is read at opening: what a crash could have torn is at the end.
constexpr int verified_rows = 16;

std::uint64_t unsigned_of(std::int64_t integer) {
  return static_cast<std::uint64_t>(integer);
}

// 8 KB pages: a small commit writes few bytes, a run of 256 KB few pages. The page size only counts
// when the file is made; an older file keeps its own.
Database open_store(const std::string& path) {
  Database database(path, Database::Mode::read_write_create);
  database.execute(
      "PRAGMA page_size = 8192; PRAGMA journal_mode = wal; PRAGMA synchronous = full;"
      "PRAGMA cache_size = -16384");
  migrate(database, journal_migrations(), "journal.db");
  return database;
}

}  // namespace

std::uint64_t checksum_seed(Frontier from, Frontier to) {
  // Odd factors, so that neither part hides behind another; what was stored without ticks keeps its
  // checksum.
  const std::uint64_t ticks = from.tick() * 0xbf58476d1ce4e5b9U ^ to.tick() * 0x94d049bb133111ebU;
  return from.end().value * 0x9e3779b97f4a7c15U ^ to.end().value ^ ticks;
}

std::uint64_t checksum_seed(Oid table, std::uint32_t chunk) {
  return std::uint64_t{table} << 32 | chunk;
}

// A connection of its own: in WAL mode it never waits for the journal thread's commit, and sees
// what was committed when its statement began.
StoredRuns::StoredRuns(const std::string& path)
    : database_(path, Database::Mode::read_only),
      last_at_or_before_(database_.prepare("SELECT sequence FROM transactions WHERE complete = 1 "
                                           "AND (to_lsn, to_tick) <= (?1, ?2) "
                                           "ORDER BY to_lsn DESC, to_tick DESC LIMIT 1")),
      first_after_(database_.prepare(
          "SELECT sequence, from_lsn, tick, to_lsn, to_tick, complete, transaction_count, "
          "change_count, oldest_commit_time, raw_bytes, checksum, payload FROM transactions "
          "WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence LIMIT 1")) {}

// Frontiers compare as rows of (LSN, tick), which SQLite does in the order of transactions_by_end:
// one descent of the index. Pieces are not in it; they have no end of their own.
std::int64_t StoredRuns::last_at_or_before(Frontier frontier) {
  bind_frontier(last_at_or_before_, 1, frontier);
  const std::int64_t sequence = last_at_or_before_.step() ? last_at_or_before_.integer(0) : 0;
  last_at_or_before_.reset();
  return sequence;
}

std::optional<StoredRuns::Run> StoredRuns::first_after(std::int64_t sequence,
                                                       std::int64_t sequence_max) {
  // The bound is what the journal thread had published when the reader asked. Rows beyond are on
  // disk but may be pieces whose transaction never gets complete.
  first_after_.bind(1, sequence).bind(2, sequence_max);
  std::optional<Run> run;
  if (first_after_.step()) {
    run.emplace();
    run->sequence = first_after_.integer(0);
    Block& block = run->block;
    block.from = frontier_in(first_after_, 1);
    block.to = frontier_in(first_after_, 3);
    block.complete = first_after_.integer(5) != 0;
    block.transaction_count = static_cast<std::uint32_t>(first_after_.integer(6));
    block.change_count = unsigned_of(first_after_.integer(7));
    block.oldest_commit_time = first_after_.integer(8);
    block.payload = restore_payload(first_after_.blob(11), unsigned_of(first_after_.integer(9)),
                                    first_after_.integer(10), checksum_seed(block.from, block.to));
  }
  // A statement that stays open holds its snapshot, and with it the write-ahead log, which could
  // not be emptied then.
  first_after_.reset();
  return run;
}

JournalStore::JournalStore(std::string path)
    : path_(std::move(path)),
      database_(open_store(path_)),
      insert_run_(database_.prepare(
          "INSERT INTO transactions (sequence, from_lsn, tick, to_lsn, to_tick, complete, "
          "transaction_count, change_count, oldest_commit_time, raw_bytes, checksum, payload) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")),
      move_frontier_(database_.prepare("UPDATE meta SET frontier = ?1, frontier_tick = ?2")),
      insert_chunk_(database_.prepare(
          "INSERT INTO base_chunks (table_oid, number, frontier, frontier_tick, row_count, "
          "raw_bytes, checksum, payload) "
          "SELECT oid, ?2, base, base_tick, ?3, ?4, ?5, ?6 FROM tables WHERE oid = ?1")) {
  // A crash between creating the file and this commit leaves tables without a row in `meta`: the
  // same as no journal.
  Statement meta = database_.prepare("SELECT 1 FROM meta");
  const bool fresh = !meta.step();
  meta.reset();
  if (fresh) database_.transact([this]() DM_REQUIRES(mutex_) { begin_history(Frontier()); });
  // Pieces behind the last complete run belong to a transaction that was being received when we
  // stopped. It was not confirmed, so PostgreSQL sends all of it again: kept, its pieces would
  // stand there twice. They go before the tail is verified, since nobody needs them whole.
  last_written_ = last_sequence();
  erase_above(last_written_);
  verify_tail();
}

// Sinks store the epoch beside their frontier. Positions of two histories do not compare, so a sink
// that finds another epoch is reloaded rather than continued.
void JournalStore::begin_history(Frontier start) {
  Statement insert = database_.prepare(
      "INSERT OR REPLACE INTO meta (id, epoch, oldest, oldest_tick, frontier, frontier_tick) "
      "VALUES (1, ?1, ?2, ?3, ?2, ?3)");
  const std::string epoch = random_epoch();
  bind_frontier(insert.bind(1, std::string_view(epoch)), 2, start).run();
}

// A torn write can only have hit what was written last: everything older was read back by an
// earlier opening, or is checked by whoever reads it. A run above the frontier or one that ends
// before it begins was written by nobody, whatever its checksum.
void JournalStore::verify_tail() {
  Statement last = database_.prepare(
      "SELECT t.from_lsn, t.tick, t.to_lsn, t.to_tick, m.frontier, m.frontier_tick, t.checksum, "
      "t.payload FROM transactions AS t CROSS JOIN meta AS m ORDER BY t.sequence DESC LIMIT ?1");
  last.bind(1, std::int64_t{verified_rows});
  while (last.step()) {
    const Frontier from = frontier_in(last, 0);
    const Frontier to = frontier_in(last, 2);
    if (payload_checksum(last.blob(7), checksum_seed(from, to)) != last.integer(6) || from > to ||
        to > frontier_in(last, 4))
      throw JournalFailed("journal.db is damaged: the transactions from " + to_string(from) +
                          " to " + to_string(to) + " are not what was written");
  }
}

std::optional<SourceIdentity> JournalStore::identity() {
  const MutexLock lock(mutex_);
  Statement meta = database_.prepare("SELECT system_id, timeline, database_oid, slot FROM meta");
  if (!meta.step() || meta.is_null(0)) return std::nullopt;
  SourceIdentity identity;
  identity.system_id = meta.text(0);
  identity.timeline = static_cast<std::uint32_t>(meta.integer(1));
  identity.database = static_cast<Oid>(meta.integer(2));
  identity.slot = meta.text(3);
  return identity;
}

std::string JournalStore::epoch() {
  const MutexLock lock(mutex_);
  Statement meta = database_.prepare("SELECT epoch FROM meta");
  return meta.step() ? std::string(meta.text(0)) : std::string();
}

Frontier JournalStore::frontier() {
  const MutexLock lock(mutex_);
  Statement meta = database_.prepare("SELECT frontier, frontier_tick FROM meta");
  return meta.step() ? frontier_in(meta, 0) : Frontier();
}

// Below its base a table has no rows here: what is older than the latest base cannot be reproduced
// for all tables.
Frontier JournalStore::oldest() {
  const MutexLock lock(mutex_);
  Statement latest = database_.prepare(
      "SELECT oldest, oldest_tick FROM meta "
      "UNION ALL SELECT base, base_tick FROM tables WHERE complete = 1 "
      "ORDER BY 1 DESC, 2 DESC LIMIT 1");
  return latest.step() ? frontier_in(latest, 0) : Frontier();
}

std::int64_t JournalStore::last_sequence() {
  const MutexLock lock(mutex_);
  Statement last = database_.prepare(
      "SELECT sequence FROM transactions WHERE complete = 1 ORDER BY sequence DESC LIMIT 1");
  return last.step() ? last.integer(0) : 0;
}

std::int64_t JournalStore::oldest_commit_time() {
  const MutexLock lock(mutex_);
  Statement first = database_.prepare(
      "SELECT oldest_commit_time FROM transactions WHERE oldest_commit_time <> 0 ORDER BY sequence "
      "LIMIT 1");
  return first.step() ? first.integer(0) : 0;
}

void JournalStore::reset(const SourceIdentity& identity, Frontier start) {
  const MutexLock lock(mutex_);
  database_.transact([&]() DM_REQUIRES(mutex_) {
    // One commit with the new identity: no crash leaves rows of one source under the name of
    // another.
    database_.execute("DELETE FROM transactions; DELETE FROM base_chunks; DELETE FROM tables");
    begin_history(start);
    Statement update = database_.prepare(
        "UPDATE meta SET system_id = ?1, timeline = ?2, database_oid = ?3, slot = ?4");
    update.bind(1, std::string_view(identity.system_id)).bind(2, std::int64_t{identity.timeline});
    update.bind(3, std::int64_t{identity.database}).bind(4, std::string_view(identity.slot)).run();
  });
  last_written_ = 0;
}

// Runs and frontier in one commit: no crash leaves a frontier beyond what is stored, nor complete
// runs beyond the frontier. Sequences go up by one, so that readers can step from run to run.
std::int64_t JournalStore::append(std::span<const StoredRun> runs, Frontier frontier) {
  const MutexLock lock(mutex_);
  std::int64_t sequence = last_written_;
  database_.transact([&]() DM_REQUIRES(mutex_) {
    for (const StoredRun& run : runs) {
      bind_frontier(insert_run_.bind(1, ++sequence), 2, run.from);
      bind_frontier(insert_run_, 4, run.to).bind(6, std::int64_t{run.complete ? 1 : 0});
      insert_run_.bind(7, std::int64_t{run.transaction_count});
      insert_run_.bind(8, static_cast<std::int64_t>(run.change_count));
      insert_run_.bind(9, run.oldest_commit_time);
      insert_run_.bind(10, static_cast<std::int64_t>(run.payload.raw_bytes));
      insert_run_.bind(11, run.payload.checksum).bind_blob(12, run.payload.bytes).run();
    }
    bind_frontier(move_frontier_, 1, frontier).run();
  });
  insert_run_.reset();
  // Not earlier: a commit that failed gives its sequences back.
  last_written_ = sequence;
  return sequence;
}

// Safe for readers: the sequence they may go to is below, since it only moves with a complete run.
void JournalStore::erase_above(std::int64_t sequence) {
  const MutexLock lock(mutex_);
  database_.transact([&]() DM_REQUIRES(mutex_) {
    database_.prepare("DELETE FROM transactions WHERE sequence > ?1").bind(1, sequence).run();
  });
  last_written_ = sequence;
}

// The table is incomplete from here on: a crash before complete_table() has it read again, and its
// half-read chunks are dropped by the next begin_table().
void JournalStore::begin_table(const JournalTable& table) {
  const MutexLock lock(mutex_);
  const std::int64_t oid{table.oid};
  database_.transact([&]() DM_REQUIRES(mutex_) {
    database_.prepare("DELETE FROM base_chunks WHERE table_oid = ?1").bind(1, oid).run();
    Statement insert = database_.prepare(
        "INSERT OR REPLACE INTO tables (oid, schema, name, base, base_tick) "
        "VALUES (?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, oid).bind(2, std::string_view(table.schema));
    bind_frontier(insert.bind(3, std::string_view(table.name)), 4, table.base).run();
  });
}

// A commit of its own, as snapshot workers give chunks of 2 MB: a crash loses the table's base
// anyway (begin_table), so chunks need not be durable together. The chunk takes the base of its
// table, not one of its own.
void JournalStore::append_base_chunk(const BaseChunk& chunk, const StoredPayload& payload) {
  const MutexLock lock(mutex_);
  database_.transact([&]() DM_REQUIRES(mutex_) {
    insert_chunk_.bind(1, std::int64_t{chunk.table}).bind(2, std::int64_t{chunk.number});
    insert_chunk_.bind(3, static_cast<std::int64_t>(chunk.row_count));
    insert_chunk_.bind(4, static_cast<std::int64_t>(payload.raw_bytes));
    insert_chunk_.bind(5, payload.checksum).bind_blob(6, payload.bytes).run();
    // No row was inserted: the SELECT found no such table.
    if (database_.changes() != 1)
      throw JournalFailed("a base chunk arrived for a table that was not begun");
  });
  insert_chunk_.reset();
}

// Counted from what is stored. Replay relies on the row count for the order of loading, and on the
// flag for everything.
void JournalStore::complete_table(Oid table) {
  const MutexLock lock(mutex_);
  database_.transact([&]() DM_REQUIRES(mutex_) {
    database_
        .prepare(
            "UPDATE tables SET complete = 1, (row_count, chunk_count) = (SELECT "
            "coalesce(sum(row_count), 0), count(*) FROM base_chunks WHERE table_oid = ?1) "
            "WHERE oid = ?1")
        .bind(1, std::int64_t{table})
        .run();
    if (database_.changes() != 1) throw JournalFailed("a table was completed that was not begun");
  });
}

std::vector<JournalTable> JournalStore::tables() {
  const MutexLock lock(mutex_);
  Statement rows = database_.prepare(
      "SELECT oid, schema, name, base, base_tick, complete, row_count, chunk_count FROM tables "
      "ORDER BY oid");
  std::vector<JournalTable> tables;
  while (rows.step()) {
    JournalTable& table = tables.emplace_back();
    table.oid = static_cast<Oid>(rows.integer(0));
    table.schema = rows.text(1);
    table.name = rows.text(2);
    table.base = frontier_in(rows, 3);
    table.complete = rows.integer(5) != 0;
    table.row_count = unsigned_of(rows.integer(6));
    table.chunk_count = static_cast<std::uint32_t>(rows.integer(7));
  }
  return tables;
}

void JournalStore::read_base(Oid table, const std::function<void(const BaseChunk&)>& take) {
  // A connection of its own: writing goes on while a base is read, and the lock is not held.
  Database database(path_, Database::Mode::read_only);
  Statement next = database.prepare(
      "SELECT number, row_count, raw_bytes, checksum, payload FROM base_chunks "
      "WHERE table_oid = ?1 AND number > ?2 ORDER BY number LIMIT 1");
  std::int64_t last = -1;
  // One chunk a statement, by its number: the snapshot in between is let go, so a load of minutes
  // does not keep the write-ahead log from being emptied. begin_table() of the same table is
  // excluded by the caller: engines are stopped before tables are read anew.
  while (next.bind(1, std::int64_t{table}).bind(2, last).step()) {
    BaseChunk chunk;
    last = next.integer(0);
    chunk.table = table;
    chunk.number = static_cast<std::uint32_t>(last);
    chunk.row_count = unsigned_of(next.integer(1));
    chunk.payload = restore_payload(next.blob(4), unsigned_of(next.integer(2)), next.integer(3),
                                    checksum_seed(table, chunk.number));
    next.reset();
    take(chunk);
  }
}

// SQLite's own checkpoints are switched off (sinks/sqlite/database.cpp): they would come inside
// some commit, with the source waiting for its confirmation. A passive one moves what no reader
// needs any more and never waits.
void JournalStore::checkpoint_if_due() {
  const MutexLock lock(mutex_);
  if (database_.wal_bytes() > wal_bytes_max) database_.checkpoint();
}

std::uint64_t JournalStore::size_bytes() const {
  std::uint64_t bytes = 0;
  for (const char* ending : {"", "-wal"}) {
    std::error_code missing;
    // The log is gone after a clean close by the last connection.
    const std::uintmax_t size = std::filesystem::file_size(path_ + ending, missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

}  // namespace deltamill
