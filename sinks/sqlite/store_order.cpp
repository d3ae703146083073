// Offers deltamill_key to SQL: a stored value as its key bytes (sinks/key_bytes.h), which SQLite
// compares with memcmp.
#include "sinks/sqlite/store_order.h"

#include <sqlite3.h>

#include <array>
#include <optional>
#include <string>

#include "sinks/key_bytes.h"
#include "views/data/arena.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

struct OrderKind {
  std::string_view name;
  TypeKind kind;
};

constexpr std::array order_kinds{
    OrderKind{"numeric", TypeKind::numeric},     OrderKind{"float4", TypeKind::float4},
    OrderKind{"float8", TypeKind::float8},       OrderKind{"date", TypeKind::date},
    OrderKind{"timestamp", TypeKind::timestamp}, OrderKind{"timestamptz", TypeKind::timestamptz},
    OrderKind{"interval", TypeKind::interval},   OrderKind{"bpchar", TypeKind::bpchar},
};

// Taken too, so that whoever asks by type need not know which types sort right as they are.
constexpr std::array plain_kinds{
    OrderKind{"bool", TypeKind::boolean},    OrderKind{"int2", TypeKind::int2},
    OrderKind{"int4", TypeKind::int4},       OrderKind{"int8", TypeKind::int8},
    OrderKind{"time", TypeKind::time},       OrderKind{"text", TypeKind::text},
    OrderKind{"varchar", TypeKind::varchar}, OrderKind{"name", TypeKind::name},
    OrderKind{"uuid", TypeKind::uuid},
};

template <typename Kinds>
TypeKind find_kind(const Kinds& kinds, std::string_view name) {
  for (const OrderKind& known : kinds)
    if (known.name == name) return known.kind;
  return TypeKind::unsupported;
}

std::string_view text_of(sqlite3_value* value) {
  const unsigned char* const text = sqlite3_value_text(value);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

std::optional<Value> value_of(const Type& type, sqlite3_value* stored, Arena& arena) {
  // A number where the stored form is one, and text everywhere else, also for operands of a request
  // that are text of a numeric type.
  const int form = sqlite3_value_type(stored);
  const bool number = form == SQLITE_INTEGER || form == SQLITE_FLOAT;
  if (number && storage_of(type.kind) == Storage::real)
    return Value::of_real(sqlite3_value_double(stored));
  if (form == SQLITE_INTEGER && storage_of(type.kind) == Storage::integer)
    return Value::of_integer(sqlite3_value_int64(stored));
  return parse_text(type, text_of(stored), arena);
}

void deltamill_key(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[1]) == SQLITE_NULL) return sqlite3_result_null(context);
  const std::string_view name = text_of(arguments[0]);
  Type type;
  type.kind = find_kind(order_kinds, name);
  if (type.kind == TypeKind::unsupported) type.kind = find_kind(plain_kinds, name);
  if (type.kind == TypeKind::unsupported)
    return sqlite3_result_error(context, "deltamill_key: unknown kind", -1);
  try {
    Arena arena;
    const std::optional<Value> value = value_of(type, arguments[1], arena);
    if (!value) return sqlite3_result_error(context, "deltamill_key: not a value of the kind", -1);
    std::string bytes;
    append_key_bytes(type, *value, bytes);
    sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  } catch (const std::exception& error) {
    // Exceptions do not cross SQLite's frames.
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

std::string_view order_kind(TypeKind kind) {
  for (const OrderKind& known : order_kinds)
    if (known.kind == kind) return known.name;
  return {};
}

// Deterministic, so that an index may be built on it; innocuous, so that it works while
// trusted_schema is off.
void offer_store_order(Database& database) {
  const int code = sqlite3_create_function_v2(database.handle(), "deltamill_key", 2,
                                              SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                              nullptr, deltamill_key, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteError("cannot offer deltamill_key", code);
}

}  // namespace deltamill
