// Freshness headers, read your writes, conditional requests, waiting.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/http/http_fixture.h"

namespace deltamill {

namespace {

TestView things(const std::string& name) {
  return {name, {column("id", TypeKind::int4)}, KeyColumns{0}, {{1, {"1"}}}};
}

using Headers = std::vector<Header>;

}  // namespace

TEST_CASE("an answer says of which frontier it is") {
  HttpFixture http({things("a")});
  const Response response = http.get("/v1/views/a");
  CHECK(header_of(response, "Deltamill-Lsn") == "0/10");
  CHECK(header_of(response, "Deltamill-Lag-Ms") == "7");
  CHECK(header_of(response, "Deltamill-Condition") == "live");
  http.change(0, {{1, {"2"}}});
  CHECK(header_of(http.get("/v1/views/a"), "Deltamill-Lsn") == "0/20");
}

TEST_CASE("a view that stopped following shows its own frontier") {
  HttpFixture http({things("a")});
  http.process.states[0].condition = Condition::stale;
  http.process.states[0].frontier = at(0x8);
  const Response response = http.get("/v1/views/a");
  CHECK(response.status == 200);
  CHECK(header_of(response, "Deltamill-Lsn") == "0/8");
  CHECK(header_of(response, "Deltamill-Condition") == "stale");
  CHECK(problem_of(http.get("/v1/views/a", {{"Deltamill-Min-Lsn", "0/9"}})) == "behind");
}

TEST_CASE("views without rows to serve are not ready") {
  HttpFixture http({things("a")});
  for (const Condition condition : {Condition::loading, Condition::failed}) {
    http.process.states[0].condition = condition;
    CHECK(http.get("/v1/views/a").status == 503);
    CHECK(problem_of(http.get("/v1/views/a/rows/1")) == "not_ready");
  }
  http.process.states[0].condition = Condition::degraded;
  CHECK(http.get("/v1/views/a").status == 200);
}

TEST_CASE("a position that is there is answered at once, another is waited for") {
  HttpFixture http({things("a")});
  http.process.reached = 0x10;
  CHECK(http.get("/v1/views/a", {{"Deltamill-Min-Lsn", "0/10"}}).status == 200);
  const Response behind =
      http.get("/v1/views/a", {{"Deltamill-Min-Lsn", "0/11"}, {"Prefer", "wait=0"}});
  CHECK(problem_of(behind) == "behind");
  CHECK(header_of(behind, "Retry-After") == "1");
  for (const char* position : {"", "16", "0/", "/1", "0/123456789", "0/xyz", "0/1 "})
    CHECK(problem_of(http.get("/v1/views/a", {{"Deltamill-Min-Lsn", position}})) == "bad_lsn");
}

TEST_CASE("a waiting request is answered when the position comes") {
  HttpFixture http({things("a")});
  http.process.reached = 0x10;
  std::thread writer([&http] {
    http.change(0, {{1, {"2"}}});
    http.process.reach(0x20);
  });
  const Response response =
      http.get("/v1/views/a", {{"Deltamill-Min-Lsn", "0/20"}, {"Prefer", "wait=10"}});
  writer.join();
  CHECK(response.body == R"([{"id":1},{"id":2}])");
  CHECK(header_of(response, "Preference-Applied") == "wait=10");
}

TEST_CASE("a query timeout of zero is no limit") {
  TestView many = things("a");
  for (int id = 2; id <= 3000; ++id) many.rows.push_back({1, {std::to_string(id)}});
  SiteOptions options;
  options.rows_max = 5000;
  options.query_timeout = std::chrono::milliseconds(0);
  HttpFixture http({many}, options);
  for (int round = 0; round < 20; ++round) {
    CHECK(http.get("/v1/views").status == 200);
    CHECK(http.get("/v1/views/a?id=gt.0", {{"Prefer", "count=exact"}}).status == 200);
  }
}

TEST_CASE("the catalogue says how fresh it is, and as what it may be kept") {
  HttpFixture http({things("a"), things("b")});
  const Response response = http.get("/v1/views");
  CHECK(header_of(response, "Deltamill-Lsn") == "0/20");
  CHECK(header_of(response, "Deltamill-Lag-Ms") == "7");
  CHECK(header_of(response, "Deltamill-Condition") == "live");
  CHECK(header_of(response, "Cache-Control") == "no-cache");
  CHECK(header_of(response, "Vary") == "Accept, Accept-Encoding, Authorization, Origin");
}

TEST_CASE("the condition of the catalogue is the worst of the views in it") {
  HttpFixture http({things("a"), things("b"), things("c")});
  const auto condition = [&http] {
    return header_of(http.get("/v1/views"), "Deltamill-Condition");
  };
  for (const Condition worse : {Condition::degraded, Condition::paused, Condition::stale,
                                Condition::loading, Condition::failed}) {
    http.process.states[2].condition = worse;
    CHECK(condition() == to_string(worse));
    http.process.states[0].condition = worse;
    CHECK(condition() == to_string(worse));
  }
  for (ServedView& view : http.process.served) view.served = false;
  CHECK(condition() == "live");
}

TEST_CASE("the catalogue waits for a position like a read") {
  HttpFixture http({things("a")});
  http.process.reached = 0x10;
  CHECK(http.get("/v1/views", {{"Deltamill-Min-Lsn", "0/10"}}).status == 200);
  const Response behind =
      http.get("/v1/views", {{"Deltamill-Min-Lsn", "0/11"}, {"Prefer", "wait=0"}});
  CHECK(problem_of(behind) == "behind");
  CHECK(header_of(behind, "Retry-After") == "1");
  CHECK(problem_of(http.get("/v1/views", {{"Deltamill-Min-Lsn", "16"}})) == "bad_lsn");
  http.process.reached = 0x20;  // told of, but not in the snapshot
  CHECK(problem_of(http.get("/v1/views", {{"Deltamill-Min-Lsn", "0/20"}})) == "behind");
  http.change(0, {{1, {"2"}}});
  const Response there =
      http.get("/v1/views", {{"Deltamill-Min-Lsn", "0/20"}, {"Prefer", "wait=10, count=exact"}});
  CHECK(there.status == 200);
  CHECK(header_of(there, "Preference-Applied") == "wait=10");
}

TEST_CASE("the catalogue refuses unknown preferences where it is asked to") {
  HttpFixture http({things("a")});
  CHECK(http.get("/v1/views", {{"Prefer", "return=minimal"}}).status == 200);
  CHECK(problem_of(http.get("/v1/views", {{"Prefer", "handling=strict, return=minimal"}})) ==
        "bad_preference");
}

TEST_CASE("an unchanged view is not sent again") {
  HttpFixture http({things("a"), things("b")});
  const Response first = http.get("/v1/views/a");
  const std::string tag = header_of(first, "ETag").value();
  CHECK(tag.starts_with("W/\""));
  const Headers known{{"If-None-Match", "\"other\", " + tag}};
  Response again = http.get("/v1/views/a", known);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(header_of(again, "ETag") == tag);
  http.change(1, {{1, {"2"}}});  // another view
  again = http.get("/v1/views/a", known);
  CHECK(again.status == 304);
  CHECK(header_of(again, "Deltamill-Lsn") == "0/30");
  CHECK(http.get("/v1/views/a?limit=1", known).status == 200);
  CHECK(http.get("/v1/views/a", {known[0], {"Accept", "text/csv"}}).status == 200);
  http.change(0, {{1, {"2"}}});
  CHECK(http.get("/v1/views/a", known).status == 200);
  CHECK(http.get("/v1/views/a", {{"If-None-Match", "*"}}).status == 304);
}

TEST_CASE("a rebuild of another content changes the tag") {
  HttpFixture http({things("a")});
  const Headers known{{"If-None-Match", header_of(http.get("/v1/views/a"), "ETag").value()}};
  http.rebuild(0, {{1, {"5"}}});
  CHECK(http.get("/v1/views/a", known).status == 200);
}

TEST_CASE("waiting for the store, a view and a sink") {
  HttpFixture http({things("a")});
  http.process.reached = 0x10;
  http.process.sinks.push_back({"cache", "redis", "following", at(0x8), 0, ""});
  const Headers impatient{{"Prefer", "wait=0"}};
  CHECK(http.get("/v1/wait?lsn=0/10", impatient).body == R"({"frontier":"0/10"})");
  CHECK(http.get("/v1/wait?lsn=0/8&view=a", impatient).body == R"({"frontier":"0/10"})");
  CHECK(http.get("/v1/wait?lsn=0/8&sink=cache", impatient).body == R"({"frontier":"0/8"})");
  CHECK(problem_of(http.get("/v1/wait?lsn=0/9&sink=cache", impatient)) == "behind");
  CHECK(problem_of(http.get("/v1/wait?lsn=0/11", impatient)) == "behind");
  CHECK(problem_of(http.get("/v1/wait?lsn=0/1&sink=nope", impatient)) == "bad_query");
  CHECK(problem_of(http.get("/v1/wait?lsn=0/1&view=nope", impatient)) == "unknown_view");
  CHECK(problem_of(http.get("/v1/wait", impatient)) == "bad_lsn");
  CHECK(problem_of(http.get("/v1/wait?lsn=x", impatient)) == "bad_lsn");
  CHECK(problem_of(http.get("/v1/wait?lsn=0/1&x=1", impatient)) == "bad_query");
}

}  // namespace deltamill
