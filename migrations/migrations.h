// The SQL of every store we own, as migrations/CMakeLists.txt compiled it in. What applies it is the
// store's own: sinks/sqlite/migrate.h.
#pragma once

#include <span>
#include <string_view>

namespace deltamill {

struct Migration {
  int number = 0;         // from 1, without gaps
  std::string_view name;  // of the file, without its ending
  std::string_view sql;
};

[[nodiscard]] std::span<const Migration> journal_migrations();
[[nodiscard]] std::span<const Migration> view_store_migrations();

}  // namespace deltamill
