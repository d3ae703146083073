// SQL functions of HTTP's queries over the view store: deltamill_fold(text), text under Unicode's
// simple case folding.
#pragma once

#include <string>
#include <string_view>

#include "sinks/sqlite/database.h"

namespace deltamill {

[[nodiscard]] std::string fold_case(std::string_view text);

// Makes the functions known to the connection that `statement` belongs to. Doing it twice changes
// nothing.
void register_store_functions(const Statement& statement);

}  // namespace deltamill
