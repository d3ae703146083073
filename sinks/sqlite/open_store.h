// views.db as its writer needs it: created or brought to this version, with the writer's settings.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sinks/sqlite/database.h"

namespace deltamill {

struct StoreSettings {
  std::uint64_t cache_bytes = 0;
  std::uint64_t log_bytes_kept = 0;  // of the write-ahead log, after a checkpoint
};

// Throws SqliteError, MigrationRefused.
[[nodiscard]] std::unique_ptr<Database> open_store(const std::string& path, StoreSettings settings);

}  // namespace deltamill
