// Plain SQL on the file; nothing of the sink's code.
#include "tests/support/store_file.h"

#include <sqlite3.h>

#include <stdexcept>

namespace deltamill {

StoreFile::StoreFile(const ProjectDirectory& project) {
  const std::string path = (project.state() / "views.db").string();
  if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
    throw std::runtime_error("cannot open " + path);
  sqlite3_busy_timeout(database_, 5000);
}

StoreFile::~StoreFile() {
  sqlite3_close(database_);
}

std::string StoreFile::value(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string(sqlite3_errmsg(database_)) + ": " + sql);
  std::string value;
  const int result = sqlite3_step(statement);
  if (result == SQLITE_ROW)
    if (const auto* const text = sqlite3_column_text(statement, 0))
      value = reinterpret_cast<const char*>(text);
  sqlite3_finalize(statement);
  if (result != SQLITE_ROW && result != SQLITE_DONE)
    throw std::runtime_error(std::string(sqlite3_errmsg(database_)) + ": " + sql);
  return value;
}

std::int64_t StoreFile::count(const std::string& view) {
  return std::stoll(value("SELECT count(*) FROM " + view));
}

std::string StoreFile::frontier(const std::string& view) {
  return value("SELECT lsn FROM deltamill_frontier WHERE view = '" + view + "'");
}

std::string StoreFile::table_of(const std::string& view) {
  return value("SELECT table_name FROM deltamill_generations WHERE state = 'current' AND view = '" +
               view + "'");
}

}  // namespace deltamill
