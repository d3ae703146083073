// Accept, Accept-Encoding and Prefer.
#include <catch2/catch.hpp>

#include "service/http/media_type.h"
#include "service/http/preferences.h"
#include "tests/unit/http/thrown_problem.h"

namespace deltamill {

TEST_CASE("the most wanted format wins, JSON without a wish") {
  CHECK(negotiate_format("") == RowFormat::json);
  CHECK(negotiate_format("*/*") == RowFormat::json);
  CHECK(negotiate_format("text/csv") == RowFormat::csv);
  CHECK(negotiate_format("text/html, application/*;q=0.1, text/*;q=0.5") == RowFormat::csv);
  CHECK(negotiate_format("application/json;q=0.5, APPLICATION/X-NDJSON") == RowFormat::ndjson);
  CHECK(negotiate_format("application/vnd.pgrst.object+json") == RowFormat::single_object);
}

TEST_CASE("a format of quality zero or of no kind of ours is not acceptable") {
  CHECK_FALSE(negotiate_format("image/png"));
  CHECK_FALSE(negotiate_format("application/json;q=0"));
  CHECK(negotiate_format("application/json;q=0, */*") != RowFormat::json);
}

TEST_CASE("one row is an object, as which it may also be asked for") {
  CHECK(negotiate_row_format("") == RowFormat::json);
  CHECK(negotiate_row_format("text/html, */*;q=0.1") == RowFormat::json);
  CHECK(negotiate_row_format("application/vnd.pgrst.object+json") == RowFormat::single_object);
  for (const char* accept : {"text/html", "text/csv", "application/x-ndjson", "text/*"})
    CHECK_FALSE(negotiate_row_format(accept));
}

TEST_CASE("gzip is used where it is allowed") {
  CHECK(accepts_gzip("gzip, deflate, br"));
  CHECK(accepts_gzip("*"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("br"));
  CHECK_FALSE(accepts_gzip("gzip;q=0, *"));
}

TEST_CASE("preferences are read, the wait is at most 30 seconds") {
  const Preferences preferences = parse_preferences("count=exact, wait=99");
  CHECK(preferences.count);
  CHECK(preferences.patience() == std::chrono::seconds(30));
  CHECK(preferences.applied == std::vector<std::string>{"count=exact", "wait=99"});
  CHECK(parse_preferences("").patience() == std::chrono::seconds(5));
}

TEST_CASE("unknown preferences are ignored unless handling is strict") {
  CHECK(parse_preferences("return=minimal, wait=soon").applied.empty());
  const auto problem =
      thrown_problem([] { return parse_preferences("return=minimal, handling=strict"); });
  REQUIRE(problem);
  CHECK(problem->name == ProblemName::bad_preference);
  CHECK(problem->details == "invalid preferences: return=minimal");
}

}  // namespace deltamill
