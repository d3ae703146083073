// Keeps a pool of guarded read-only connections, each serving one snapshot at a time: reader.h.
#include "sinks/sqlite/reader.h"

#include <sqlite3.h>

#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "sinks/sqlite/file_identity.h"
#include "sinks/sqlite/store_order.h"
#include "sinks/sqlite/stored_frontier.h"
#include "sinks/sqlite/table_sql.h"

namespace deltamill {

namespace {

constexpr std::size_t statements_max = 128;  // cached per connection
constexpr int steps_between_checks = 1'000;  // of the deadline, in SQLite's virtual machine

// Reading, and nothing else: what a hole in a query builder could ask for is refused here once
// more.
int authorize(void* /*context*/, int action, const char* /*first*/, const char* second,
              const char* /*database*/, const char* /*trigger*/) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION: return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && std::string_view(second) != "load_extension" ? SQLITE_OK
                                                                               : SQLITE_DENY;
    default: return SQLITE_DENY;
  }
}

int past_deadline(void* deadline) {
  const auto limit = *static_cast<const std::chrono::steady_clock::time_point*>(deadline);
  return std::chrono::steady_clock::now() > limit ? 1 : 0;
}

}  // namespace

struct StoreReader::Snapshot::Connection {
  // A view's current generation.
  struct View {
    std::string table;
    std::int64_t generation = 0;
    std::int64_t previous_generation = 0;
    Frontier frontier;
    std::string epoch;
    Frontier changed_at;
    std::uint64_t row_count = 0;
    std::uint64_t error_rows = 0;
  };

  explicit Connection(const std::string& path);
  void begin(std::chrono::steady_clock::time_point until);
  void end() noexcept;
  [[nodiscard]] Statement& prepare(const std::string& sql);
  [[nodiscard]] const View& view(const std::string& name);

  std::chrono::steady_clock::time_point deadline;  // SQLite's progress handler looks at it
  FileIdentity file;                               // of the database
  Database database;
  std::unordered_map<std::string, Statement> statements;
  Frontier frontier;
  std::string epoch;
  std::unordered_map<std::string, View> views;  // of this snapshot, as they were asked for
};

StoreReader::Snapshot::Connection::Connection(const std::string& path)
    : file(identity_of(path)), database(path, Database::Mode::read_only) {
  // Several walls behind each other, since requests decide what is read: no writing, no attaching,
  // no schema that runs code, a deadline for runaway statements, and at last the authorizer.
  database.execute("PRAGMA query_only = on; PRAGMA cache_size = -8192");
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(database.handle(), SQLITE_LIMIT_ATTACHED, 0);
  offer_store_order(database);
  sqlite3_progress_handler(database.handle(), steps_between_checks, past_deadline, &deadline);
  sqlite3_set_authorizer(database.handle(), authorize, nullptr);
}

void StoreReader::Snapshot::Connection::begin(std::chrono::steady_clock::time_point until) {
  deadline = until;
  views.clear();
  // At the begin of a snapshot, when nobody holds a reference to one.
  if (statements.size() > statements_max) statements.clear();
  prepare("BEGIN").run();
  // The first read fixes what the whole snapshot sees: BEGIN alone is deferred, and a commit could
  // come between it and the first query.
  Statement& store = prepare("SELECT frontier, tick, epoch FROM deltamill_store");
  if (store.step()) {
    frontier = frontier_in(store, 0);
    epoch = store.text(2);
  }
  store.reset();
}

void StoreReader::Snapshot::Connection::end() noexcept {
  for (auto& [sql, statement] : statements) statement.reset();
  database.rollback();
}

Statement& StoreReader::Snapshot::Connection::prepare(const std::string& sql) {
  const auto known = statements.find(sql);
  if (known != statements.end()) {
    known->second.reset();
    return known->second;
  }
  return statements.emplace(sql, database.prepare(sql)).first->second;
}

const StoreReader::Snapshot::Connection::View& StoreReader::Snapshot::Connection::view(
    const std::string& name) {
  const auto [found, is_new] = views.try_emplace(name);
  // Read once per view and snapshot: it cannot change within.
  if (!is_new) return found->second;
  View& view = found->second;
  view.frontier = frontier;
  view.epoch = epoch;
  Statement& row = prepare(
      // A generation that follows is as of the snapshot's frontier, a frozen one as of its own.
      "SELECT table_name, number, coalesce(frozen, ?2), coalesce(frozen_tick, ?3), epoch, changed, "
      "changed_tick, row_count, error_rows, "
      "(SELECT coalesce(max(p.number), 0) FROM deltamill_generations AS p "
      "WHERE p.view = ?1 AND p.state = 'previous') "
      "FROM deltamill_generations WHERE view = ?1 AND state = 'current'");
  bind_frontier(row.bind(1, std::string_view(name)), 2, frontier);
  if (row.step()) {
    view.table = quote_name(row.text(0));
    view.generation = row.integer(1);
    view.frontier = frontier_in(row, 2);
    view.epoch = row.text(4);
    view.changed_at = frontier_in(row, 5);
    view.row_count = static_cast<std::uint64_t>(row.integer(7));
    view.error_rows = static_cast<std::uint64_t>(row.integer(8));
    view.previous_generation = row.integer(9);
  }
  row.reset();
  return view;
}

