// Calls SQLite's C interface; every failure becomes a SqliteError with what was being done.
#include "sinks/sqlite/database.h"

#include <sqlite3.h>

namespace deltamill {

namespace {

constexpr int busy_timeout_ms = 5'000;

[[noreturn]] void fail(sqlite3* database, int code, std::string_view sql) {
  std::string message = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  message += " (SQLite code " + std::to_string(code) + ")";
  if (!sql.empty()) message += " in: " + std::string(sql.substr(0, 200));
  throw SqliteError(message, code);
}

void check(sqlite3_stmt* statement, int code) {
  if (code != SQLITE_OK) fail(sqlite3_db_handle(statement), code, sqlite3_sql(statement));
}

// SQLite reads a null pointer as NULL, also with length 0.
const char* present(std::string_view bytes) {
  return bytes.data() == nullptr ? "" : bytes.data();
}

}  // namespace

bool SqliteError::retryable() const {
  const int primary = code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

bool SqliteError::disk_full() const {
  return (code & 0xff) == SQLITE_FULL;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(int parameter, std::int64_t integer) {
  check(handle(), sqlite3_bind_int64(handle(), parameter, integer));
  return *this;
}

Statement& Statement::bind(int parameter, double real) {
  check(handle(), sqlite3_bind_double(handle(), parameter, real));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  check(handle(), sqlite3_bind_text64(handle(), parameter, present(text), text.size(),
                                      SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  check(handle(),
        sqlite3_bind_blob64(handle(), parameter, present(bytes), bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  check(handle(), sqlite3_bind_null(handle(), parameter));
  return *this;
}

bool Statement::step() {
  // After an error the statement must be reset before it can be used again or its transaction
  // rolled back. The message is taken first, since resetting may replace it.
  const int code = sqlite3_step(handle());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* const database = sqlite3_db_handle(handle());
  const std::string message = sqlite3_errmsg(database);
  sqlite3_reset(handle());
  throw SqliteError(message + " (SQLite code " + std::to_string(code) +
                        ") in: " + std::string(sqlite3_sql(handle())).substr(0, 200),
                    code);
}

void Statement::run() {
  while (step()) {
    // Rows of a statement that is run for its effect are of no interest.
  }
  sqlite3_reset(handle());
}

void Statement::reset() {
  sqlite3_reset(handle());
  sqlite3_clear_bindings(handle());
}

int Statement::column_count() const {
  return sqlite3_column_count(handle());
}

bool Statement::is_null(int column) const {
  return column_type(column) == SQLITE_NULL;
}

int Statement::column_type(int column) const {
  return sqlite3_column_type(handle(), column);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(handle(), column);
}

std::string_view Statement::text(int column) const {
  const unsigned char* const text = sqlite3_column_text(handle(), column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

std::string_view Statement::blob(int column) const {
  const void* const bytes = sqlite3_column_blob(handle(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(handle(), column))};
}

void Database::Close::operator()(sqlite3* database) const {
  // v2: statements that outlive the connection close it when they go.
  sqlite3_close_v2(database);
}

int Database::note_wal_size(void* target, sqlite3* database, const char* /*name*/, int pages) {
  Wal& wal = *static_cast<Wal*>(target);
  // Called by SQLite after each commit, within the commit: no statement of the connection may write
  // here, and an error would look like one of the commit.
  wal.pages = static_cast<std::uint64_t>(pages);
  if (wal.page_bytes != 0) return SQLITE_OK;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database, "PRAGMA page_size", -1, &prepared, nullptr);
  Statement statement(prepared);
  if (code == SQLITE_OK && sqlite3_step(prepared) == SQLITE_ROW)
    wal.page_bytes = static_cast<std::uint64_t>(sqlite3_column_int64(prepared, 0));
  return SQLITE_OK;
}

Database::Database(const std::string& path, Mode mode) : wal_(std::make_unique<Wal>()) {
  const int access =
      mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, access | SQLITE_OPEN_NOMUTEX, nullptr);
  // SQLite hands out a connection also where opening failed; it has the message.
  database_.reset(opened);
  if (code != SQLITE_OK) fail(opened, code, "open " + path);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, busy_timeout_ms);
  // Said explicitly: builds of SQLite differ in their defaults.
  execute(
      "PRAGMA trusted_schema = off; PRAGMA secure_delete = off; PRAGMA foreign_keys = off;"
      "PRAGMA temp_store = file; PRAGMA mmap_size = 0");
  // Replaces automatic checkpoints, which would stop a commit now and then: the owner of the store
  // says when.
  sqlite3_wal_hook(opened, note_wal_size, wal_.get());
}

void Database::execute(const std::string& sql) {
  char* message = nullptr;
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, &message);
  sqlite3_free(message);
  if (code != SQLITE_OK) fail(handle(), code, sql);
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(handle(), code, sql);
  return Statement(statement);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle());
}

void Database::transact(const std::function<void()>& work) {
  execute("BEGIN IMMEDIATE");
  try {
    work();
    execute("COMMIT");
  } catch (...) {
    rollback();
    throw;
  }
}

void Database::rollback() noexcept {
  // Fails only where SQLite has rolled back by itself already.
  if (sqlite3_get_autocommit(handle()) == 0)
    sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::checkpoint() {
  int pages = 0;
  int moved = 0;
  const int code =
      sqlite3_wal_checkpoint_v2(handle(), "main", SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) fail(handle(), code, "checkpoint");
  // The next commit starts the log anew once all of it has moved; its hook tells the size.
  if (code == SQLITE_OK && pages == moved) wal_->pages = 0;
}

}  // namespace deltamill
