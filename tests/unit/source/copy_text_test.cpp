// Rows of COPY become the insert messages that the stream would send.
#include "service/source/copy_text.h"

#include <catch2/catch.hpp>

#include "tests/unit/source/messages.h"

namespace deltamill {

namespace {

std::string copied(const std::string& row, std::size_t columns) {
  std::string payload;
  append_copied_row(row, 9, columns, payload);
  return messages::messages_of(payload).at(0);
}

TEST_CASE("a copied row equals the streamed insert") {
  CHECK(copied("1\tname\t\\N\n", 3) == messages::insert(9, {"1", "name", "~"}));
  CHECK(copied("", 1) == messages::insert(9, {""}));
  CHECK(copied("\n", 0) == messages::insert(9, {}));
  CHECK(copied("\t\n", 2) == messages::insert(9, {"", ""}));
}

TEST_CASE("escapes of COPY are undone") {
  CHECK(copied(R"(\b\f\n\r\t\v\\)", 1) == messages::insert(9, {"\b\f\n\r\t\v\\"}));
  CHECK(copied(R"(\\N)", 1) == messages::insert(9, {R"(\N)"}));
  CHECK(copied(R"(a\\\\b)", 1) == messages::insert(9, {R"(a\\b)"}));
}

TEST_CASE("rows append to a payload one behind the other") {
  std::string payload;
  append_copied_row("1\n", 9, 1, payload);
  append_copied_row("2\n", 9, 1, payload);
  CHECK(messages::kinds_of(payload) == "II");
}

TEST_CASE("what COPY does not write is refused") {
  CHECK_THROWS_AS(copied("1\t2", 1), MalformedCopyRow);
  CHECK_THROWS_AS(copied("1", 2), MalformedCopyRow);
  CHECK_THROWS_AS(copied(R"(a\)", 1), MalformedCopyRow);
  CHECK_THROWS_AS(copied(R"(\x41)", 1), MalformedCopyRow);
}

}  // namespace
}  // namespace deltamill
