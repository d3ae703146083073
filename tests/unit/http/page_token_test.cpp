// Tokens of pages.
#include "service/http/page_token.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("a token comes back as it was made") {
  const PageToken token{0xfedcba9876543210U, 3, {"x", std::nullopt, "", std::string(300, 'y')}};
  const std::string text = encode_page_token(token);
  CHECK(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
      std::string::npos);
  CHECK(decode_page_token(text) == token);
}

TEST_CASE("what is cut off or made up is no token") {
  const std::string text = encode_page_token({1, 1, {"some value"}});
  for (std::size_t size = 0; size < text.size(); size += 3) {
    const auto decoded = decode_page_token(text.substr(0, size));
    CHECK((!decoded || decoded->values.empty()));
  }
  CHECK_FALSE(decode_page_token("not a token!"));
  CHECK_FALSE(decode_page_token(std::string(64, '_')));
}

}  // namespace deltamill
