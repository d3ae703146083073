// The query grammar: what it refuses, and that nothing a client says becomes SQL.
#include "service/http/row_query.h"

#include <catch2/catch.hpp>

#include "service/http/row_key.h"
#include "service/http/row_sql.h"
#include "tests/unit/http/thrown_problem.h"
#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

namespace {

QueriedView view() {
  QueriedView view;
  view.name = "v";
  view.columns = {column("id", TypeKind::int4),           column("name", TypeKind::text, true),
                  column("doc", TypeKind::jsonb, true),   column("a \"b\".c", TypeKind::int4, true),
                  column("hidden", TypeKind::text, true), column("ok", TypeKind::boolean, true)};
  view.visible = {true, true, true, true, false, true};
  view.key = KeyColumns{0};
  return view;
}

RowQuery parse(const std::vector<Parameter>& parameters) {
  return parse_row_query(parameters, view());
}

std::optional<Problem> problem_of(const std::vector<Parameter>& parameters) {
  return thrown_problem([&] { return parse(parameters); });
}

// The name of the problem, or "taken".
std::string outcome(const std::string& name, const std::string& value) {
  const auto problem = problem_of({{name, value}});
  if (!problem) return "taken";
  const Response response = to_response(*problem, "/");
  const std::size_t begin = response.body.find("error:") + 6;
  return response.body.substr(begin, response.body.find('"', begin) - begin);
}

BoundSql sql_of(const std::vector<Parameter>& parameters) {
  return rows_sql(view(), parse(parameters), "\"t\"", {std::nullopt, 10, 0});
}

std::string repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("text that is not of the grammar is a bad query") {
  for (const char* value : {"1", "eq", "eq,1", "equals.1", "not.not.eq.1", "in.1", "in.(1",
                            "in.(1)x", "is.maybe", "neq(any).{1}", "eq(some).1", "in.(\"1)", ""})
    CHECK(outcome("id", value) == "bad_query");
  for (const char* value : {"", "id.eq.1", "(", "()", "(id.eq.1", "(id.eq.1))", "(id)",
                            "(id.eq.1,)", "(id.eq.\"1)", "(id.eq.1)or"})
    CHECK(outcome("or", value) == "bad_query");
  for (const char* value : {"", "id,", "id(x)", "count()", "id::int", "a:", "id.sum()", "x:*"})
    CHECK(outcome("select", value) != "taken");
  for (const char* value : {"", "id.up", "id.asc.desc", "id,", "id.nullslast.desc"})
    CHECK(outcome("order", value) == "bad_query");
  for (const char* value : {"", "-1", "1.5", "ten", "99999999999999999999", "+1", "1 "})
    CHECK(outcome("limit", value) == "bad_query");
}

TEST_CASE("unknown and hidden columns do not exist, wherever they are named") {
  for (const char* column : {"nope", "hidden", "ID", "id ", "views", "rowid", "deltamill_count"}) {
    CHECK(outcome(column, "eq.1") == "unknown_column");
    CHECK(outcome("select", column) == "unknown_column");
    CHECK(outcome("order", column) == "unknown_column");
    CHECK(outcome("or", "(" + std::string(column) + ".eq.1)") == "unknown_column");
  }
}

TEST_CASE("values that are not of the column's type are refused") {
  for (const char* value :
       {"eq.x", "eq.", "eq.1.0", "gt.3000000000", "in.(1,x)", "eq(any).{1,x}", "eq(any).1",
        "eq(any).{1", "eq(any).{{1}}", "eq.1;--", "isdistinct.null"})
    CHECK(outcome("id", value) == "bad_value");
  CHECK(outcome("ok", "eq.maybe") == "bad_value");
  CHECK(outcome("name", "like.a\\") == "bad_value");
}

TEST_CASE("operators of the grammar that this version lacks are named as unsupported") {
  for (const char* op : {"match", "imatch", "cs", "cd", "ov", "fts", "plfts", "phfts", "wfts", "sl",
                         "sr", "nxr", "nxl", "adj", "fts(english)", "match(any)"})
    CHECK(outcome("name", std::string(op) + ".x") == "unsupported_operator");
  CHECK(outcome("doc", "eq.{}") == "unsupported_operator");
  CHECK(outcome("doc->>a", "eq.1") == "unsupported_operator");
  CHECK(outcome("select", "doc->a") == "unsupported_operator");
  CHECK(outcome("order", "doc") == "unsupported_operator");
  CHECK(outcome("id", "like.1") == "unsupported_operator");
  CHECK(outcome("id", "is.true") == "unsupported_operator");
}

TEST_CASE("conditions, list values and nesting are limited") {
  CHECK(outcome("or", "(" + repeat("id.eq.1,", 31) + "id.eq.1)") == "taken");
  CHECK(outcome("or", "(" + repeat("id.eq.1,", 32) + "id.eq.1)") == "too_many_conditions");
  CHECK(outcome("id", "in.(" + repeat("1,", 999) + "1)") == "taken");
  CHECK(outcome("id", "in.(" + repeat("1,", 1000) + "1)") == "too_many_conditions");
  CHECK(outcome("id", "gt(any).{" + repeat("1,", 1000) + "1}") == "too_many_conditions");
  CHECK(outcome("and", "(" + repeat("or(", 7) + "id.eq.1" + repeat(")", 8)) == "taken");
  CHECK(outcome("and", "(" + repeat("or(", 8) + "id.eq.1" + repeat(")", 9)) ==
        "too_many_conditions");
  CHECK(outcome("and", repeat("(", 4000)) != "taken");
}

TEST_CASE("parameters that stand once are refused twice") {
  for (const char* name : {"select", "order", "limit", "offset", "after"}) {
    const std::string value =
        std::string(name) == "limit" || std::string(name) == "offset" ? "1" : "id";
    CHECK(problem_of({{name, value}, {name, value}})->name == ProblemName::bad_query);
  }
  CHECK(problem_of({{"after", "x"}, {"offset", "1"}})->name == ProblemName::bad_query);
  CHECK_FALSE(problem_of({{"id", "gt.1"}, {"id", "lt.5"}}));
}

TEST_CASE("values only ever become parameters") {
  const std::string attack = "x' OR 1=1; DROP TABLE t; --\" /*";
  for (const char* op : {"eq.", "neq.", "gt.", "like.", "ilike.", "isdistinct."}) {
    const BoundSql sql = sql_of({{"name", op + attack}});
    CHECK(sql.text.find("DROP") == std::string::npos);
    CHECK(sql.text == sql_of({{"name", std::string(op) + "harmless"}}).text);
  }
  const BoundSql list = sql_of({{"name", "in.(\"" + attack.substr(0, 20) + "\")"}});
  CHECK(list.text.find("OR 1") == std::string::npos);
  const BoundSql limits = sql_of({{"limit", "7"}, {"offset", "9"}});
  CHECK(limits.text.find('7') == std::string::npos);
}

TEST_CASE("names in SQL are quoted names of the view") {
  const BoundSql sql = sql_of({{"a \"b\".c", "eq.1"}, {"select", "\"a \\\"b\\\".c\""}});
  CHECK(sql.text.find("\"a \"\"b\"\".c\" = ?") != std::string::npos);
  const BoundSql alias = sql_of({{"select", "x\"; DROP TABLE t; --:id"}});
  CHECK(alias.text.find("DROP") == std::string::npos);
}

TEST_CASE("a quoted name of a parameter is a column, whatever it would mean without quotes") {
  const std::string bare = sql_of({{"a \"b\".c", "eq.1"}}).text;
  CHECK(sql_of({{"\"a \\\"b\\\".c\"", "eq.1"}}).text == bare);
  QueriedView words;
  for (const char* word : {"or", "not.and", "select", "order", "limit", "after", "a.b"}) {
    words.columns.push_back(column(word, TypeKind::int4));
    words.visible.push_back(true);
  }
  for (std::uint32_t offset = 0; offset < words.columns.size(); ++offset) {
    const auto query = parse_row_query({{"\"" + words.columns[offset].name + "\"", "eq.3"}}, words);
    CHECK(query.filter.children.at(0).kind == FilterKind::equal);
    CHECK(query.filter.children.at(0).column == offset);
  }
  CHECK(outcome("\"nope\"", "eq.1") == "unknown_column");
  CHECK(outcome("\"hidden\"", "eq.1") == "unknown_column");
  CHECK(outcome("\"id", "eq.1") == "bad_query");
  CHECK(outcome("\"id\"x", "eq.1") == "bad_query");
}

TEST_CASE("a key is read value by value") {
  QueriedView keyed = view();
  keyed.key = KeyColumns{0, 1};
  const auto key = [&keyed](const char* text) { return parse_key(text, keyed); };
  const auto problem = [&](const char* text) {
    return thrown_problem([&] { return key(text); }).value().name;
  };
  CHECK(key("7,Ada") == std::vector<SqlValue>{std::int64_t{7}, std::string("Ada")});
  CHECK(key("7,\"a,\\\"b\"")[1] == SqlValue(std::string("a,\"b")));
  CHECK(key("7,null")[1] == SqlValue());
  CHECK(key("7,\"null\"")[1] == SqlValue(std::string("null")));
  CHECK(key("7,")[1] == SqlValue(std::string()));
  CHECK(problem("7") == ProblemName::bad_request);
  CHECK(problem("7,a,b") == ProblemName::bad_request);
  CHECK(key("7,\"a\"")[1] == SqlValue(std::string("a")));
  CHECK(key("7,\"\\\"a\\\"\"")[1] == SqlValue(std::string("\"a\"")));
  for (const char* bare : {"\"", "\"a", "\"a\"b", "a\"b\""})
    CHECK(key(("7," + std::string(bare)).c_str())[1] == SqlValue(std::string(bare)));
  CHECK(problem("7,\"a,b") == ProblemName::bad_request);
  CHECK(problem("x,a") == ProblemName::bad_value);
  keyed.key = KeyColumns{};
  CHECK(key("").empty());
  CHECK(problem("1") == ProblemName::bad_request);
}

}  // namespace deltamill
