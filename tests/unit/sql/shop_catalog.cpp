// Tables written as lists of "column type", the way a catalog query would return them.
#include "tests/unit/sql/shop_catalog.h"

#include <catch2/catch.hpp>

#include "service/time_zone_database.h"

namespace deltamill {

namespace {

std::shared_ptr<const EnumType> mood() {
  auto type = std::make_shared<EnumType>();
  type->oid = 90001;
  type->schema = "public";
  type->name = "mood";
  type->labels = {"sad", "ok", "happy"};
  return type;
}

constexpr std::int32_t numeric_modifier(std::int32_t precision, std::int32_t scale) {
  return ((precision << 16) | scale) + 4;
}

TableColumn column(std::string name, TypeKind kind, std::int32_t modifier = -1) {
  TableColumn result;
  result.name = std::move(name);
  result.type.kind = kind;
  result.type.modifier = modifier;
  return result;
}

TableColumn not_null(TableColumn column) {
  column.nullable = false;
  return column;
}

// Text of the server's collation is not ordered by bytes, that of COLLATE "C" is.
TableColumn text_column(std::string name, TypeKind kind, std::int32_t modifier = -1) {
  TableColumn result = column(std::move(name), kind, modifier);
  result.ordered_by_bytes = false;
  return result;
}

Table table(Oid oid, std::string name, std::vector<TableColumn> columns) {
  Table result;
  result.oid = oid;
  result.schema = "public";
  result.name = std::move(name);
  result.columns = std::move(columns);
  std::int16_t attribute = 0;
  for (TableColumn& each : result.columns) each.attribute = ++attribute;
  return result;
}

void add_shop(Catalog& catalog) {
  using enum TypeKind;
  TableColumn customer_mood = column("mood", enumeration);
  customer_mood.type.enumeration = mood();
  Table customers =
      table(1, "customers",
            {not_null(column("id", int4)), not_null(text_column("name", text)),
             text_column("country", text), text_column("city", varchar, 24),
             column("created_at", timestamptz), text_column("code", bpchar, 7), customer_mood,
             not_null(column("active", boolean)), column("cname", text)});
  customers.primary_key = {0};
  Table orders =
      table(2, "orders",
            {not_null(column("id", int8)), column("customer_id", int4), text_column("status", text),
             column("total", numeric, numeric_modifier(12, 2)), column("created_at", timestamptz),
             column("ordered", date), text_column("note", varchar)});
  orders.primary_key = {0};
  Table lines = table(3, "lines",
                      {not_null(column("order_id", int8)), not_null(column("line_no", int4)),
                       column("product_id", int4), not_null(column("qty", int4)),
                       not_null(column("price", numeric, numeric_modifier(10, 2)))});
  lines.primary_key = {0, 1};
  Table nokey = table(4, "nokey", {column("a", int4), text_column("b", text)});
  Table users = table(5, "users",
                      {not_null(column("id", int4)), not_null(text_column("email", text)),
                       text_column("login", text)});
  users.primary_key = {0};
  users.unique_keys = {{1}};
  users.columns[2].deterministic_collation = false;
  Table cities = table(8, "cities", {not_null(column("id", int4)), text_column("name", text)});
  cities.primary_key = {0};
  Table capitals =
      table(9, "capitals",
            {not_null(column("id", int4)), text_column("name", text), text_column("state", text)});
  for (Table* each : {&customers, &orders, &lines, &nokey, &users, &cities, &capitals})
    catalog.add_table(std::move(*each));
  catalog.add_child(8, "public.capitals");  // CREATE TABLE capitals (...) INHERITS (cities)
}

void add_everything(Catalog& catalog) {
  using enum TypeKind;
  TableColumn enum_column = column("m", enumeration);
  enum_column.type.enumeration = mood();
  Table everything = table(6, "everything",
                           {not_null(column("id", int4)),
                            column("b", boolean),
                            column("i2", int2),
                            column("i4", int4),
                            column("i8", int8),
                            column("f4", float4),
                            column("f8", float8),
                            column("n", numeric),
                            column("n2", numeric, numeric_modifier(8, 3)),
                            text_column("t", text),
                            text_column("vc", varchar, 14),
                            text_column("c", bpchar, 9),
                            column("nm", name),
                            column("d", date),
                            column("tm", time),
                            column("ts", timestamp),
                            column("ts3", timestamp, 3),
                            column("tz", timestamptz),
                            column("iv", interval),
                            column("u", uuid),
                            column("by", bytea),
                            enum_column,
                            column("j", json),
                            column("jb", jsonb),
                            column("vcc", varchar, 11)});
  everything.primary_key = {0};
  catalog.add_table(std::move(everything));

  TableColumn point = column("p", unsupported);
  point.type.unsupported_name = "point";
  TableColumn generated = column("g", int4);
  generated.generated = true;
  Table weird = table(7, "weird", {not_null(column("id", int4)), point, generated});
  weird.primary_key = {0};
  catalog.add_table(std::move(weird));
}

std::string text_of(const Columns& columns) {
  std::string text;
  for (const Column& column : columns) {
    const bool is_enum = column.type.kind == TypeKind::enumeration;
    text += (text.empty() ? "" : ", ") + column.name + " " +
            (is_enum ? column.type.enumeration->name : format_type(column.type));
  }
  return text;
}

}  // namespace

Catalog shop_catalog() {
  static const std::shared_ptr<const TimeZones> zones = make_time_zone_database();
  Catalog catalog;
  catalog.time_zones = zones;
  catalog.add_enum(mood());
  add_shop(catalog);
  add_everything(catalog);
  return catalog;
}

BindResult bind_one(const std::string& sql) {
  const Catalog catalog = shop_catalog();
  return bind_views({{"v", "v.sql", sql, std::nullopt}}, catalog);
}

std::string described(const std::string& sql) {
  const BindResult result = bind_one(sql);
  if (result.views.empty())
    return result.diagnostics.empty() ? "nothing" : to_text(result.diagnostics.front());
  return text_of(result.views.front().view.plan->columns);
}

std::string first_error(const std::string& sql) {
  const BindResult result = bind_one(sql);
  for (const Diagnostic& diagnostic : result.diagnostics)
    if (diagnostic.severity == Severity::error)
      return std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + " " +
             diagnostic.code + ": " + diagnostic.message;
  return "no error";
}

std::string key_of(const std::string& sql) {
  const BindResult result = bind_one(sql);
  if (result.views.empty()) return to_text(result.diagnostics.front());
  const BoundView& view = result.views.front().view;
  if (!view.key) return "none";
  std::string text = "(";
  for (const std::uint32_t column : *view.key)
    text += (text.size() > 1 ? ", " : "") + view.plan->columns[column].name;
  return text + ")";
}

}  // namespace deltamill
