// Case folding, and its registration with a connection of SQLite.
#include "service/http/case_folding.h"

#include <sqlite3.h>

#include <algorithm>
#include <exception>

#include "views/data/arena.h"
#include "views/functions/letter_case.h"

namespace deltamill {

namespace {

// The letters that lower case would change although they fold to themselves: dotted capital and
// dotless small i.
bool folds_to_itself(std::string_view text) {
  return text.starts_with("\xc4\xb0") || text.starts_with("\xc4\xb1");
}

// Offset of the first such letter, or the length of the text.
std::size_t end_of_ordinary(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\xc4' && folds_to_itself(text.substr(i))) return i;
  return text.size();
}

void fold(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) noexcept {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;  // the result is NULL
  try {
    const unsigned char* bytes = sqlite3_value_text(arguments[0]);
    const auto length = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const std::string folded = fold_case({reinterpret_cast<const char*>(bytes), length});
    sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

// Simple folding is the lower case of the upper case (final sigma, long s, micro sign, ...) for all
// other letters.
std::string fold_case(std::string_view text) {
  std::string folded;
  Arena arena;
  while (!text.empty()) {
    const std::size_t ordinary = end_of_ordinary(text);
    folded += lower_case(upper_case(text.substr(0, ordinary), arena), arena);
    text.remove_prefix(ordinary);
    folded += text.substr(0, 2);
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
  }
  return folded;
}

void offer_case_folding(const Statement& statement) {
  sqlite3* const database = sqlite3_db_handle(statement.handle());
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  const int outcome = sqlite3_create_function_v2(database, "deltamill_fold", 1, flags, nullptr,
                                                 fold, nullptr, nullptr, nullptr);
  if (outcome != SQLITE_OK) throw SqliteError("cannot offer deltamill_fold", outcome);
}

}  // namespace deltamill
