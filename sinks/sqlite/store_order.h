// PostgreSQL's order for what views.db stores in a form that does not sort right (numeric as text,
// dates BC, NaN): the SQL function deltamill_key(kind, value) gives a blob whose memcmp order is
// the order of the values.
#pragma once

#include <string_view>

#include "sinks/sqlite/database.h"
#include "views/data/type.h"

namespace deltamill {

// The kind to give to deltamill_key; empty for types whose stored form sorts right by itself, and
// for enums, whose order is that of their labels, and json, which has none.
[[nodiscard]] std::string_view order_kind(TypeKind kind);

// Offers deltamill_key to the statements of a connection. NULL stays NULL; a text that is no value
// of the kind is an error of the statement.
void offer_store_order(Database& database);

}  // namespace deltamill
