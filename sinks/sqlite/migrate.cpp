// Applies numbered migrations in one transaction, recording each with a hash of its text: a store
// is at a known schema or is not opened.
#include "sinks/sqlite/migrate.h"

#include <xxhash.h>

#include <array>
#include <cstdio>

namespace deltamill {

namespace {

std::string checksum_of(std::string_view sql) {
  const XXH128_hash_t hash = XXH3_128bits(sql.data(), sql.size());
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx",
                static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

// Number of migrations that the store has; each must be one of ours, unedited.
std::size_t verify_applied(Database& database, std::span<const Migration> migrations,
                           const std::string& store) {
  Statement applied = database.prepare(
      "SELECT number, name, checksum FROM deltamill_schema_version ORDER BY number");
  std::size_t count = 0;
  while (applied.step()) {
    const std::string name(applied.text(1));
    if (count >= migrations.size() || applied.integer(0) != migrations[count].number)
      throw MigrationRefused("cannot open " + store +
                             ": it was written by a newer version (it has \"" + name +
                             "\", which this one does not know)");
    if (applied.text(2) != checksum_of(migrations[count].sql))
      throw MigrationRefused("cannot open " + store + ": migration \"" + name +
                             "\" was edited after it had been applied");
    ++count;
  }
  return count;
}

void apply_missing(Database& database, std::span<const Migration> migrations,
                   const std::string& store) {
  const std::size_t applied = verify_applied(database, migrations, store);
  Statement record = database.prepare(
      "INSERT INTO deltamill_schema_version (number, name, checksum) VALUES (?1, ?2, ?3)");
  for (const Migration& migration : migrations.subspan(applied)) {
    database.execute(std::string(migration.sql));
    const std::string checksum = checksum_of(migration.sql);
    record.bind(1, std::int64_t{migration.number}).bind(2, migration.name);
    record.bind(3, std::string_view(checksum)).run();
  }
}

}  // namespace

void migrate(Database& database, std::span<const Migration> migrations, const std::string& store) {
  database.transact([&] {
    database.execute(
        "CREATE TABLE IF NOT EXISTS deltamill_schema_version ("
        "number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT");
    apply_missing(database, migrations, store);
  });
}

}  // namespace deltamill
