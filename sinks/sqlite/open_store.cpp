// Settings of a connection first, then the migrations that are missing.
#include "sinks/sqlite/open_store.h"

#include "sinks/sqlite/migrate.h"

namespace deltamill {

std::unique_ptr<Database> open_store(const std::string& path, StoreSettings settings) {
  auto database = std::make_unique<Database>(path, Database::Mode::read_write_create);
  database->execute(
      // WAL: readers do not wait for the writer, nor it for them. The page size only takes effect
      // in a new file.
      "PRAGMA page_size = 4096; PRAGMA journal_mode = wal; PRAGMA synchronous = normal;"
      "PRAGMA cache_size = -" +
      std::to_string(settings.cache_bytes / 1024) +
      "; PRAGMA journal_size_limit = " + std::to_string(settings.log_bytes_kept));
  migrate(*database, view_store_migrations(), "views.db");
  return database;
}

}  // namespace deltamill
