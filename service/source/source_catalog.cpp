// Reads from the source's catalog what the binder needs of tables: columns with their types, keys,
// enums, collations. What stands in the way of following a table is reported as a problem with the
// statement that mends it, all at once rather than one per attempt.
#include "service/source/source_catalog.h"

#include <algorithm>
#include <map>

#include "service/source/inheritance.h"
#include "service/source/sql_session.h"

namespace deltamill {

namespace {

// Tables and what a user may take for one. relkind: r table, p partitioned, v view, m materialized
// view, f foreign.
constexpr const char* tables_query = R"(
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident,
           greatest(c.reltuples, 0)::bigint
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND ()";

// A domain is followed to its base type; the innermost modifier that is set holds. Its constraints
// are the source's affair. Text is ordered by bytes under C and its kin only; whether a collation
// is deterministic decides if equal means equal bytes. A database may have such an order as its
// default ('d'), under which columns name no locale of their own.
constexpr const char* columns_query = R"(
    WITH RECURSIVE base(column_table, attnum, oid, modifier) AS (
        SELECT attrelid, attnum, atttypid, atttypmod FROM pg_attribute
        WHERE attrelid = ANY (%::oid[]) AND attnum > 0 AND NOT attisdropped
      UNION ALL
        SELECT b.column_table, b.attnum, t.typbasetype,
               CASE WHEN b.modifier = -1 THEN t.typtypmod ELSE b.modifier END
        FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
    SELECT a.attrelid, a.attname, a.attnum, a.attnotnull, a.attgenerated <> '', t.oid, b.modifier,
           t.typtype,
           format_type(t.oid, b.modifier), tn.nspname, t.typname,
           coalesce(l.collisdeterministic, true),
           coalesce(CASE WHEN l.collprovider = 'd'
                         THEN d.datlocprovider = 'c'
                              AND d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
                         ELSE l.collprovider = 'c'
                              AND l.collcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') END, true)
    FROM base b
    JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_attribute a ON a.attrelid = b.column_table AND a.attnum = b.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    CROSS JOIN (SELECT * FROM pg_database WHERE datname = current_database()) d
    ORDER BY a.attrelid, a.attnum)";

// The same condition for the database's default collation.
constexpr const char* default_collation_query = R"(
    SELECT datlocprovider = 'c' AND datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
    FROM pg_database WHERE datname = current_database())";

// What identifies a row at every moment: unique, checked at once (a deferrable key may be violated
// within a transaction, and is no replica identity: POSTGRES P06), valid, over all rows, over plain
// columns. Columns that an index only INCLUDEs do not count.
constexpr const char* keys_query = R"(
    SELECT indrelid, indisprimary, indisreplident, k.columns, k.not_null
    FROM pg_index i
    CROSS JOIN LATERAL (
        SELECT string_agg(u.attnum::text, ' ' ORDER BY u.place) AS columns,
               bool_and(a.attnotnull) AS not_null
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u(attnum, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
        WHERE u.place <= i.indnkeyatts) k
    WHERE indrelid = ANY (%::oid[]) AND indisunique AND indimmediate AND indisvalid
      AND indpred IS NULL AND indexprs IS NULL
    ORDER BY indrelid, indexrelid)";

// In the order of the labels, which is what < means for an enum.
constexpr const char* enums_query = R"(
    SELECT e.enumtypid, n.nspname, t.typname, e.enumlabel
    FROM pg_enum e
    JOIN pg_type t ON t.oid = e.enumtypid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    ORDER BY e.enumtypid, e.enumsortorder)";

using Enums = std::map<Oid, std::shared_ptr<const EnumType>>;
using Tables = std::map<Oid, Table>;

// Object ids are numbers and names are quoted, so text becomes part of a statement safely; the
// replication protocol's sessions take no parameters.
std::string with_oids(std::string query, const Tables& tables) {
  std::vector<std::string> oids;
  for (const auto& [oid, table] : tables) oids.push_back(std::to_string(oid));
  query.replace(query.find('%'), 1, quoted_array(oids));
  return query;
}

std::string selection_condition(const CatalogSelection& selection) {
  std::string condition = "n.nspname = ANY (" + quoted_array(selection.schemas) + "::text[])";
  for (const TableName& table : selection.tables)
    condition += " OR (n.nspname = " + quoted_literal(table.schema) +
                 " AND c.relname = " + quoted_literal(table.name) + ")";
  return condition;
}

// For the message only, hence not all of a thousand.
std::string partitions_of(SqlSession& sql, Oid oid) {
  const pqxx::result rows =
      sql.run("read the catalog", "SELECT relid::regclass FROM pg_partition_tree(" +
                                      std::to_string(oid) + ") WHERE isleaf LIMIT 10");
  std::string list;
  for (const pqxx::row& row : rows)
    list += (list.empty() ? "" : ", ") + std::string(row[0].c_str());
  return list;
}

// Why this relation is no table we can follow, or nothing.
std::optional<TableProblem> kind_problem(SqlSession& sql, const pqxx::row& row) {
  TableProblem problem{{row[1].c_str(), row[2].c_str()}, "", ""};
  switch (row[3].c_str()[0]) {
    case 'p':
      problem.reason =
          "it is partitioned, which is not available in this version; read its partitions with "
          "UNION ALL: " +
          partitions_of(sql, row[0].as<Oid>());
      return problem;
    case 'v':
      problem.reason = "it is a view of the source; put its query into a view of the project";
      return problem;
    case 'm':
      problem.reason = "it is a materialized view, which the change log does not hold";
      return problem;
    case 'f':
      problem.reason = "it is a foreign table, which the change log does not hold";
      return problem;
    default: break;
  }
  // Unlogged tables write no WAL; nothing of them is ever decoded.
  if (row[4].c_str()[0] != 'u') return std::nullopt;
  problem.reason = "it is unlogged, so the change log does not hold it";
  problem.statement =
      "ALTER TABLE " + quoted_table(problem.table.schema, problem.table.name) + " SET LOGGED";
  return problem;
}

Tables read_tables(SqlSession& sql, const CatalogSelection& selection,
                   std::vector<TableProblem>& problems) {
  Tables tables;
  const pqxx::result rows =
      sql.run("read the catalog", tables_query + selection_condition(selection) + ")");
  for (const pqxx::row& row : rows) {
    if (auto problem = kind_problem(sql, row)) {
      problems.push_back(std::move(*problem));
      continue;
    }
    Table& table = tables[row[0].as<Oid>()];
    table.oid = row[0].as<Oid>();
    table.schema = row[1].c_str();
    table.name = row[2].c_str();
    table.identity = static_cast<ReplicaIdentity>(row[5].c_str()[0]);
    table.estimated_rows = row[6].as<std::uint64_t>();
  }
  return tables;
}

Enums read_enums(SqlSession& sql) {
  std::map<Oid, EnumType> types;
  for (const pqxx::row& row : sql.run("read the catalog", enums_query)) {
    EnumType& type = types[row[0].as<Oid>()];
    type.oid = row[0].as<Oid>();
    type.schema = row[1].c_str();
    type.name = row[2].c_str();
    type.labels.emplace_back(row[3].c_str());
  }
  Enums enums;
  for (auto& [oid, type] : types) enums[oid] = std::make_shared<const EnumType>(std::move(type));
  return enums;
}

Type type_of(const pqxx::row& row, const Enums& enums) {
  Type type;
  // The base type of a domain. A type that is not supported is no problem yet: only a view that
  // reads the column is refused.
  const Oid oid = row[5].as<Oid>();
  type.modifier = row[6].as<std::int32_t>();
  type.kind = kind_of(oid);
  if (const auto found = enums.find(oid); found != enums.end()) {
    type.kind = TypeKind::enumeration;
    type.enumeration = found->second;
  }
  if (type.kind == TypeKind::unsupported || type.kind == TypeKind::unknown) {
    type.kind = TypeKind::unsupported;
    type.unsupported_name = row[8].c_str();
  }
  return type;
}

void read_columns(SqlSession& sql, const Enums& enums, Tables& tables) {
  for (const pqxx::row& row : sql.run("read the catalog", with_oids(columns_query, tables))) {
    TableColumn column;
    column.name = row[1].c_str();
    column.type = type_of(row, enums);
    column.attribute = static_cast<std::int16_t>(row[2].as<int>());
    column.nullable = !row[3].as<bool>();
    column.generated = row[4].as<bool>();
    column.deterministic_collation = row[11].as<bool>();
    column.ordered_by_bytes = row[12].as<bool>();
    tables.at(row[0].as<Oid>()).columns.push_back(std::move(column));
  }
}

// Attribute numbers "2 1" as offsets in the table's columns. Numbers have gaps where columns were
// dropped.
KeyColumns key_of(const std::string& attributes, const Table& table) {
  KeyColumns key;
  for (std::size_t start = 0; start < attributes.size();) {
    const std::size_t end = std::min(attributes.find(' ', start), attributes.size());
    const int attribute = std::stoi(attributes.substr(start, end - start));
    const auto column = std::ranges::find(table.columns, attribute, &TableColumn::attribute);
    key.push_back(static_cast<std::uint32_t>(column - table.columns.begin()));
    start = end + 1;
  }
  return key;
}

void read_keys(SqlSession& sql, Tables& tables) {
  for (const pqxx::row& row : sql.run("read the catalog", with_oids(keys_query, tables))) {
    Table& table = tables.at(row[0].as<Oid>());
    const bool not_null = row[4].as<bool>();
    KeyColumns key = key_of(row[3].c_str(), table);
    // The key that deletes and updates carry in the stream, which need not be the primary key.
    if (table.identity == ReplicaIdentity::index && row[2].as<bool>()) table.identity_index = key;
    // A unique key with nullable columns identifies nothing: NULLs are distinct in it.
    if (row[1].as<bool>()) {
      table.primary_key = std::move(key);
    } else if (not_null) {
      table.unique_keys.push_back(std::move(key));
    }
  }
}

void report_missing(const CatalogSelection& selection, const Tables& tables,
                    std::vector<TableProblem>& problems) {
  for (const TableName& name : selection.tables) {
    const auto in_table = [&](const auto& entry) {
      return entry.second.schema == name.schema && entry.second.name == name.name;
    };
    const bool has_problem =
        std::ranges::find(problems, name, &TableProblem::table) != problems.end();
    if (!has_problem && std::ranges::none_of(tables, in_table))
      problems.push_back({name, "it does not exist", ""});
  }
}

}  // namespace

