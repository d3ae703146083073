// SQLite behind RAII: a connection and prepared statements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace deltamill {

// A failed call of SQLite.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(const std::string& message, int extended_code)
      : std::runtime_error(message), code(extended_code) {}
  [[nodiscard]] bool retryable() const;  // SQLITE_BUSY, SQLITE_LOCKED
  // SQLITE_FULL: nothing was written, and the transaction can be begun again when there is room.
  [[nodiscard]] bool disk_full() const;
  int code;  // the extended result code
};

// A prepared statement. Text and blobs are bound without copying: they must live until step() or
// reset().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(int parameter, std::int64_t integer);
  Statement& bind(int parameter, double real);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  Statement& bind_null(int parameter);
  // True = a row is there.
  bool step();
  // Runs to the end and resets; for statements without rows.
  void run();
  void reset();

  [[nodiscard]] int column_count() const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int column_type(int column) const;  // SQLITE_INTEGER, ...
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // valid until the next step
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] sqlite3_stmt* handle() const { return statement_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  enum class Mode : std::uint8_t { read_write_create, read_only };

  Database(const std::string& path, Mode mode);
  void execute(const std::string& sql);  // one or more statements, without parameters
  [[nodiscard]] Statement prepare(std::string_view sql);
  [[nodiscard]] std::int64_t changes() const;
  // Runs `work` as one transaction: all of its effects are committed, or none when it throws.
  // REQUIRES: no open transaction. Takes the write lock at once, so that no statement of `work`
  // waits for another writer.
  void transact(const std::function<void()>& work);
  // Ends an open transaction, if there is one, without its effects. Never throws.
  void rollback() noexcept;
  // Bytes of the write-ahead log as of this connection's last commit or checkpoint.
  [[nodiscard]] std::uint64_t wal_bytes() const { return wal_->pages * wal_->page_bytes; }
  // Moves what is committed from the write-ahead log into the database, as far as readers allow;
  // waits for nobody.
  void checkpoint();
  [[nodiscard]] sqlite3* handle() const { return database_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Wal {
    std::uint64_t pages = 0;
    std::uint64_t page_bytes = 0;
  };
  static int note_wal_size(void* target, sqlite3* database, const char* name, int pages);

  std::unique_ptr<Wal> wal_;  // written by SQLite's hook, hence at a fixed address
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace deltamill
