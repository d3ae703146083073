// JSON as it was written: parts of a document that must keep their digits, which a parser that
// knows only doubles would change. REQUIRES everywhere: the text is valid JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

// The value of a member of an object, as its text; empty = there is no such member.
[[nodiscard]] std::string_view member_text(std::string_view object, std::string_view name);

// The elements of an array, as their texts.
[[nodiscard]] std::vector<std::string_view> element_texts(std::string_view array);

// The object with null in place of a member's value.
[[nodiscard]] std::string with_null(std::string_view object, std::string_view name);

}  // namespace deltamill
