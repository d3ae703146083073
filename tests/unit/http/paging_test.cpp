// Keyset pages: links, tokens, and what happens to them.
#include <catch2/catch.hpp>

#include "service/http/page_token.h"
#include "tests/unit/http/http_fixture.h"

using namespace deltamill;

namespace {

TestView numbers() {
  TestView view{"numbers",
                {column("id", TypeKind::int4), column("part", TypeKind::text, true)},
                KeyColumns{0},
                {}};
  for (int id = 1; id <= 5; ++id) view.rows.push_back({1, {std::to_string(id), "p"}});
  return view;
}

TestView letters() {
  return {"letters",
          {column("letter", TypeKind::text, true), column("n", TypeKind::numeric, true)},
          std::nullopt,
          {{3, {"a", "1.0"}}, {2, {"a", "1.00"}}, {1, {"b", null}}, {4, {null, "2"}}}};
}

std::string next_of(const Response& response) {
  const std::string link = header_of(response, "Link").value_or("<>; rel=\"next\"");
  CHECK(link.ends_with("; rel=\"next\""));
  return link.substr(1, link.find('>') - 1);
}

// All pages of a query, one after the other.
std::string pages(HttpFixture& http, std::string target) {
  std::string all;
  for (int page = 0; page < 20 && !target.empty(); ++page) {
    const Response response = http.get(target);
    CHECK(response.status == 200);
    all += response.body;
    target = next_of(response);
  }
  return all;
}

}  // namespace

TEST_CASE("a page links to the next one and the last one to none") {
  HttpFixture http({numbers()});
  CHECK(pages(http, "/v1/views/numbers?select=id&limit=2") ==
        R"([{"id":1},{"id":2}][{"id":3},{"id":4}][{"id":5}])");
  CHECK(pages(http, "/v1/views/numbers?select=id&limit=5").find("][") == std::string::npos);
}

TEST_CASE("a link keeps the query and drops the offset") {
  HttpFixture http({numbers()});
  const std::string next =
      next_of(http.get("/v1/views/numbers?select=id&offset=1&part=in.(%22p%22)&limit=1"));
  CHECK(next.starts_with("/v1/views/numbers?select=id&part=in.(%22p%22)&limit=1&after="));
  CHECK(http.get(next).body == R"([{"id":3}])");
  const std::string ranged = next_of(http.get("/v1/views/numbers?select=id", {{"Range", "0-1"}}));
  CHECK(http.get(ranged).body == R"([{"id":3},{"id":4}])");
}

TEST_CASE("a Range after a token counts from the token") {
  HttpFixture http({numbers(), letters()});
  const std::string next = next_of(http.get("/v1/views/numbers?select=id&limit=1"));
  const std::string after = "/v1/views/numbers?select=id&" + next.substr(next.find("after="));
  Response response = http.get(after, {{"Range", "0-1"}});
  CHECK(response.body == R"([{"id":2},{"id":3}])");
  CHECK(header_of(response, "Content-Range") == "0-1/*");
  CHECK(http.get(next_of(response)).body == R"([{"id":4},{"id":5}])");
  response = http.get(after, {{"Range", "1-2"}});
  CHECK(response.body == R"([{"id":3},{"id":4}])");
  CHECK(header_of(response, "Content-Range") == "1-2/*");
  CHECK(http.get(after + "&limit=1", {{"Range", "1-2"}}).body == R"([{"id":2}])");
  const std::string letter = next_of(http.get("/v1/views/letters?select=letter&limit=2"));
  CHECK(http.get("/v1/views/letters?select=letter&" + letter.substr(letter.find("after=")),
                 {{"Range", "2-4"}})
            .body == R"([{"letter":"a"},{"letter":"b"},{"letter":null}])");
}

TEST_CASE("text that could break out of a link is encoded in it") {
  HttpFixture http({numbers()});
  const Response response = http.get("/v1/views/numbers?part=neq.>\"<&limit=1");
  CHECK(header_of(response, "Link")->find("part=neq.%3E%22%3C&") != std::string::npos);
}

TEST_CASE("rows before the page may come and go without moving it") {
  HttpFixture http({numbers()});
  const std::string next = next_of(http.get("/v1/views/numbers?select=id&limit=2"));
  http.change(0, {{-1, {"1", "p"}}, {-1, {"2", "p"}}, {1, {"0", "p"}}});
  CHECK(http.get(next).body == R"([{"id":3},{"id":4}])");
}

TEST_CASE("a token is of one view and one order") {
  HttpFixture http({numbers(), letters()});
  const std::string next = next_of(http.get("/v1/views/numbers?select=id&limit=1"));
  const std::string token = next.substr(next.find("after="));
  CHECK(http.get("/v1/views/numbers?limit=1&" + token).status == 200);
  CHECK(problem_of(http.get("/v1/views/numbers?order=id.desc&" + token)) == "bad_after");
  CHECK(problem_of(http.get("/v1/views/letters?" + token)) == "bad_after");
  CHECK(problem_of(http.get("/v1/views/numbers?after=nonsense")) == "bad_after");
  CHECK(problem_of(http.get("/v1/views/numbers?after=")) == "bad_after");
  CHECK(problem_of(http.get("/v1/views/numbers?offset=1&" + token)) == "bad_query");
}

TEST_CASE("a forged token is checked like any value") {
  HttpFixture http({numbers()});
  const std::string next = next_of(http.get("/v1/views/numbers?limit=1"));
  PageToken token = decode_page_token(next.substr(next.find("after=") + 6)).value();
  token.values[0] = "1 OR 1=1";
  CHECK(problem_of(http.get("/v1/views/numbers?after=" + encode_page_token(token))) == "bad_after");
  token.values.emplace_back("2");
  CHECK(problem_of(http.get("/v1/views/numbers?after=" + encode_page_token(token))) == "bad_after");
}

TEST_CASE("pages of a view without key end within the copies of a row and go on there") {
  HttpFixture http({letters()});
  for (const char* limit : {"1", "2", "3", "4", "7"}) {
    std::string all =
        pages(http, std::string("/v1/views/letters?select=letter,n::text&limit=") + limit);
    for (std::size_t seam = all.find("]["); seam != std::string::npos; seam = all.find("]["))
      all.replace(seam, 2, ",");
    INFO(limit);
    CHECK(all == http.get("/v1/views/letters?select=letter,n::text").body);
  }
}
