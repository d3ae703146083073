// Rows, one row by key, the catalogue: formats, status codes, what a caller may see.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/http/http_fixture.h"

namespace deltamill {

namespace {

TestView customers() {
  return {"customers",
          {column("id", TypeKind::int4), column("name", TypeKind::text),
           column("balance", TypeKind::numeric, true, (12 << 16 | 2) + 4)},
          KeyColumns{0},
          {{1, {"1", "Ada", "10.00"}}, {1, {"2", "Bo", null}}, {1, {"3", "Cy", "-2.50"}}}};
}

TestView lines() {
  return {"lines",
          {column("order_id", TypeKind::int8), column("sku", TypeKind::text, true)},
          KeyColumns{0, 1},
          {{1, {"1", "a/b"}},
           {1, {"1", "x,y"}},
           {1, {"2", null}},
           {1, {"2", "null"}},
           {1, {"3", ".."}}}};
}

TestView total() {
  return {"total", {column("sum", TypeKind::int8, true)}, KeyColumns{}, {{1, {"42"}}}};
}

TestView words() {
  return {"words",
          {column("word", TypeKind::text, true)},
          std::nullopt,
          {{2, {"a"}}, {1, {"b"}}, {3, {null}}}};
}

using Headers = std::vector<Header>;

}  // namespace

TEST_CASE("rows come in key order, with range and type") {
  HttpFixture http({customers()});
  const Response response = http.get("/v1/views/customers");
  CHECK(response.status == 200);
  CHECK(response.body ==
        R"([{"id":1,"name":"Ada","balance":10.00},)"
        R"({"id":2,"name":"Bo","balance":null},{"id":3,"name":"Cy","balance":-2.50}])");
  CHECK(header_of(response, "Content-Type") == "application/json");
  CHECK(header_of(response, "Content-Range") == "0-2/*");
  CHECK(header_of(response, "Vary") == "Accept, Accept-Encoding, Authorization, Origin");
  CHECK(header_of(response, "Cache-Control") == "no-cache");
  CHECK(header_of(response, "Server-Timing")->starts_with("parse;dur="));
}

TEST_CASE("select renames, repeats and casts") {
  HttpFixture http({customers()});
  CHECK(http.get("/v1/views/customers?select=who:name,balance::text,id,n:id::text&id=eq.1").body ==
        R"([{"who":"Ada","balance":"10.00","id":1,"n":"1"}])");
  CHECK(http.get("/v1/views/customers?select=*,twin:id&id=eq.2").body ==
        R"([{"id":2,"name":"Bo","balance":null,"twin":2}])");
}

TEST_CASE("formats follow Accept") {
  HttpFixture http({customers()});
  const std::string one = "/v1/views/customers?select=id,name&id=eq.1";
  CHECK(http.get(one, {{"Accept", "text/csv"}}).body == "id,name\n1,Ada\n");
  CHECK(http.get(one, {{"Accept", "application/x-ndjson"}}).body ==
        "{\"id\":1,\"name\":\"Ada\"}\n");
  const Headers object{{"Accept", "application/vnd.pgrst.object+json"}};
  CHECK(http.get(one, object).body == R"({"id":1,"name":"Ada"})");
  CHECK(http.get(one, object).status == 200);
  const Response many = http.get("/v1/views/customers", object);
  CHECK(many.status == 406);
  CHECK(problem_of(many) == "not_singular");
  CHECK(problem_of(http.get("/v1/views/customers?id=eq.9", object)) == "not_singular");
  CHECK(problem_of(http.get(one, {{"Accept", "image/png"}})) == "not_acceptable");
}

TEST_CASE("a problem says what is wrong in both dialects") {
  HttpFixture http({customers()});
  const Response response = http.get("/v1/views/customers?nope=eq.1");
  CHECK(response.status == 400);
  CHECK(nlohmann::ordered_json::parse(response.body).dump() ==
        R"({"type":"urn:deltamill:error:unknown_column","title":"Unknown column","status":400,)"
        R"("detail":"column customers.nope does not exist","instance":"/v1/views/customers",)"
        R"("code":"42703","message":"column customers.nope does not exist",)"
        R"("details":null,"hint":null})");
}

TEST_CASE("windows: limit, offset, Range and the server's maximum") {
  SiteOptions options;
  options.rows_max = 2;
  HttpFixture http({customers()}, options);
  const auto range = [&http](const std::string& query, const Headers& headers) {
    return header_of(http.get("/v1/views/customers" + query, headers), "Content-Range");
  };
  CHECK(range("", {}) == "0-1/*");
  CHECK(range("?limit=10", {}) == "0-1/*");
  CHECK(range("?limit=1&offset=2", {}) == "2-2/*");
  CHECK(range("?offset=3", {}) == "*/*");
  CHECK(range("?limit=0", {}) == "*/*");
  CHECK(range("", {{"Range", "1-1"}}) == "1-1/*");
  CHECK(range("", {{"Range", "1-"}}) == "1-2/*");
  CHECK(range("?limit=1", {{"Range", "1-1"}}) == "0-0/*");
  CHECK(range("", {{"Range", "bytes=1-1"}}) == "0-1/*");
  CHECK(range("", {{"Range", "0-18446744073709551615"}}) == "0-1/*");
  const Response backward = http.get("/v1/views/customers", {{"Range", "2-1"}});
  CHECK(backward.status == 416);
  CHECK(problem_of(backward) == "range_not_satisfiable");
}

TEST_CASE("a count tells the total, and 206 that more is there") {
  HttpFixture http({customers(), words()});
  const Headers count{{"Prefer", "count=exact"}};
  Response response = http.get("/v1/views/customers?limit=2", count);
  CHECK(response.status == 206);
  CHECK(header_of(response, "Content-Range") == "0-1/3");
  CHECK(header_of(response, "Preference-Applied") == "count=exact");
  response = http.get("/v1/views/customers?balance=gt.0", count);
  CHECK(response.status == 200);
  CHECK(header_of(response, "Content-Range") == "0-0/1");
  CHECK(header_of(http.get("/v1/views/customers?id=eq.9", count), "Content-Range") == "*/0");
  response = http.get("/v1/views/customers?offset=4", count);
  CHECK(response.status == 416);
  CHECK(header_of(response, "Deltamill-Lsn"));
  CHECK(header_of(http.get("/v1/views/words", count), "Content-Range") == "0-5/6");
}

TEST_CASE("rows of a view without key are repeated by their multiplicity") {
  HttpFixture http({words()});
  CHECK(http.get("/v1/views/words").body ==
        R"([{"word":"a"},{"word":"a"},{"word":"b"},{"word":null},{"word":null},{"word":null}])");
  CHECK(http.get("/v1/views/words?limit=3&offset=1").body ==
        R"([{"word":"a"},{"word":"b"},{"word":null}])");
  CHECK(http.get("/v1/views/words?offset=5").body == R"([{"word":null}])");
  CHECK(http.get("/v1/views/words?offset=6").body == "[]");
}

TEST_CASE("a row is found by its key") {
  HttpFixture http({customers(), lines(), total()});
  CHECK(http.get("/v1/views/customers/rows/2").body == R"({"id":2,"name":"Bo","balance":null})");
  CHECK(http.get("/v1/views/customers/rows/2?select=name").body == R"({"name":"Bo"})");
  CHECK(http.get("/v1/views/lines/rows/1,a%2Fb").body == R"({"order_id":1,"sku":"a/b"})");
  CHECK(http.get("/v1/views/lines/rows/1,%22x,y%22").body == R"({"order_id":1,"sku":"x,y"})");
  CHECK(http.get("/v1/views/lines/rows/2,null").body == R"({"order_id":2,"sku":null})");
  CHECK(http.get("/v1/views/lines/rows/2,%22null%22").body == R"({"order_id":2,"sku":"null"})");
  CHECK(http.get("/v1/views/lines/rows/3,..").body == R"({"order_id":3,"sku":".."})");
  CHECK(http.get("/v1/views/total/rows/").body == R"({"sum":42})");
}

TEST_CASE("a row is JSON for those who take it") {
  HttpFixture http({customers()});
  const std::string path = "/v1/views/customers/rows/1?select=id";
  for (const char* accept : {"text/html", "text/csv", "application/json;q=0"})
    CHECK(problem_of(http.get(path, {{"Accept", accept}})) == "not_acceptable");
  CHECK(http.get(path, {{"Accept", "text/html, */*;q=0.8"}}).body == R"({"id":1})");
  const Response object = http.get(path, {{"Accept", "application/vnd.pgrst.object+json"}});
  CHECK(object.body == R"({"id":1})");
  CHECK(header_of(object, "Content-Type") == "application/vnd.pgrst.object+json");
  const std::string timing = header_of(object, "Server-Timing").value();
  for (const char* stage : {"parse;", ", wait;", ", query;", ", encode;"})
    CHECK(timing.find(stage) != std::string::npos);
}

TEST_CASE("a row that is not there, a key that is none, a view without key") {
  HttpFixture http({customers(), words()});
  CHECK(problem_of(http.get("/v1/views/customers/rows/9")) == "unknown_row");
  CHECK(problem_of(http.get("/v1/views/customers/rows/x")) == "bad_value");
  CHECK(problem_of(http.get("/v1/views/customers/rows/1,2")) == "bad_request");
  CHECK(problem_of(http.get("/v1/views/customers/rows/1?name=eq.Ada")) == "bad_query");
  CHECK(problem_of(http.get("/v1/views/customers/rows/%00")) == "bad_request");
  CHECK(problem_of(http.get("/v1/views/words/rows/a")) == "no_key");
}

TEST_CASE("views that are not served do not exist in public") {
  HttpFixture http({customers(), words()});
  http.process.served[0].served = false;
  for (const char* path : {"/v1/views/customers", "/v1/views/customers/rows/1", "/v1/views/nope"})
    CHECK(problem_of(http.get(path)) == "unknown_view");
  CHECK(http.get("/v1/views").body.find("customers") == std::string::npos);
  CHECK(http.admin("GET", "/v1/views/customers").status == 200);
}

TEST_CASE("columns that are not served do not exist in public") {
  HttpFixture hidden({customers()});
  hidden.process.served[0].served_columns = {"name", "balance"};
  StoreReader reader(hidden.path(), 2);
  Site site(hidden.process, hidden.process, hidden.process, reader, {});
  const auto ask = [&](const std::string& target, Listener listener) {
    Request request;
    request.method = "GET";
    request.target = target;
    return finish(hidden.process, answer_request(site, listener, request));
  };
  const Response rows = ask("/v1/views/customers?limit=1", Listener::open);
  CHECK(rows.body == R"([{"name":"Ada","balance":10.00}])");
  CHECK(problem_of(ask("/v1/views/customers?id=eq.1", Listener::open)) == "unknown_column");
  CHECK(problem_of(ask("/v1/views/customers/rows/1", Listener::open)) == "no_key");
  CHECK(ask("/v1/views", Listener::open).body.find("\"id\"") == std::string::npos);
  CHECK(ask("/v1/views/customers?limit=1", Listener::admin).body ==
        R"([{"id":1,"name":"Ada","balance":10.00}])");
}

TEST_CASE("the catalogue names types as the source does") {
  HttpFixture http({total()});
  http.process.served[0].type_names = {"mood"};
  CHECK(http.get("/v1/views").body.find(R"("type":"mood")") != std::string::npos);
}

TEST_CASE("the catalogue describes the views") {
  HttpFixture http({customers(), words()});
  http.process.served[0].column_descriptions["balance"] = "EUR";
  const auto json = nlohmann::json::parse(http.get("/v1/views").body);
  CHECK(json.at("project") == "shop");
  CHECK(json.at("frontier") == "0/20");
  CHECK(json.at("views").size() == 2);
  const auto& view = json.at("views").at(0);
  CHECK(view.at("key").dump() == R"(["id"])");
  CHECK(view.at("rows") == 3);
  CHECK(view.at("condition") == "live");
  CHECK(view.at("search").empty());
  CHECK(view.at("columns").at(2).dump() ==
        R"x({"description":"EUR","name":"balance","nullable":true,"type":"numeric(12,2)"})x");
  CHECK(json.at("views").at(1).at("key").is_null());
}

TEST_CASE("large answers are packed for those who can unpack them") {
  TestView many = customers();
  for (int id = 10; id < 200; ++id) many.rows.push_back({1, {std::to_string(id), "Ada", "1.00"}});
  HttpFixture http({many});
  const Response plain = http.get("/v1/views/customers");
  const Response packed = http.get("/v1/views/customers", {{"Accept-Encoding", "gzip"}});
  CHECK(header_of(packed, "Content-Encoding") == "gzip");
  CHECK(packed.body.size() < plain.body.size() / 4);
  CHECK(packed.body.substr(0, 2) == "\x1f\x8b");
  CHECK_FALSE(header_of(http.get("/v1/views/customers?limit=1", {{"Accept-Encoding", "gzip"}}),
                        "Content-Encoding"));
}

TEST_CASE("HEAD has the headers of GET, and the body that the server leaves out") {
  HttpFixture http({customers()});
  const Response get = http.get("/v1/views/customers");
  const Response head = http.ask("HEAD", "/v1/views/customers");
  CHECK(head.body == get.body);
  CHECK(header_of(head, "Content-Range") == "0-2/*");
}

TEST_CASE("methods and paths that do not exist") {
  HttpFixture http({customers()});
  const Response post = http.ask("POST", "/v1/views/customers");
  CHECK(problem_of(post) == "method_not_allowed");
  CHECK(header_of(post, "Allow") == "GET, HEAD, OPTIONS");
  const Response options = http.ask("OPTIONS", "/v1/views");
  CHECK(options.status == 204);
  CHECK(header_of(options, "Allow") == "GET, HEAD, OPTIONS");
  for (const char* path : {"/", "/v1", "/v1/views/", "/v2/views", "/v1/status", "/metrics",
                           "/v1/views/customers/rows", "/v1/views/customers/rebuild", "//v1/views"})
    CHECK(http.get(path).status == 404);
  for (const char* path :
       {"/v1/views/..", "/v1/views/%2e%2e", "/v1/../views", "/v1/views/a%2fb", "/v1/views/a%00"})
    CHECK(problem_of(http.get(path)) == "bad_request");
  for (const char* path : {"/v1/views/customers/search?q=x", "/v1/views/customers/changes",
                           "/v1/changes?views=a", "/v1/snapshot?views=a", "/openapi.json"})
    CHECK(http.get(path).status == 501);
}

TEST_CASE("requests are counted by pattern, never by path") {
  HttpFixture http({customers()});
  CHECK(http.get("/v1/views/customers").status == 200);
  CHECK(http.get("/v1/views/nope").status == 404);
  CHECK(http.get("/secret").status == 404);
  CHECK(http.process.counted ==
        std::vector<std::string>{"/v1/views/{view} 200", "/v1/views/{view} 404", "none 404"});
}

}  // namespace deltamill
