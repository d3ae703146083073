// Answers too large to be made at once: the same rows and headers, in pieces.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "service/http/rows_body.h"
#include "tests/unit/http/http_fixture.h"

namespace deltamill {

namespace {

constexpr int row_count = 3000;
constexpr std::size_t text_bytes = 300;

// Some 900 KB of JSON.
TestView keyed() {
  TestView view{
      "wide", {column("id", TypeKind::int4), column("text", TypeKind::text)}, KeyColumns{0}, {}};
  for (int id = 1; id <= row_count; ++id)
    view.rows.push_back(
        {1, {std::to_string(id), std::string(text_bytes, static_cast<char>('a' + id % 26))}});
  return view;
}

// As much, in rows that occur several times.
TestView copied() {
  TestView view{"copied", {column("text", TypeKind::text)}, std::nullopt, {}};
  for (int row = 0; row < row_count / 10; ++row)
    view.rows.push_back({10, {std::to_string(row) + std::string(text_bytes, 'x')}});
  return view;
}

SiteOptions many_rows() {
  SiteOptions options;
  options.rows_max = 10'000;
  return options;
}

Request get(const std::string& target, std::vector<Header> headers = {}) {
  Request request;
  request.method = "GET";
  request.target = target;
  request.headers = std::move(headers);
  request.received = std::chrono::steady_clock::now();
  return request;
}

// The whole by small pages, each made at once.
std::string by_pages(HttpFixture& http, std::string target) {
  std::string all;
  while (!target.empty()) {
    const Response page = http.get(target);
    all += (all.empty() ? "" : ",") + page.body.substr(1, page.body.size() - 2);
    const std::string link = header_of(page, "Link").value_or("<>");
    target = link.substr(1, link.find('>') - 1);
  }
  return "[" + all + "]";
}

std::string unpacked(const std::string& packed) {
  std::string text(std::size_t{4} << 20, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

}  // namespace

TEST_CASE("a large answer comes in pieces of bounded size") {
  HttpFixture http({keyed()}, many_rows());
  const Request request = get("/v1/views/wide");
  Response response = std::get<Response>(http.begin(request));
  REQUIRE(response.rest);
  CHECK(response.body.size() < whole_bytes_max + 2 * text_bytes);
  int pieces = 0;
  for (BodyPiece piece = response.rest->next(); !std::holds_alternative<EndOfBody>(piece);
       piece = response.rest->next(), ++pieces)
    CHECK(std::get<std::string>(piece).size() < piece_bytes_max + 2 * text_bytes);
  CHECK(pieces > 1);
}

TEST_CASE("a large answer has the rows of its pages, and says what it holds before it is made") {
  HttpFixture http({keyed(), copied()}, many_rows());
  for (const std::string view : {"wide", "copied"}) {
    const Response all = http.get("/v1/views/" + view);
    CHECK(all.body == by_pages(http, "/v1/views/" + view + "?limit=700"));
    CHECK(header_of(all, "Content-Range") == "0-2999/*");
    CHECK_FALSE(header_of(all, "Link"));
    const Response part =
        http.get("/v1/views/" + view + "?limit=2501&offset=3", {{"Prefer", "count=exact"}});
    CHECK(part.status == 206);
    CHECK(header_of(part, "Content-Range") == "3-2503/3000");
    CHECK(all.body.find(part.body.substr(1, part.body.size() - 2)) != std::string::npos);
    const std::string rest = header_of(part, "Link").value();
    const Response last = http.get(rest.substr(1, rest.find('>') - 1));
    CHECK(header_of(last, "Content-Range") == "0-495/*");
    CHECK(all.body.ends_with(last.body.substr(1)));
  }
}

TEST_CASE("a large answer in other formats, and packed") {
  HttpFixture http({keyed()}, many_rows());
  for (const char* accept : {"application/json", "application/x-ndjson", "text/csv"}) {
    const Response plain = http.get("/v1/views/wide", {{"Accept", accept}});
    CHECK(plain.body.size() > row_count * text_bytes);
    const Response packed =
        http.get("/v1/views/wide", {{"Accept", accept}, {"Accept-Encoding", "gzip"}});
    CHECK(header_of(packed, "Content-Encoding") == "gzip");
    CHECK(packed.body.size() < plain.body.size() / 4);
    CHECK(unpacked(packed.body) == plain.body);
  }
  const Response single =
      http.get("/v1/views/wide", {{"Accept", "application/vnd.pgrst.object+json"}});
  CHECK(problem_of(single) == "not_singular");
  CHECK(single.body.find("The result contains 3000 rows") != std::string::npos);
}

TEST_CASE("a large answer is of one frontier, whatever is committed while it is sent") {
  HttpFixture http({keyed()}, many_rows());
  const std::string before = http.get("/v1/views/wide").body;
  const Request request = get("/v1/views/wide");
  Answer answer = http.begin(request);
  SignedRow gone = keyed().rows.back();
  gone.weight = -1;
  http.change(0, {gone, {1, {"0", "new"}}});
  http.rebuild(0, {{1, {"1", "other"}}});
  CHECK(finish(http.process, std::move(answer)).body == before);
  CHECK(http.get("/v1/views/wide").body == R"([{"id":1,"text":"other"}])");
}

TEST_CASE("a large answer waits while as many as may be are open") {
  SiteOptions options = many_rows();
  options.large_answers_max = 1;
  HttpFixture http({keyed()}, options);
  const Request request = get("/v1/views/wide");
  Answer first = http.begin(request);
  REQUIRE(std::get<Response>(first).rest);
  Answer second = http.begin(request);
  REQUIRE(std::holds_alternative<Waiting>(second));
  CHECK(http.get("/v1/views/wide?limit=1").status == 200);
  second = std::function(std::get<Waiting>(second).then)();
  CHECK(std::holds_alternative<Waiting>(second));
  first = Response{};
  CHECK(std::get<Response>(std::function(std::get<Waiting>(second).then)()).rest);
}

TEST_CASE("a large answer that waited too long for its turn is overloaded") {
  SiteOptions options = many_rows();
  options.large_answers_max = 0;
  options.query_timeout = std::chrono::milliseconds(300);
  HttpFixture http({keyed()}, options);
  CHECK(problem_of(http.get("/v1/views/wide")) == "overloaded");
}

TEST_CASE("a large answer that its client takes too slowly is cut, which is told") {
  SiteOptions options = many_rows();
  options.large_answer_timeout = std::chrono::milliseconds(1);
  std::vector<std::string> told;
  options.report_failure = [&told](const std::string& what) { told.push_back(what); };
  HttpFixture http({keyed()}, options);
  const Request request = get("/v1/views/wide");
  Response response = std::get<Response>(http.begin(request));
  REQUIRE(response.rest);
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(2)) continue;
  CHECK_THROWS(response.rest->next());
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with("an answer was cut: "));
}

}  // namespace deltamill
