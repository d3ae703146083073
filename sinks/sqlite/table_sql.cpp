// Makes the SQL of generation tables, as text. Tables are STRICT, because SQLite would otherwise
// turn 30 digits into a REAL.
#include "sinks/sqlite/table_sql.h"

#include <algorithm>
#include <map>

#include "sinks/key_bytes.h"
#include "views/data/ascii.h"

namespace deltamill {

namespace {

using Offsets = std::vector<std::uint32_t>;

const char* column_type(TypeKind kind) {
  if (is_integer(kind) || kind == TypeKind::boolean) return "INTEGER";
  // A REAL column of SQLite loses -0, and NaN has no other home than TEXT.
  if (storage_of(kind) == Storage::real) return "ANY";
  return kind == TypeKind::bytea ? "BLOB" : "TEXT";
}

std::string parameter(std::size_t number) {
  return "?" + std::to_string(number);
}

Offsets all_columns(const SinkView& view) {
  Offsets offsets(view.columns.size());
  for (std::uint32_t offset = 0; offset < offsets.size(); ++offset) offsets[offset] = offset;
  return offsets;
}

bool contains(const Offsets& offsets, std::uint32_t offset) {
  return std::ranges::find(offsets, offset) != offsets.end();
}

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string names(const SinkView& view, const Offsets& offsets) {
  std::vector<std::string> parts;
  for (const std::uint32_t offset : offsets) parts.push_back(quote_name(view.columns[offset].name));
  return join(parts, ", ");
}

std::string conditions(const SinkView& view, const Offsets& offsets, const char* separator,
                       const char* comparison) {
  std::vector<std::string> parts;
  for (const std::uint32_t offset : offsets)
    parts.push_back(quote_name(view.columns[offset].name) + comparison + parameter(offset + 1));
  return join(parts, separator);
}

// A table of large values is clustered by row number: a b-tree of large keys branches too little.
bool has_large_values(const SinkView& view) {
  return std::ranges::any_of(view.columns, [](const Column& column) {
    return column.type.kind == TypeKind::json || column.type.kind == TypeKind::jsonb ||
           column.type.kind == TypeKind::bytea;
  });
}

std::string create_table(const SinkView& view, const std::string& table) {
  const RowIdentity identity = row_identity(view);
  std::vector<std::string> parts;
  for (std::uint32_t offset = 0; offset < view.columns.size(); ++offset) {
    const Column& column = view.columns[offset];
    const bool row_number = identity == RowIdentity::integer_key && view.key->front() == offset;
    parts.push_back(quote_name(column.name) + " " + column_type(column.type.kind) +
                    (row_number ? " PRIMARY KEY" : ""));
  }
  if (identity == RowIdentity::plain_key)
    parts.push_back("PRIMARY KEY (" + names(view, *view.key) + ")");
  if (identity == RowIdentity::canonical_key)
    parts.emplace_back("deltamill_key BLOB NOT NULL PRIMARY KEY");
  if (identity == RowIdentity::counted) {
    parts.emplace_back("deltamill_hash BLOB NOT NULL PRIMARY KEY");
    parts.emplace_back("deltamill_count INTEGER NOT NULL CHECK (deltamill_count > 0)");
  }
  // WITHOUT ROWID: the key's b-tree holds the rows, so a look-up by key is one descent instead of
  // two.
  const bool clustered = identity != RowIdentity::integer_key && !has_large_values(view);
  return "CREATE TABLE " + quote_name(table) + " (" + join(parts, ", ") + ") STRICT" +
         (clustered ? ", WITHOUT ROWID" : "");
}

std::vector<std::string> create_indexes(const SinkView& view, const std::string& table) {
  std::vector<std::string> statements;
  // Rows are asked for by the key columns, which deltamill_key does not serve.
  if (row_identity(view) == RowIdentity::canonical_key && !view.key->empty())
    statements.push_back("CREATE INDEX " + quote_name(table + "_key") + " ON " + quote_name(table) +
                         " (" + names(view, *view.key) + ")");
  for (std::size_t ordinal = 1; ordinal <= view.indexes.size(); ++ordinal) {
    std::vector<std::string> parts;
    for (const IndexColumn& column : view.indexes[ordinal - 1])
      parts.push_back(quote_name(view.columns[column.column].name) +
                      (column.descending ? " DESC" : ""));
    // The dot is in no name of a view: a_1 is the name of another one.
    statements.push_back("CREATE INDEX " + quote_name(table + "." + std::to_string(ordinal)) +
                         " ON " + quote_name(table) + " (" + join(parts, ", ") + ")");
  }
  return statements;
}

RowStatement insert_statement(const SinkView& view, const std::string& table) {
  const RowIdentity identity = row_identity(view);
  const std::size_t count = view.columns.size();
  std::vector<std::string> targets;
  std::vector<std::string> values;
  for (const Column& column : view.columns) {
    targets.push_back(quote_name(column.name));
    values.push_back(parameter(targets.size()));
  }
  if (identity == RowIdentity::canonical_key) targets.emplace_back("deltamill_key");
  if (identity == RowIdentity::counted) targets.emplace_back("deltamill_hash");
  if (targets.size() > count) values.push_back(parameter(count + 1));
  std::string conflict = " ON CONFLICT DO NOTHING";
  if (identity == RowIdentity::counted) {
    targets.emplace_back("deltamill_count");
    values.push_back(parameter(count + 2));
    // Two rows of one hash are one row; were they not, nothing would change and the caller would
    // see it.
    const std::string same = conditions(view, all_columns(view), " AND ", " IS ");
    conflict =
        " ON CONFLICT (deltamill_hash) DO UPDATE SET deltamill_count = deltamill_count + "
        "excluded.deltamill_count" +
        (same.empty() ? "" : " WHERE " + same);
  }
  return {"INSERT INTO " + quote_name(table) + " (" + join(targets, ", ") + ") VALUES (" +
              join(values, ", ") + ")" + conflict,
          all_columns(view)};
}

std::string where_row(const SinkView& view) {
  const std::string extra = parameter(view.columns.size() + 1);
  switch (row_identity(view)) {
    case RowIdentity::integer_key:
    case RowIdentity::plain_key: return " WHERE " + conditions(view, *view.key, " AND ", " = ");
    case RowIdentity::canonical_key: return " WHERE deltamill_key = " + extra;
    case RowIdentity::counted: break;
  }
  return " WHERE deltamill_hash = " + extra;
}

Offsets where_columns(const SinkView& view) {
  const RowIdentity identity = row_identity(view);
  const bool by_columns =
      identity == RowIdentity::integer_key || identity == RowIdentity::plain_key;
  return by_columns ? *view.key : Offsets();
}

// Sets the columns given; a key kept in canonical bytes may change its form, so its columns are set
// too.
RowStatement update_statement(const SinkView& view, const std::string& table, const Offsets& set) {
  if (set.empty()) return {};
  RowStatement update{"UPDATE " + quote_name(table) + " SET " + conditions(view, set, ", ", " = ") +
                          where_row(view),
                      set};
  for (const std::uint32_t offset : where_columns(view)) update.columns.push_back(offset);
  return update;
}

Offsets settable_columns(const SinkView& view) {
  const Offsets where = where_columns(view);
  Offsets offsets;
  for (const std::uint32_t offset : all_columns(view))
    if (!contains(where, offset)) offsets.push_back(offset);
  return offsets;
}

Offsets without(Offsets offsets, const Offsets& left_out) {
  std::erase_if(offsets, [&](std::uint32_t offset) { return contains(left_out, offset); });
  return offsets;
}

}  // namespace

// The cheapest identity under which equal keys are the same row: SQLite compares stored forms, so a
// key whose equal values may be stored differently, or that may be NULL (which is unequal to itself
// in SQLite's PRIMARY KEY), needs canonical bytes.
RowIdentity row_identity(const SinkView& view) {
  if (!view.key) return RowIdentity::counted;
  // No key columns: at most one row, whose canonical key is no bytes at all.
  if (view.key->empty()) return RowIdentity::canonical_key;
  for (const std::uint32_t offset : *view.key) {
    const Column& column = view.columns[offset];
    if (column.nullable || !has_one_form(column.type)) return RowIdentity::canonical_key;
  }
  if (view.key->size() == 1 && is_integer(view.columns[view.key->front()].type.kind))
    return RowIdentity::integer_key;
  return RowIdentity::plain_key;
}

std::vector<std::uint32_t> indexed_columns(const SinkView& view) {
  Offsets columns;
  if (row_identity(view) == RowIdentity::canonical_key) columns = *view.key;
  for (const std::vector<IndexColumn>& index : view.indexes)
    for (const IndexColumn& column : index) columns.push_back(column.column);
  return columns;
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char letter : name) {
    if (letter == '"') quoted += '"';
    quoted += letter;
  }
  return quoted + '"';
}

