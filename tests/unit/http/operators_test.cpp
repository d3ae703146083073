// tests/http/operators.test: what PostgreSQL answers for each operator and order on each type.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "service/http/target.h"
#include "tests/unit/http/http_fixture.h"

namespace deltamill {

namespace {

using Lines = std::vector<std::string>;

// Sections of a file: their lines without the indent of two blanks.
std::map<std::string, Lines> read_sections(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::map<std::string, Lines> sections;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    if (line.starts_with("  "))
      sections[section].push_back(line.substr(2));
    else
      section = line.substr(0, line.find(' '));
  }
  return sections;
}

Lines split(const std::string& text, char separator) {
  Lines parts(1);
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

Type type_named(const std::string& name) {
  static const std::map<std::string, std::pair<TypeKind, std::int32_t>> types{
      {"integer", {TypeKind::int4, -1}},
      {"boolean", {TypeKind::boolean, -1}},
      {"smallint", {TypeKind::int2, -1}},
      {"bigint", {TypeKind::int8, -1}},
      {"real", {TypeKind::float4, -1}},
      {"double precision", {TypeKind::float8, -1}},
      {"numeric", {TypeKind::numeric, -1}},
      {"numeric(12,2)", {TypeKind::numeric, (12 << 16 | 2) + 4}},
      {"text", {TypeKind::text, -1}},
      {"character varying(20)", {TypeKind::varchar, 24}},
      {"character(4)", {TypeKind::bpchar, 8}},
      {"date", {TypeKind::date, -1}},
      {"timestamp without time zone", {TypeKind::timestamp, -1}},
      {"timestamp with time zone", {TypeKind::timestamptz, -1}},
      {"time without time zone", {TypeKind::time, -1}},
      {"interval", {TypeKind::interval, -1}},
      {"uuid", {TypeKind::uuid, -1}},
      {"bytea", {TypeKind::bytea, -1}},
      {"mood", {TypeKind::enumeration, -1}},
      {"jsonb", {TypeKind::jsonb, -1}},
      {"json", {TypeKind::json, -1}},
  };
  Type type;
  std::tie(type.kind, type.modifier) = types.at(name);
  if (type.kind == TypeKind::enumeration)
    type.enumeration =
        std::make_shared<EnumType>(EnumType{70000, "public", "mood", {"sad", "ok", "great"}});
  return type;
}

// A field of COPY's text format.
Field copy_field(const std::string& text) {
  if (text == "\\N") return std::nullopt;
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    ++i;
    value += text[i] == 'n' ? '\n' : text[i];
  }
  return value;
}

class Operators {
 public:
  Operators() : sections_(read_sections(DELTAMILL_HTTP_TESTS "/operators.test")) {
    Columns columns;
    for (const std::string& line : sections_["columns"]) {
      const Lines parts = split(line, '|');
      columns.push_back({parts[0], type_named(parts[1]), parts[2].empty()});
    }
    std::vector<SignedRow> rows;
    for (const std::string& line : sections_["rows"]) {
      SignedRow& row = rows.emplace_back(SignedRow{1, {}});
      for (const std::string& field : split(line, '\t')) row.fields.push_back(copy_field(field));
    }
    fixture = std::make_unique<HttpFixture>(
        std::vector<TestView>{{"v", std::move(columns), KeyColumns{0}, std::move(rows)}});
  }
  [[nodiscard]] const Lines& section(const std::string& name) { return sections_.at(name); }

  // The ids of an answer, in its order.
  [[nodiscard]] std::string ids(const std::string& query) {
    const Response response = fixture->get("/v1/views/v?select=id&" + query);
    if (response.status != 200) return response.body;
    std::string ids;
    for (const auto& row : nlohmann::json::parse(response.body))
      ids += (ids.empty() ? "" : " ") + row.at("id").dump();
    return ids;
  }

  std::unique_ptr<HttpFixture> fixture;

 private:
  std::map<std::string, Lines> sections_;
};

std::string encode(const std::string& parameter) {
  const std::size_t equals = parameter.find('=');
  return percent_encode(parameter.substr(0, equals)) + "=" +
         percent_encode(parameter.substr(equals + 1));
}

std::string joined(const Lines& lines, const char* separator) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : separator) + line;
  return text;
}

}  // namespace

TEST_CASE("every operator finds the rows that PostgreSQL finds") {
  Operators operators;
  for (const std::string& line : operators.section("conditions")) {
    const Lines parts = split(line, '\t');
    std::string query;
    std::string rest = parts[0];
    for (std::size_t mark = rest.find(" & "); mark != std::string::npos; mark = rest.find(" & ")) {
      query += encode(rest.substr(0, mark)) + "&";
      rest = rest.substr(mark + 3);
    }
    query += encode(rest);
    INFO(parts[0] << "   in SQL: " << parts[1]);
    CHECK(operators.ids(query) == parts[2]);
  }
}

TEST_CASE("every order is PostgreSQL's, completed by the key") {
  Operators operators;
  for (const std::string& line : operators.section("orders")) {
    const Lines parts = split(line, '\t');
    INFO(parts[0] << "   in SQL: " << parts[1]);
    CHECK(operators.ids("order=" + parts[0]) == parts[2]);
  }
}

TEST_CASE("paging by token gives every order without a gap or a repetition") {
  Operators operators;
  for (const std::string& line : operators.section("orders")) {
    const Lines parts = split(line, '\t');
    INFO(parts[0]);
    std::string target = "/v1/views/v?select=id&limit=3&order=" + parts[0];
    std::string ids;
    for (int page = 0; page < 4 && !target.empty(); ++page) {
      const Response response = operators.fixture->get(target);
      REQUIRE(response.status == 200);
      for (const auto& row : nlohmann::json::parse(response.body))
        ids += (ids.empty() ? "" : " ") + row.at("id").dump();
      const std::string link = header_of(response, "Link").value_or("<>");
      target = link.substr(1, link.find('>') - 1);
    }
    CHECK(ids == parts[2]);
  }
}

TEST_CASE("rows are byte for byte what row_to_json prints") {
  Operators operators;
  const Response response = operators.fixture->get("/v1/views/v");
  REQUIRE(response.status == 200);
  CHECK(response.body == "[" + joined(operators.section("json"), ",") + "]");
  const Response lines =
      operators.fixture->get("/v1/views/v", {{"Accept", "application/x-ndjson"}});
  CHECK(lines.body == joined(operators.section("json"), "\n") + "\n");
}

TEST_CASE("::text is PostgreSQL's cast of every type") {
  Operators operators;
  std::string select;
  for (const std::string& line : operators.section("columns"))
    select += (select.empty() ? "" : ",") + split(line, '|')[0] + "::text";
  const Response response = operators.fixture->get("/v1/views/v?select=" + select);
  CHECK(response.body == "[" + joined(operators.section("text"), ",") + "]");
}

TEST_CASE("CSV is what COPY prints") {
  Operators operators;
  const Response response = operators.fixture->get("/v1/views/v", {{"Accept", "text/csv"}});
  CHECK(response.body == joined(operators.section("csv"), "\n") + "\n");
}

}  // namespace deltamill
