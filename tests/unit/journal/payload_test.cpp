// The framing of messages in a payload.
#include "service/journal/payload.h"

#include <catch2/catch.hpp>
#include <string>

namespace deltamill {

TEST_CASE("messages come back as they were appended") {
  std::string payload;
  append_message("B", payload);
  append_message(std::string_view("I\0x", 3), payload);
  MessageCursor cursor(payload);
  CHECK(cursor.next() == std::string_view("B"));
  CHECK(cursor.next() == std::string_view("I\0x", 3));
  CHECK_FALSE(cursor.next());
}

TEST_CASE("concatenated payloads are one payload") {
  std::string first;
  append_message("a", first);
  std::string second;
  append_message("b", second);
  MessageCursor cursor(first += second);
  CHECK(cursor.next() == std::string_view("a"));
  CHECK(cursor.next() == std::string_view("b"));
}

TEST_CASE("a torn payload is an error, not an end") {
  std::string payload;
  append_message("hello", payload);
  for (std::size_t size = 1; size < payload.size(); ++size) {
    MessageCursor cursor(std::string_view(payload).substr(0, size));
    CHECK_THROWS_AS(cursor.next(), TornPayload);
  }
}

}  // namespace deltamill
