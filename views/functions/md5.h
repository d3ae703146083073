// MD5 as hexadecimal digits (RFC 1321): for the SQL function md5, not for security.
#pragma once

#include <array>
#include <string_view>

namespace deltamill {

[[nodiscard]] std::array<char, 32> md5_hex(std::string_view bytes);

}  // namespace deltamill
