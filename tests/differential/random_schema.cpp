// Every table has k, an integer of some width, so that tables can be joined by name; most have id.
#include "tests/differential/random_schema.h"

namespace deltamill {

namespace {

constexpr int nullable_percent = 80;

RandomTable random_table(std::size_t ordinal, Random& random) {
  RandomTable table;
  table.name = "t" + std::to_string(ordinal);
  table.identity = random.pick(std::vector<Identity>{Identity::primary_key, Identity::primary_key,
                                                     Identity::primary_key, Identity::full,
                                                     Identity::index, Identity::full_without_key});
  const Kind key_kind = random.pick(
      std::vector<Kind>{Kind::int4, Kind::int4, Kind::int4, Kind::int8, Kind::int2, Kind::text});
  table.columns.push_back({"id", key_kind, name_of(key_kind), false, false});
  const Kind other = random.pick(std::vector<Kind>{Kind::int4, Kind::int4, Kind::int8, Kind::int2});
  const bool composite = random.chance(20);
  table.columns.push_back({"k", other, name_of(other), !composite, false});
  if (table.identity == Identity::full_without_key)
    table.columns[0].nullable = true;
  else if (composite)
    table.primary_key = {"k", "id"};
  else
    table.primary_key = {"id"};
  if (table.identity == Identity::index)
    table.columns.push_back({"u", Kind::int4, "integer", false, false});
  const int further = random.between(2, 6);
  for (int i = 0; i < further; ++i) {
    const Kind kind = any_kind(random);
    table.columns.push_back({std::string(1, static_cast<char>('a' + i)), kind,
                             column_type(kind, random), random.chance(nullable_percent),
                             kind == Kind::text && random.chance(40)});
  }
  if (random.chance(25)) std::swap(table.columns.front(), table.columns.back());
  return table;
}

}  // namespace

std::string create_types_sql() {
  return "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');\n";
}

std::string RandomTable::create_sql() const {
  std::string sql = "CREATE TABLE " + name + " (";
  for (const TableColumn& column : columns)
    sql += column.name + " " + column.type + (column.nullable ? ", " : " NOT NULL, ");
  if (primary_key.empty()) {
    sql.resize(sql.size() - 2);
  } else {
    sql += "PRIMARY KEY (";
    for (const std::string& column : primary_key) sql += column + ", ";
    sql.resize(sql.size() - 2);
    sql += ")";
  }
  sql += ");\n";
  for (const TableColumn& column : columns)
    if (column.external)
      sql += "ALTER TABLE " + name + " ALTER COLUMN " + column.name + " SET STORAGE EXTERNAL;\n";
  if (identity == Identity::full || identity == Identity::full_without_key)
    sql += "ALTER TABLE " + name + " REPLICA IDENTITY FULL;\n";
  if (identity == Identity::index)
    sql += "CREATE UNIQUE INDEX " + name + "_u ON " + name + " (u);\nALTER TABLE " + name +
           " REPLICA IDENTITY USING INDEX " + name + "_u;\n";
  return sql;
}

std::vector<RandomTable> random_schema(Random& random) {
  std::vector<RandomTable> tables;
  const std::size_t count = 1 + random.below(4);
  for (std::size_t i = 0; i < count; ++i) tables.push_back(random_table(i, random));
  return tables;
}

}  // namespace deltamill
