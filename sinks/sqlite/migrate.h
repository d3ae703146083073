// Brings a SQLite store of ours to the newest form of its SQL. Forward only: a store that holds a
// migration which this binary does not know, or knows with another text, is refused untouched.
#pragma once

#include <span>
#include <stdexcept>
#include <string>

#include "migrations/migrations.h"
#include "sinks/sqlite/database.h"

namespace deltamill {

// The store was written by a newer version, or a migration was edited after it had been applied.
class MigrationRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Applies what is missing, all of it or nothing. `store` names the store in messages.
// REQUIRES: no open transaction. Throws MigrationRefused, SqliteError.
void migrate(Database& database, std::span<const Migration> migrations, const std::string& store);

}  // namespace deltamill