// The number is what stands behind the last "_", so the tables of a and of a_1 never meet.
std::string generation_table_name(const std::string& view, std::int64_t number) {
  return "deltamill_" + view + "_" + std::to_string(number);
}

TableStatements table_statements(const SinkView& view, const std::string& table) {
  TableStatements statements;
  statements.create = create_table(view, table);
  statements.create_indexes = create_indexes(view, table);
  statements.insert = insert_statement(view, table);
  statements.erase = {"DELETE FROM " + quote_name(table) + where_row(view), where_columns(view)};
  if (row_identity(view) == RowIdentity::counted) {
    const std::string weight = parameter(view.columns.size() + 2);
    // Deletes only if all copies go; else nothing is changed and the caller reduces the count.
    statements.erase.sql += " AND deltamill_count = " + weight;
    statements.reduce.sql = "UPDATE " + quote_name(table) +
                            " SET deltamill_count = deltamill_count - " + weight + where_row(view);
    return statements;
  }
  const Offsets settable = settable_columns(view);
  statements.update = update_statement(view, table, settable);
  const Offsets indexed = indexed_columns(view);
  if (!indexed.empty())
    statements.update_unindexed = update_statement(view, table, without(settable, indexed));
  return statements;
}

std::string create_view_sql(const SinkView& view, const std::string& table) {
  std::string columns = names(view, all_columns(view));
  if (!view.key) columns += std::string(columns.empty() ? "" : ", ") + "deltamill_count";
  return "CREATE VIEW " + quote_name(view.name) + " AS SELECT " + columns + " FROM " +
         quote_name(table);
}

