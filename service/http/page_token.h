// The token of `after=`: the last row of a page by its values in the order's columns, bound to view
// and order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

struct PageToken {
  std::uint64_t fingerprint = 0;  // of the view's definition and of the order
  std::uint64_t copies = 0;       // callers without key: how many copies of that row were sent
  std::vector<std::optional<std::string>> values;  // text forms; nothing = NULL

  [[nodiscard]] bool operator==(const PageToken&) const = default;
};

// URL-safe text.
[[nodiscard]] std::string encode_page_token(const PageToken& token);

// Nothing = not a token of ours. Whatever it says is still to be checked: clients can make tokens.
[[nodiscard]] std::optional<PageToken> decode_page_token(std::string_view text);

}  // namespace deltamill
