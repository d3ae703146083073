// Copies tables into base chunks, by several sessions that share one snapshot. Tables are cut into
// ranges of blocks, so that one large table keeps all workers busy; a worker takes the next range
// and gives chunks to the journal as they fill up. A table is complete with its last range; rows of
// a base are a multiset, so the order in which its chunks arrive is of no meaning.
#include "service/source/snapshot_reader.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <thread>

#include "service/journal/payload.h"
#include "service/mutex.h"
#include "service/source/copy_text.h"
#include "service/source/pgoutput.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr std::size_t chunk_bytes = std::size_t{2} << 20;
constexpr std::uint64_t range_blocks = 16384;  // 128 MiB of table
constexpr std::uint64_t rows_between_stop_checks = 1024;

// A table as the stream announces it, found in the catalog under the lock. Base rows and streamed
// rows must be of one shape: hence the publication's row filter and column list, no generated
// columns (the stream leaves them out), and as key what the replica identity says; a deferrable
// primary key is none (POSTGRES P06). reltuples is -1 for a table that was never analyzed. Only
// heap tables are read by ranges of blocks: elsewhere a ctid need not be a block and a row.
constexpr const char* shapes_query = R"(
    SELECT c.oid, n.nspname, c.relname, c.relreplident, greatest(c.reltuples, 0)::bigint,
           CASE WHEN m.amname = 'heap'
                THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END,
           coalesce(p.rowfilter, ''), a.attname, a.atttypid, a.atttypmod,
           c.relreplident = 'f' OR coalesce(a.attnum = ANY (i.indkey::int2[]), false)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_am m ON m.oid = c.relam
    LEFT JOIN pg_publication_tables p
        ON p.pubname = %p AND p.schemaname = n.nspname AND p.tablename = c.relname
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND CASE c.relreplident
        WHEN 'd' THEN i.indisprimary AND i.indimmediate
        WHEN 'i' THEN i.indisreplident ELSE false END
    LEFT JOIN pg_attribute a
        ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND (p.attnames IS NULL OR a.attname = ANY (p.attnames))
    WHERE c.oid = ANY (%o::oid[])
    ORDER BY c.oid, a.attnum)";

struct TableRead {
  Relation relation;
  std::string relation_message;
  std::string columns;  // quoted, as COPY takes them
  std::string filter;   // the publication's, empty = none
  std::uint64_t estimated_rows = 0;
  std::uint64_t blocks = 0;
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint32_t> chunks{0};
  std::atomic<std::uint32_t> ranges_left{0};  // whoever finishes the last one completes the table
};

struct Range {
  TableRead* table = nullptr;
  std::uint64_t first_block = 0;
  bool last = true;  // reaches to the end of the table, however long it is by now

  // PostgreSQL reads a range of ctid by a TID Range Scan: blocks outside are not touched, so
  // cutting a table costs no second reading.
  [[nodiscard]] std::string condition() const {
    std::string text = table->filter;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " AND ") + part; };
    if (first_block > 0) add("ctid >= '(" + std::to_string(first_block) + ",0)'");
    if (!last) add("ctid < '(" + std::to_string(first_block + range_blocks) + ",0)'");
    return text;
  }
};

std::string replaced(std::string text, const std::string& mark, const std::string& value) {
  return text.replace(text.find(mark), mark.size(), value);
}

class SnapshotReader {
 public:
  SnapshotReader(const SnapshotRequest& request, Journal& journal,
                 const ReadProgressListener& progress, const std::stop_token& stop)
      : request_(request), journal_(journal), progress_(progress), stop_(stop) {}

  Frontier run(ExportedSnapshot& snapshot) {
    read_shapes(snapshot.locks());
    begin_tables(snapshot.frontier());
    std::deque<LibpqSession> sessions;
    // Each session holds a connection of the source for the whole copy: no more than there are
    // ranges to read.
    const std::size_t workers =
        std::clamp<std::size_t>(request_.workers, 1, std::max<std::size_t>(ranges_.size(), 1));
    for (std::size_t worker = 0; worker < workers; ++worker)
      sessions.push_back(snapshot.import_session());
    // Every session holds the snapshot itself from its import on. The slot that exported it would
    // only keep WAL, and the rows that vacuum wants, for as long as the copying lasts.
    snapshot.release_slot();
    {
      // Joined at the end of this block: sessions outlive their threads, and what the threads noted
      // is seen below.
      std::vector<std::jthread> threads;
      for (LibpqSession& session : sessions)
        threads.emplace_back([this, &session] { work(session); });
    }
    const MutexLock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return snapshot.frontier();
  }

