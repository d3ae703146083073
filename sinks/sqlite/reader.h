// Reading the view store while another thread writes it: one frontier per snapshot, guarded
// connections (read-only, query_only, defensive, authorizer, deadline).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sinks/sink.h"
#include "sinks/sqlite/database.h"

namespace deltamill {

// No connection to the store came free before the deadline.
class QueryTimeout : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class StoreReader {
 public:
  // Up to `connections_max` connections are opened as they are needed and kept.
  StoreReader(std::string path, std::size_t connections_max);
  ~StoreReader();

  // A read transaction. Everything read through it is of one frontier. Returned to the pool on
  // destruction.
  class Snapshot {
   public:
    Snapshot(Snapshot&&) noexcept;
    ~Snapshot();
    [[nodiscard]] Frontier frontier() const;
    [[nodiscard]] const std::string& epoch() const;
    // Frontier and epoch of the view's own rows: the snapshot's, unless the view's current
    // generation no longer follows (its definition changed, or it was built from another journal
    // and has not been rebuilt yet).
    [[nodiscard]] Frontier view_frontier(const std::string& view) const;
    [[nodiscard]] std::string view_epoch(const std::string& view) const;
    // Quoted name of the table of the view's current generation; empty = the view has none. Its
    // columns have the view's column names, stored as stored_value.h says; views without key have
    // also deltamill_count.
    [[nodiscard]] std::string table(const std::string& view) const;
    [[nodiscard]] std::int64_t generation(const std::string& view) const;
    // The generation kept for rollback, 0 = none.
    [[nodiscard]] std::int64_t previous_generation(const std::string& view) const;
    // Frontier of the last commit that changed a row of the view (for ETags).
    [[nodiscard]] Frontier changed_at(const std::string& view) const;
    [[nodiscard]] std::uint64_t row_count(const std::string& view) const;
    // Rows of the view without a result, as of the same frontier as the others.
    [[nodiscard]] std::uint64_t error_rows(const std::string& view) const;
    // Statements are cached per connection. SQL functions offered to them: deltamill_key(kind,
    // text) gives a blob whose memcmp order is PostgreSQL's order for types whose stored form does
    // not sort right (kind: "numeric", "date", "timestamp", "interval", "float8", ...; see
    // store_order.h).
    [[nodiscard]] Statement& prepare(const std::string& sql);
    // A new deadline for its statements; for one who reads with pauses that are not the store's.
    void extend(std::chrono::steady_clock::time_point deadline);

   private:
    friend class StoreReader;
    struct Connection;
    Snapshot(StoreReader& reader, std::unique_ptr<Connection> connection);
    StoreReader* reader_ = nullptr;
    std::unique_ptr<Connection> connection_;
  };

  // Waits for a free connection. Statements of the snapshot are interrupted after the deadline
  // (SqliteError with SQLITE_INTERRUPT). Throws SqliteError; QueryTimeout when no connection came
  // free in time.
  [[nodiscard]] Snapshot open(std::chrono::steady_clock::time_point deadline);

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace deltamill
