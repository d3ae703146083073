// Asks pg_inherits for children of given tables. Partitions are not among them: they are refused as
// partitions.
#include "service/source/inheritance.h"

#include "service/source/session_settings.h"

namespace deltamill {

std::vector<InheritedTable> read_inheritance(SqlSession& sql, const std::set<Oid>& tables) {
  if (tables.empty()) return {};
  std::vector<std::string> oids;
  for (const Oid table : tables) oids.push_back(std::to_string(table));
  const pqxx::result rows = sql.run(
      "read the catalog",
      "SELECT i.inhparent, min(n.nspname || '.' || c.relname) FROM pg_inherits i "
      "JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE i.inhparent = ANY (" +
          quoted_array(oids) +
          "::oid[]) AND NOT c.relispartition AND c.relpersistence <> 't' GROUP BY 1 ORDER BY 1");
  std::vector<InheritedTable> inherited;
  for (const pqxx::row& row : rows) inherited.push_back({row[0].as<Oid>(), row[1].c_str()});
  return inherited;
}

}  // namespace deltamill
