// Keyset pages: links, tokens, and what happens to them.
#include <catch2/catch.hpp>
#include <functional>
#include <optional>

#include "service/http/page_token.h"
#include "tests/unit/http/http_fixture.h"

namespace deltamill {

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

using Ask = std::function<Response(const std::string& target)>;

// All pages of a query, one after the other.
std::string pages(const Ask& ask, std::string target) {
  std::string all;
  for (int page = 0; page < 20 && !target.empty(); ++page) {
    const Response response = ask(target);
    CHECK(response.status == 200);
    all += response.body;
    target = next_of(response);
  }
  CHECK(target.empty());
  return all;
}

std::string pages(HttpFixture& http, const std::string& target) {
  return pages([&http](const std::string& page) { return http.get(page); }, target);
}

// The bodies of all pages as one.
std::string joined(std::string bodies) {
  for (std::size_t seam = bodies.find("]["); seam != std::string::npos; seam = bodies.find("]["))
    bodies.replace(seam, 2, ",");
  return bodies;
}

// The public site of a fixture that serves only these columns of its only view.
class PartlyServed {
 public:
  PartlyServed(HttpFixture& http, std::vector<std::string> columns)
      : process_(http.process), reader_(http.path(), 2) {
    http.process.served[0].served_columns = std::move(columns);
    site_.emplace(process_, process_, process_, reader_, SiteOptions{});
  }
  [[nodiscard]] Response get(const std::string& target) {
    Request request;
    request.method = "GET";
    request.target = target;
    return finish(process_, answer_request(*site_, Listener::open, request));
  }

 private:
  FakeProcess& process_;
  StoreReader reader_;
  std::optional<Site> site_;
};

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
    const std::string all =
        joined(pages(http, std::string("/v1/views/letters?select=letter,n::text&limit=") + limit));
    INFO(limit);
    CHECK(all == http.get("/v1/views/letters?select=letter,n::text").body);
  }
}

TEST_CASE("pages for callers who do not see the key are of the rows as they see them") {
  HttpFixture http({{"sales",
                     {column("id", TypeKind::int4), column("day", TypeKind::int4, true),
                      column("shop", TypeKind::text)},
                     KeyColumns{0},
                     {{1, {"991", "2", "n"}},
                      {1, {"992", "1", "s"}},
                      {1, {"993", "1", "s"}},
                      {1, {"994", null, "n"}},
                      {1, {"995", "1", "n"}},
                      {1, {"996", "1", "s"}}}}});
  PartlyServed site(http, {"day", "shop"});
  const auto ask = [&site](const std::string& target) { return site.get(target); };
  const std::string whole = site.get("/v1/views/sales").body;
  CHECK(whole ==
        R"([{"day":1,"shop":"n"},{"day":1,"shop":"s"},{"day":1,"shop":"s"},{"day":1,"shop":"s"},)"
        R"({"day":2,"shop":"n"},{"day":null,"shop":"n"}])");
  for (const char* limit : {"1", "2", "3", "4", "5", "6"}) {
    INFO(limit);
    CHECK(joined(pages(ask, std::string("/v1/views/sales?limit=") + limit)) == whole);
  }
  CHECK(joined(pages(ask, "/v1/views/sales?offset=4&limit=1")) ==
        R"([{"day":2,"shop":"n"},{"day":null,"shop":"n"}])");
  CHECK(joined(pages(ask, "/v1/views/sales?offset=3&limit=1")) ==
        R"([{"day":1,"shop":"s"},{"day":2,"shop":"n"},{"day":null,"shop":"n"}])");
  // Nothing of the key is in a token.
  const std::string next = next_of(site.get("/v1/views/sales?limit=3"));
  const PageToken token = decode_page_token(next.substr(next.find("after=") + 6)).value();
  CHECK(token.values == std::vector<std::optional<std::string>>{"1", "s"});
  CHECK(token.copies == 2);
  // With another copy gone the page goes on after those that were sent.
  http.change(0, {{-1, {"992", "1", "s"}}});
  CHECK(site.get(next).body == R"([{"day":2,"shop":"n"},{"day":null,"shop":"n"}])");
}

TEST_CASE("pages of a view without key of which columns are hidden count its copies") {
  HttpFixture http({letters()});
  PartlyServed site(http, {"letter"});
  const auto ask = [&site](const std::string& target) { return site.get(target); };
  const std::string whole = site.get("/v1/views/letters").body;
  for (const char* limit : {"1", "2", "3", "4", "7"}) {
    INFO(limit);
    CHECK(joined(pages(ask, std::string("/v1/views/letters?limit=") + limit)) == whole);
  }
}

TEST_CASE("the zeros of floating-point numbers share their place in pages") {
  HttpFixture http({{"zeros",
                     {column("zero", TypeKind::float8), column("sign", TypeKind::text)},
                     std::nullopt,
                     {{2, {"0", "-0"}}, {1, {"-0", "-0"}}, {1, {"0", "0"}}}}});
  const std::string whole = http.get("/v1/views/zeros").body;
  for (const char* limit : {"1", "2", "3"})
    CHECK(joined(pages(http, std::string("/v1/views/zeros?limit=") + limit)) == whole);
}

}  // namespace deltamill