std::vector<StoreRefusal> refusals_of(const SinkView& view) {
  using About = StoreRefusal::About;
  std::vector<StoreRefusal> refusals;
  const std::string name = in_lower_case(view.name);
  // The SQL view of that name is what others read, and SQLite takes no such name for it.
  for (const char* const taken : {"deltamill_", "sqlite_"})
    if (name.starts_with(taken))
      refusals.push_back({About::name, 0,
                          std::string("names that begin with ") + taken + " are taken in SQLite",
                          "rename the view"});
  if (view.columns.empty())
    refusals.push_back({About::columns, 0, "it has no columns", "select at least one column"});
  std::map<std::string, std::string> seen;
  for (std::uint32_t column = 0; column < view.columns.size(); ++column) {
    const std::string& own = view.columns[column].name;
    const std::string folded = in_lower_case(own);
    if (folded.starts_with("deltamill_"))
      refusals.push_back({About::column, column,
                          "column \"" + own + "\": names that begin with deltamill_ are reserved",
                          "give it another name: expression AS name"});
    const auto [other, added] = seen.emplace(folded, own);
    if (!added)
      refusals.push_back({About::column, column,
                          "columns \"" + other->second + "\" and \"" + own +
                              "\" are one to SQLite, which ignores case in names",
                          "give one of them another name: expression AS name"});
  }
  return refusals;
}

}  // namespace deltamill