SourceCatalog read_source_catalog(const SessionSettings& settings,
                                  const CatalogSelection& selection) {
  SqlSession sql(settings);
  SourceCatalog source;
  source.catalog.search_path = settings.search_path;
  // One snapshot for all queries, so that keys and columns belong together.
  sql.run("read the catalog", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  Tables tables = read_tables(sql, selection, source.problems);
  const Enums enums = read_enums(sql);
  source.catalog.default_ordered_by_bytes =
      sql.run("read the catalog", default_collation_query)[0][0].as<bool>();
  read_columns(sql, enums, tables);
  read_keys(sql, tables);
  std::set<Oid> oids;
  for (const auto& [oid, table] : tables) oids.insert(oid);
  for (InheritedTable& inherited : read_inheritance(sql, oids))
    source.catalog.add_child(inherited.table, std::move(inherited.child));
  // Sent only when all went well; otherwise the session ends and its transaction with it.
  sql.run("read the catalog", "COMMIT");
  report_missing(selection, tables, source.problems);
  for (const auto& [oid, type] : enums) source.catalog.add_enum(type);
  for (auto& [oid, table] : tables) {
    if (auto problem = identity_problem(table)) source.problems.push_back(std::move(*problem));
    source.catalog.add_table(std::move(table));
  }
  return source;
}

std::optional<TableProblem> identity_problem(const Table& table) {
  const std::string quoted = quoted_table(table.schema, table.name);
  const std::string full = "ALTER TABLE " + quoted + " REPLICA IDENTITY FULL";
  const TableName name{table.schema, table.name};
  switch (table.identity) {
    case ReplicaIdentity::full: return std::nullopt;
    case ReplicaIdentity::key:
      if (table.primary_key) return std::nullopt;
      return TableProblem{
          name,
          "it has no primary key that is checked at once, so its old rows cannot be identified",
          full};
    case ReplicaIdentity::index:
      if (table.identity_index) return std::nullopt;
      return TableProblem{name, "the index of its replica identity is gone", full};
    case ReplicaIdentity::nothing:
      return TableProblem{
          name, "its replica identity is NOTHING",
          table.primary_key ? "ALTER TABLE " + quoted + " REPLICA IDENTITY DEFAULT" : full};
  }
  return std::nullopt;
}

}  // namespace deltamill
