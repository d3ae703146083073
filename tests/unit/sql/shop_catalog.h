// The tables that the tests of the SQL stage bind against: a small shop, and one table with a
// column of every type.
#pragma once

#include <string>
#include <vector>

#include "views/sql/view_definition.h"

namespace deltamill {

[[nodiscard]] Catalog shop_catalog();

// Binds one view named "v" against the shop.
[[nodiscard]] BindResult bind_one(const std::string& sql);

// "id integer, name text" of a query that must bind.
[[nodiscard]] std::string described(const std::string& sql);

// "1:8 unknown_column: message" of the first error of a query that must not bind.
[[nodiscard]] std::string first_error(const std::string& sql);

// "(id, line_no)", "()" or "none".
[[nodiscard]] std::string key_of(const std::string& sql);

}  // namespace deltamill
