// What the publication holds, and the statements that make it hold the tables of the views.
#include "service/source/publication.h"

#include "service/source/source_failed.h"

namespace deltamill {

PublicationState read_publication(SqlSession& sql, const std::string& name) {
  PublicationState state;
  const pqxx::result rows =
      sql.run("read publication \"" + name + "\"",
              "SELECT puballtables, pubinsert AND pubupdate AND pubdelete AND pubtruncate, "
              "pubviaroot FROM pg_publication WHERE pubname = " +
                  quoted_literal(name));
  if (rows.empty()) return state;
  state.exists = true;
  state.all_tables = rows[0][0].as<bool>();
  state.all_operations = rows[0][1].as<bool>();
  state.via_root = rows[0][2].as<bool>();
  // Also those that a schema in the publication brings along.
  const pqxx::result tables =
      sql.run("read publication \"" + name + "\"",
              "SELECT relid FROM pg_get_publication_tables(" + quoted_literal(name) + ")");
  for (const pqxx::row& row : tables) state.tables.insert(row[0].as<Oid>());
  return state;
}

std::vector<std::string> statements_to_publish(const std::string& name,
                                               const PublicationState& state,
                                               const TableList& tables) {
  check_replication_name("publication", name);
  // The server then refuses UPDATE and DELETE on every table without a replica identity, those of
  // others included (POSTGRES P05): ours to avoid, not theirs to find out.
  if (state.all_tables)
    throw SourceFailed("use publication \"" + name + "\"",
                       "it is FOR ALL TABLES, which breaks writes to tables without identity",
                       Remedy::stop);
  if (state.exists && !state.all_operations)
    throw SourceFailed(
        "use publication \"" + name + "\"",
        "it does not publish insert, update, delete and truncate: ALTER PUBLICATION " + name +
            " SET (publish = 'insert, update, delete, truncate')",
        Remedy::stop);
  // ONLY: without it children of a parent are published, too, which nobody asked for.
  std::string list;
  for (const auto& table : tables)
    if (!state.tables.contains(table->oid))
      list += (list.empty() ? "" : ", ") + ("ONLY " + quoted_table(table->schema, table->name));
  // Without tables at first if need be: a publication has to exist before the slot that decodes by
  // it.
  if (!state.exists)
    return {"CREATE PUBLICATION " + name + (list.empty() ? "" : " FOR TABLE " + list) +
            " WITH (publish = 'insert, update, delete, truncate')"};
  if (list.empty()) return {};
  return {"ALTER PUBLICATION " + name + " ADD TABLE " + list};
}

std::string statement_to_withdraw(const std::string& name,
                                  const std::vector<std::string>& quoted_tables) {
  std::string list;
  for (const std::string& table : quoted_tables)
    list += (list.empty() ? "ONLY " : ", ONLY ") + table;
  return "ALTER PUBLICATION " + name + " DROP TABLE " + list;
}

}  // namespace deltamill
