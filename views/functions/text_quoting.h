// Text as SQL writes it: literals and identifiers, as quote_literal, quote_ident and format()
// quote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "views/functions/function.h"

namespace deltamill {

// 'it''s', with a backslash E'a\\b'.
void append_quoted_literal(std::string_view content, std::string& text);

// As it is where PostgreSQL 15 needs no quotes, else "with "" doubled".
void append_quoted_identifier(std::string_view name, std::string& text);

// Part of text_functions().
[[nodiscard]] std::vector<Function> text_quoting_functions();

}  // namespace deltamill