 private:
  // In the session that holds the locks: ALTER TABLE needs ACCESS EXCLUSIVE and waits, so the
  // catalog read here is the one in force at the snapshot.
  void read_shapes(LibpqSession& session) {
    std::vector<std::string> oids;
    for (const auto& table : request_.tables) oids.push_back(std::to_string(table->oid));
    const std::string query = replaced(shapes_query, "%p", quoted_literal(request_.publication));
    const ResultPtr rows =
        session.run("read the catalog", replaced(query, "%o", quoted_array(oids)));
    for (int row = 0; row < PQntuples(rows.get()); ++row) read_shape(rows, row);
    for (const auto& table : request_.tables)
      // Dropped before the lock was taken. The next attempt reads the catalog anew and reports it
      // properly.
      if (!tables_.contains(table->oid))
        throw SourceFailed("read table " + quoted_table(table->schema, table->name),
                           "it was dropped meanwhile", Remedy::retry);
    for (auto& [oid, table] : tables_)
      table.relation_message = pgoutput::encode_relation(table.relation);
  }

  void read_shape(const ResultPtr& rows, int row) {
    const auto text = [&](int column) { return LibpqSession::text(rows, row, column); };
    TableRead& table = tables_[static_cast<Oid>(std::stoul(text(0)))];
    table.relation.oid = static_cast<Oid>(std::stoul(text(0)));
    table.relation.schema = text(1);
    table.relation.name = text(2);
    table.relation.identity = static_cast<ReplicaIdentity>(text(3).at(0));
    table.estimated_rows = std::stoull(text(4));
    table.blocks = std::stoull(text(5));
    table.filter = text(6);
    if (PQgetisnull(rows.get(), row, 7)) return;  // a table without columns
    // One result row per column, in the order of attribute numbers, which is the stream's order.
    RelationColumn column{text(7), static_cast<Oid>(std::stoul(text(8))), std::stoi(text(9)),
                          text(10) == "t"};
    table.columns += (table.columns.empty() ? "" : ", ") + quoted_identifier(column.name);
    table.relation.columns.push_back(std::move(column));
  }

  // Before the first chunk of any: the journal drops what an earlier, broken attempt left of these
  // tables and counts them as incomplete. A crash from here on has them read again.
  void begin_tables(Frontier base) {
    for (auto& [oid, table] : tables_) {
      journal_.begin_table(
          {.oid = oid, .schema = table.relation.schema, .name = table.relation.name, .base = base});
      rows_estimated_ += table.estimated_rows;
      std::uint64_t block = 0;
      for (; block + range_blocks < table.blocks; block += range_blocks)
        add_range({&table, block, false});
      // The last range has no upper end: blocks that were added after the size was read hold no
      // rows of this snapshot that others lack, but may hold some of its own.
      add_range({&table, block, true});
    }
  }

  void add_range(const Range& range) {
    ranges_.push_back(range);
    ++range.table->ranges_left;
  }

