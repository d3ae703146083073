// Percent-encoding, paths and query strings.
#include "service/http/target.h"

#include <catch2/catch.hpp>

#include "tests/unit/http/thrown_problem.h"

namespace deltamill {

TEST_CASE("percent-encoding is undone once") {
  CHECK(percent_decode("a%2520b", false) == "a%20b");
  CHECK(percent_decode("a+b", true) == "a b");
  CHECK(percent_decode("a+b", false) == "a+b");
  CHECK(percent_decode("%C3%a9", false) == "é");
}

TEST_CASE("broken escapes, NUL and bytes that are not UTF-8 are no text") {
  for (const char* text : {"%", "%4", "%zz", "%00", "%ff", "%c0%80", "%ed%a0%80", "%f4%90%80%80"})
    CHECK_FALSE(percent_decode(text, false));
}

TEST_CASE("encoding and decoding are inverse") {
  const std::string text = "a b&c=d/é\"<>%";
  CHECK(percent_decode(percent_encode(text), true) == text);
}

TEST_CASE("a path splits at its slashes") {
  CHECK(path_segments("/v1/views") == std::vector<std::string_view>{"v1", "views"});
  CHECK(path_segments("/") == std::vector<std::string_view>{""});
  CHECK(path_segments("/a/") == std::vector<std::string_view>{"a", ""});
  CHECK(path_of("/a?b") == "/a");
  CHECK(query_of("/a?b?c") == "b?c");
}

TEST_CASE("a name in a path holds neither dot segments nor slashes") {
  CHECK(decode_segment("caf%C3%A9") == "café");
  for (const char* segment : {"..", ".", "%2e%2e", "a%2fb", "%00"})
    CHECK(thrown_problem([&] { return decode_segment(segment); }));
}

TEST_CASE("parameters keep their order and their repetitions") {
  const auto parameters = parse_parameters("a=1&b&a=x%3Dy&&c=");
  REQUIRE(parameters.size() == 4);
  CHECK(parameters[1].name == "b");
  CHECK(parameters[1].value.empty());
  CHECK(parameters[2].value == "x=y");
}

}  // namespace deltamill
