// Unicode's simple case folding, which ilike compares under, here and in SQL over the view store.
#pragma once

#include <string>
#include <string_view>

#include "sinks/sqlite/database.h"

namespace deltamill {

[[nodiscard]] std::string fold_case(std::string_view text);

// Offers deltamill_fold(text) to the connection that `statement` belongs to. Doing it twice changes
// nothing.
void offer_case_folding(const Statement& statement);

}  // namespace deltamill
