// Digests of bytes as SQL's functions give them: for comparing, not for security.
#pragma once

#include "views/functions/function.h"

namespace deltamill {

// MD5 in 32 hexadecimal digits. Fails, as in PostgreSQL, where the machine's OpenSSL forbids MD5.
[[nodiscard]] Value md5_hex(std::string_view bytes, CallContext& context);

}  // namespace deltamill
