// Statements as an application would write them.
#include "tests/differential/random_changes.h"

#include <algorithm>

namespace deltamill {

namespace {

constexpr int key_max = 20;
constexpr int null_percent = 15;
constexpr int rows_without_key_max = 30;
constexpr int large_percent = 4;  // of the transactions

bool is_key(const RandomTable& table, const TableColumn& column) {
  return std::find(table.primary_key.begin(), table.primary_key.end(), column.name) !=
         table.primary_key.end();
}

const TableColumn& column_named(const RandomTable& table, const std::string& name) {
  return *std::find_if(table.columns.begin(), table.columns.end(),
                       [&](const TableColumn& column) { return column.name == name; });
}

}  // namespace

std::string RandomChanges::value_of(const RandomTable& table, const TableColumn& column) {
  if (column.nullable && random_.chance(null_percent)) return "NULL";
  if (column.name == "id" || column.name == "u" || column.name == "k") {
    const int number = random_.between(0, column.name == "k" ? 6 : key_max);
    return column.kind == Kind::text ? "'" + std::to_string(number) + "'" : std::to_string(number);
  }
  if (column.external && random_.chance(40))
    return "repeat('" + std::string(1, static_cast<char>('p' + random_.below(3))) + "', " +
           std::to_string(random_.between(2500, 2502)) + ")";
  (void)table;
  return literal(column.kind, column.type, random_);
}

std::string RandomChanges::row_values(const RandomTable& table) {
  std::string values;
  for (const TableColumn& column : table.columns)
    values += (values.empty() ? "(" : ", ") + value_of(table, column);
  return values + ")";
}

std::string RandomChanges::insert(const RandomTable& table) {
  std::string sql = "INSERT INTO " + table.name + " VALUES ";
  const bool upsert = !table.primary_key.empty() && random_.chance(40);
  const int rows = upsert ? 1 : random_.between(1, 4);
  for (int i = 0; i < rows; ++i) sql += (i == 0 ? "" : ", ") + row_values(table);
  if (!upsert) return table.primary_key.empty() ? sql : sql + " ON CONFLICT DO NOTHING";
  const TableColumn& column = table.columns.back();
  if (is_key(table, column) || column.name == "u") return sql + " ON CONFLICT DO NOTHING";
  std::string key;
  for (const std::string& name : table.primary_key) key += (key.empty() ? "" : ", ") + name;
  return sql + " ON CONFLICT (" + key + ") DO UPDATE SET " + column.name + " = EXCLUDED." +
         column.name;
}

std::string RandomChanges::condition(const RandomTable& table) {
  const TableColumn& id = column_named(table, "id");
  const int first = random_.between(0, key_max);
  switch (random_.below(5)) {
    case 0: return "k = " + std::to_string(random_.between(0, 6));
    case 1: {
      const TableColumn& column = random_.pick(table.columns);
      return column.name + (random_.chance(50) ? " IS NULL" : " IS NOT NULL AND k % 3 = 1");
    }
    case 2: return "ctid = (SELECT min(ctid) FROM " + table.name + ")";
    default: break;
  }
  if (id.kind == Kind::text) return "id = '" + std::to_string(first) + "'";
  return "id BETWEEN " + std::to_string(first) + " AND " +
         std::to_string(first + random_.between(0, 5));
}

std::string RandomChanges::update(const RandomTable& table) {
  std::string assignments;
  for (const TableColumn& column : table.columns) {
    if (is_key(table, column) || column.name == "u" || !random_.chance(35)) continue;
    const bool no_change = random_.chance(15);
    assignments += (assignments.empty() ? "" : ", ") + column.name + " = " +
                   (no_change ? column.name : value_of(table, column));
  }
  if (assignments.empty()) assignments = "k = k";
  return "UPDATE " + table.name + " SET " + assignments + " WHERE " + condition(table);
}

std::string RandomChanges::move_keys(const RandomTable& table) {
  const TableColumn& id = column_named(table, "id");
  const std::string head = "UPDATE " + table.name + " SET ";
  if (id.kind == Kind::text || table.primary_key.empty())
    return head + "id = " + value_of(table, id) + " WHERE " + condition(table);
  const auto number = [&] { return std::to_string(random_.between(0, key_max)); };
  if (random_.chance(40)) {  // a shuffle through a key that is free again afterwards
    const std::string one = number();
    const std::string two = number();
    return head + "id = 99 WHERE id = " + one + "; " + head + "id = " + one + " WHERE id = " + two +
           "; " + head + "id = " + two + " WHERE id = 99";
  }
  if (random_.chance(30)) return head + "id = 100 + id WHERE " + condition(table) + " AND id < 99";
  if (random_.chance(30)) return head + "id = id - 100 WHERE id >= 100";
  std::string sql = head + "id = " + number();
  if (table.identity == Identity::index && random_.chance(50)) sql += ", u = " + number();
  return sql + " WHERE id = " + number();
}

std::string RandomChanges::erase(const RandomTable& table) {
  if (table.primary_key.empty() && random_.chance(50))
    return "DELETE FROM " + table.name + " WHERE (SELECT count(*) FROM " + table.name + ") > " +
           std::to_string(rows_without_key_max) + " AND (k IS NULL OR k % 2 = 0)";
  return "DELETE FROM " + table.name + " WHERE " + condition(table);
}

std::string RandomChanges::truncate(const RandomTable& table) {
  std::string sql = "TRUNCATE " + table.name;
  const RandomTable& other = random_.pick(tables_);
  if (other.name != table.name && random_.chance(30)) sql += ", " + other.name;
  if (random_.chance(75)) sql += "; " + initial_rows(table);
  return sql;
}

std::string RandomChanges::rolled_back(const RandomTable& table) {
  return "SAVEPOINT s; " + insert(table) + "; " + erase(random_.pick(tables_)) +
         "; ROLLBACK TO s; " + update(table);
}

std::string RandomChanges::statement() {
  const RandomTable& table = random_.pick(tables_);
  const int choice = random_.between(0, 99);
  if (choice < 32) return insert(table);
  if (choice < 62) return update(table);
  if (choice < 74) return move_keys(table);
  if (choice < 91) return erase(table);
  if (choice < 95) return truncate(table);
  return rolled_back(table);
}

std::string RandomChanges::create_filler_sql() {
  return "CREATE TABLE filler (id int PRIMARY KEY, n int);\n";
}

std::string RandomChanges::filler_view_sql() {
  return "SELECT count(*) AS c1, sum(n) AS c2 FROM filler";
}

std::string RandomChanges::fill() {
  static const std::vector<std::string> forms{
      "DELETE FROM filler", "UPDATE filler SET n = n + 1",
      "INSERT INTO filler SELECT n, 0 FROM generate_series(1, 70000) n ON CONFLICT DO NOTHING",
      "INSERT INTO filler SELECT n, 0 FROM generate_series(1, 70000) n ON CONFLICT DO NOTHING"};
  return random_.pick(forms);
}

std::string RandomChanges::initial_rows(const RandomTable& table) {
  std::string sql = "INSERT INTO " + table.name + " VALUES ";
  const int rows = random_.between(3, 20);
  for (int i = 0; i < rows; ++i) sql += (i == 0 ? "" : ",\n  ") + row_values(table);
  return table.primary_key.empty() ? sql : sql + " ON CONFLICT DO NOTHING";
}

std::string RandomChanges::transaction() {
  std::string sql = "BEGIN";
  const int statements = random_.between(1, 5);
  const int large_at = random_.chance(large_percent) ? random_.between(0, statements - 1) : -1;
  for (int i = 0; i < statements; ++i) {
    sql += ";\n" + statement();
    if (i == large_at) sql += ";\n" + fill() + ";\n" + statement();
  }
  return sql + ";\n" + (random_.chance(5) ? "ROLLBACK" : "COMMIT");
}

}  // namespace deltamill
