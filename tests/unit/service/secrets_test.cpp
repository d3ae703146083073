// What must not be seen is not in the line, and the mark still stands below its target.
#include "service/configuration/secrets.h"

#include <catch2/catch.hpp>
#include <string>

namespace deltamill {

namespace {

std::string shown(const std::string& line) {
  return hide_secrets(line).text;
}

}  // namespace

TEST_CASE("the password of a URI is hidden") {
  CHECK(shown("  url: postgresql://ada:pearl@db:5432/shop") ==
        "  url: postgresql://ada:***@db:5432/shop");
  CHECK(shown("{ url: \"postgresql://ada:pearl@db/shop\", slot: x }") ==
        "{ url: \"postgresql://ada:***@db/shop\", slot: x }");
}

TEST_CASE("a password that should have been escaped is hidden to its last @") {
  CHECK(shown("url: postgresql://ada:pe@rl/1 2@db/shop") == "url: postgresql://ada:***@db/shop");
}

TEST_CASE("the password of keyword=value pairs is hidden") {
  CHECK(shown("url: host=db password=pearl user=ada") == "url: host=db password=*** user=ada");
  CHECK(shown("url: \"host=db password='pe rl' user=ada\"") ==
        "url: \"host=db password='***' user=ada\"");
  CHECK(shown("url: postgresql://db/shop?password=pearl&sslmode=require") ==
        "url: postgresql://db/shop?password=***&sslmode=require");
}

TEST_CASE("values of password, secret and token are hidden") {
  CHECK(shown("password: pearl") == "password: ***");
  CHECK(shown("{ secret: \"pearl\", token: ruby }") == "{ secret: \"***\", token: *** }");
}

TEST_CASE("a url that is no connection string but has an @ is hidden") {
  CHECK(shown("source: { url: \"ada:pearl@db\", slot: x }") == "source: { url: \"***\", slot: x }");
}

TEST_CASE("references and lines without a secret stay as they are") {
  for (const char* const line :
       {"url: ${DATABASE_URL}", "password: ${PEARL}", "url: postgresql://ada@db/shop",
        "url: postgresql://db:5432/shop", "password_file: /run/secrets/pearl", "project: shop", ""})
    CHECK(shown(line) == line);
}

TEST_CASE("a place behind a secret moves with the text") {
  const std::string line = "{ url: \"postgresql://ada:a-long-pearl@db\", slot: x }";
  const ShownLine behind = hide_secrets(line, line.find("slot"));
  CHECK(behind.text.substr(behind.mark, 4) == "slot");
  const ShownLine before = hide_secrets(line, line.find("url"));
  CHECK(before.text.substr(before.mark, 3) == "url");
  const ShownLine inside = hide_secrets(line, line.find("long"));
  CHECK(inside.text.substr(inside.mark, 3) == "***");
  const ShownLine end = hide_secrets(line, line.size());
  CHECK(end.mark == end.text.size());
}

}  // namespace deltamill
