// Diagnostics as users see them.
#include <catch2/catch.hpp>

#include "tests/unit/sql/shop_catalog.h"
#include "views/sql/suggestion.h"

namespace deltamill {

TEST_CASE("a diagnostic prints as a compiler prints it") {
  Diagnostic diagnostic;
  diagnostic.file = "deltamill.yaml";
  diagnostic.code = "unknown_key";
  diagnostic.message = "unknown key \"memory_limt\"";
  diagnostic.hint = "did you mean \"memory_limit\"?";
  locate("project: shop\n# x\nmemory_limt: 2GiB\n", 18, diagnostic);
  CHECK(to_text(diagnostic) ==
        "deltamill.yaml:3:1: error: unknown key \"memory_limt\" [unknown_key]\n"
        "    3 | memory_limt: 2GiB\n"
        "      | ^~~~~~~~~~~\n"
        "  hint: did you mean \"memory_limit\"?\n");
}

TEST_CASE("what is about a whole file stands at its first character") {
  Diagnostic diagnostic;
  diagnostic.file = "v.sql";
  diagnostic.severity = Severity::warning;
  diagnostic.code = "bad_name";
  diagnostic.message = "no";
  CHECK(to_text(diagnostic) == "v.sql:1:1: warning: no [bad_name]\n");
}

TEST_CASE("the mark stands below its character, behind tabs and letters of several bytes") {
  Diagnostic diagnostic;
  diagnostic.file = "v.sql";
  diagnostic.code = "syntax";
  diagnostic.message = "m";
  locate("\t'é' x1\r\n", 6, diagnostic);
  CHECK(diagnostic.column == 6);
  CHECK(to_text(diagnostic) ==
        "v.sql:1:6: error: m [syntax]\n    1 | \t'é' x1\n      | \t    ^~\n");
}

TEST_CASE("an offset behind the end is the end") {
  Diagnostic diagnostic;
  locate("ab", 99, diagnostic);
  CHECK(diagnostic.line == 1);
  CHECK(diagnostic.column == 3);
}

TEST_CASE("names are suggested when they are near") {
  CHECK(did_you_mean("naem", {"name", "id"}) == "did you mean \"name\"?");
  CHECK(did_you_mean("customer", {"customers", "orders"}) == "did you mean \"customers\"?");
  CHECK(did_you_mean("xyz", {"name", "id"}).empty());
}

}  // namespace deltamill