struct StoreReader::Pool {
  using Connection = Snapshot::Connection;

  Pool(std::string store_path, std::size_t maximum)
      : path(std::move(store_path)), connections_max(maximum) {}

  // Waits for a free connection, or opens one more.
  [[nodiscard]] std::unique_ptr<Connection> take(std::chrono::steady_clock::time_point deadline);
  void give_back(std::unique_ptr<Connection> connection);

  const std::string path;
  const std::size_t connections_max;
  std::mutex mutex;
  std::condition_variable returned;
  std::vector<std::unique_ptr<Connection>> idle;  // guarded by mutex, as the next
  std::size_t taken = 0;
};

std::unique_ptr<StoreReader::Pool::Connection> StoreReader::Pool::take(
    std::chrono::steady_clock::time_point deadline) {
  {
    std::unique_lock lock(mutex);
    if (!returned.wait_until(lock, deadline, [this] { return taken < connections_max; }))
      throw QueryTimeout("all " + std::to_string(connections_max) +
                         " connections to views.db are in use");
    // Taken while the lock is held, opened without it: to open a connection reads the schema, and
    // others should not wait for that.
    ++taken;
    // A connection to a store that another one stands in for shows rows that nobody maintains.
    const FileIdentity file = identity_of(path);
    std::erase_if(idle, [&](const auto& connection) { return connection->file != file; });
    if (!idle.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle.back());
      idle.pop_back();
      return connection;
    }
  }
  try {
    return std::make_unique<Connection>(path);
  } catch (...) {
    give_back(nullptr);
    throw;
  }
}

void StoreReader::Pool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex);
    --taken;
    if (connection != nullptr) idle.push_back(std::move(connection));
  }
  returned.notify_one();
}

StoreReader::StoreReader(std::string path, std::size_t connections_max)
    : pool_(std::make_unique<Pool>(std::move(path), connections_max)) {}

StoreReader::~StoreReader() = default;

StoreReader::Snapshot StoreReader::open(std::chrono::steady_clock::time_point deadline) {
  Snapshot snapshot(*this, pool_->take(deadline));
  snapshot.connection_->begin(deadline);
  return snapshot;
}

StoreReader::Snapshot::Snapshot(StoreReader& reader, std::unique_ptr<Connection> connection)
    : reader_(&reader), connection_(std::move(connection)) {}

StoreReader::Snapshot::Snapshot(Snapshot&&) noexcept = default;

StoreReader::Snapshot::~Snapshot() {
  if (connection_ == nullptr) return;
  connection_->end();
  reader_->pool_->give_back(std::move(connection_));
}

Frontier StoreReader::Snapshot::frontier() const {
  return connection_->frontier;
}

const std::string& StoreReader::Snapshot::epoch() const {
  return connection_->epoch;
}

Frontier StoreReader::Snapshot::view_frontier(const std::string& view) const {
  return connection_->view(view).frontier;
}

std::string StoreReader::Snapshot::view_epoch(const std::string& view) const {
  return connection_->view(view).epoch;
}

std::string StoreReader::Snapshot::table(const std::string& view) const {
  return connection_->view(view).table;
}

std::int64_t StoreReader::Snapshot::generation(const std::string& view) const {
  return connection_->view(view).generation;
}

std::int64_t StoreReader::Snapshot::previous_generation(const std::string& view) const {
  return connection_->view(view).previous_generation;
}

Frontier StoreReader::Snapshot::changed_at(const std::string& view) const {
  return connection_->view(view).changed_at;
}

std::uint64_t StoreReader::Snapshot::row_count(const std::string& view) const {
  return connection_->view(view).row_count;
}

std::uint64_t StoreReader::Snapshot::error_rows(const std::string& view) const {
  return connection_->view(view).error_rows;
}

Statement& StoreReader::Snapshot::prepare(const std::string& sql) {
  return connection_->prepare(sql);
}

void StoreReader::Snapshot::extend(std::chrono::steady_clock::time_point deadline) {
  connection_->deadline = deadline;
}

}  // namespace deltamill
