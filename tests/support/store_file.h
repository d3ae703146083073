// views.db as others read it: with SQLite, beside the service or after it.
#pragma once

#include <cstdint>
#include <string>

#include "tests/support/project_directory.h"

struct sqlite3;

namespace deltamill {

class StoreFile {
 public:
  explicit StoreFile(const ProjectDirectory& project);
  ~StoreFile();
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;

  // First column of the first row as text. Throws std::runtime_error.
  std::string value(const std::string& sql);
  void execute(const std::string& sql) { (void)value(sql); }

  [[nodiscard]] std::int64_t count(const std::string& view);
  [[nodiscard]] std::string frontier(const std::string& view);
  // Name of the table that holds the rows of the view's current generation.
  [[nodiscard]] std::string table_of(const std::string& view);

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace deltamill