  // The edge of a worker's thread: the first failure stops all and is thrown by run().
  void work(LibpqSession& session) {
    try {
      for (std::size_t next = next_range_++; next < ranges_.size() && !failed_;
           next = next_range_++) {
        // A range is claimed by the increment above, so no two workers read one.
        read_range(session, ranges_[next]);
        finish_range(*ranges_[next].table);
      }
    } catch (...) {
      const MutexLock lock(mutex_);
      failed_ = true;
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void read_range(LibpqSession& session, const Range& range) {
    TableRead& table = *range.table;
    const std::string name = quoted_table(table.relation.schema, table.relation.name);
    const std::string doing = "read table " + name;
    // A query, not `COPY table`: that takes neither filter nor range. ONLY, since children of a
    // parent are tables of their own.
    const std::string condition = range.condition();
    session.run(doing, "COPY (SELECT " + table.columns + " FROM ONLY " + name +
                           (condition.empty() ? "" : " WHERE " + condition) + ") TO STDOUT");
    BaseChunk chunk = new_chunk(table);
    char* row = nullptr;
    int size = 0;
    // Blocks, and is not woken by a stop: rows come all the time, and each thousandth looks.
    while ((size = PQgetCopyData(session.handle(), &row, 0)) > 0) {
      append_copied_row({row, static_cast<std::size_t>(size)}, table.relation.oid,
                        table.relation.columns.size(), chunk.payload);
      PQfreemem(row);
      if (++chunk.row_count % rows_between_stop_checks == 0) check_stop(doing);
      // Bounded whatever the table's size: a worker holds one chunk.
      if (chunk.payload.size() >= chunk_bytes) {
        give(table, chunk);
        chunk = new_chunk(table);
      }
    }
    finish_copy(session, doing);
    if (chunk.row_count > 0) give(table, chunk);
  }

  static void finish_copy(LibpqSession& session, const std::string& doing) {
    for (ResultPtr result(PQgetResult(session.handle())); result;
         result.reset(PQgetResult(session.handle())))
      // An error of the server in the middle of the COPY only shows here, behind the rows sent so
      // far.
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) session.fail(doing, result.get());
  }

  void check_stop(const std::string& doing) const {
    if (stop_.stop_requested() || failed_)
      throw SourceFailed(doing, "it was asked to stop", Remedy::retry);
  }

  // Each chunk can be read alone: the relation's message stands before its rows.
  static BaseChunk new_chunk(const TableRead& table) {
    BaseChunk chunk;
    chunk.table = table.relation.oid;
    chunk.payload.reserve(chunk_bytes + chunk_bytes / 8);
    append_message(table.relation_message, chunk.payload);
    return chunk;
  }

  // The number is the chunk's name in the store: unique within the table, whoever gives it.
  // append_base_chunk() returns when it is durable.
  void give(TableRead& table, BaseChunk& chunk) {
    chunk.number = table.chunks++;
    journal_.append_base_chunk(chunk);
    table.rows += chunk.row_count;
    report(table, chunk.row_count);
  }

  void finish_range(TableRead& table) {
    // Whoever counts down to zero comes after every other worker has given its last chunk of this
    // table, so it is complete, on disk, and may say so.
    if (--table.ranges_left > 0) return;
    journal_.complete_table(table.relation.oid);
    ++tables_complete_;
    report(table, 0);
  }

  // Under the mutex, so that calls come one at a time and counts never go back.
  void report(const TableRead& table, std::uint64_t rows) {
    const MutexLock lock(mutex_);
    rows_ += rows;
    if (progress_)
      progress_({.table = table.relation.schema + "." + table.relation.name,
                 .table_rows = table.rows,
                 .table_rows_estimated = table.estimated_rows,
                 .rows = rows_,
                 .rows_estimated = rows_estimated_,
                 .tables_complete = tables_complete_,
                 .tables = static_cast<std::uint32_t>(tables_.size())});
  }

  const SnapshotRequest& request_;
  Journal& journal_;
  const ReadProgressListener& progress_;
  std::stop_token stop_;
  std::map<Oid, TableRead> tables_;
  std::vector<Range> ranges_;
  std::uint64_t rows_estimated_ = 0;
  std::atomic<std::size_t> next_range_{0};
  std::atomic<std::uint32_t> tables_complete_{0};
  std::atomic<bool> failed_{false};
  Mutex mutex_;
  std::uint64_t rows_ DM_GUARDED_BY(mutex_) = 0;
  std::exception_ptr failure_ DM_GUARDED_BY(mutex_);
};

}  // namespace

Frontier read_bases(const SessionSettings& settings, const SnapshotRequest& request,
                    Journal& journal, const ReadProgressListener& progress,
                    const WaitingListener& waiting, const std::stop_token& stop) {
  ExportedSnapshot snapshot(settings, request.slot, request.tables, waiting, stop);
  return SnapshotReader(request, journal, progress, stop).run(snapshot);
}

}  // namespace deltamill
