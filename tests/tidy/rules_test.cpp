// Each rule finds what it is there for, and nothing else.
#include "tests/tidy/rules.h"

#include <catch2/catch.hpp>

#include "tests/tidy/includes.h"

namespace deltamill::tidy {

namespace {

// A function of so many lines, head and brace included.
std::string function_of(std::size_t lines) {
  std::string text = "// x\nint f(int a,\n      int b) {\n";
  for (std::size_t line = 0; line + 3 < lines; ++line) text += "  a += b;\n";
  return text + "}\n";
}

}  // namespace

TEST_CASE("includes go in the direction of the flow") {
  CHECK(wrong_includes({"views/data/a.cpp", "#include \"views/data/b.h\"\n#include <map>\n"})
            .empty());
  CHECK(wrong_includes({"views/data/a.cpp", "#include \"service/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"sinks/a.cpp", "#include \"views/data/b.h\"\n"}).empty());
  CHECK(wrong_includes({"sinks/a.cpp", "#include \"views/sql/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"service/a.cpp", "#include \"views/sql/b.h\"\n"}).empty());
  CHECK(wrong_includes({"service/a.cpp", "#include \"tests/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"tests/a.cpp", "#include \"tests/b.h\"\n"}).empty());
}

TEST_CASE("includes go with the flow inside of views/ and service/ too") {
  const auto finds = [](const std::string& from, const std::string& target) {
    return wrong_includes({from, "#include \"" + target + "\"\n"}).size();
  };
  CHECK(finds("views/plan/rules/a.cpp", "views/plan/b.h") == 0);
  CHECK(finds("views/plan/a.cpp", "views/plan/rules/b.h") == 0);
  CHECK(finds("views/plan/a.cpp", "views/sql/b.h") == 1);
  CHECK(finds("views/functions/a.cpp", "views/expressions/b.h") == 1);
  CHECK(finds("service/http/a.cpp", "service/pipeline/b.h") == 0);
  CHECK(finds("service/pipeline/a.cpp", "service/http/b.h") == 1);
  CHECK(finds("service/cli/a.cpp", "service/service.h") == 0);
  CHECK(finds("service/service.cpp", "service/cli/b.h") == 1);
  CHECK(finds("service/http/a.cpp", "service/service.h") == 1);
  CHECK(finds("service/journal/a.cpp", "service/clock.h") == 0);
  CHECK(finds("service/clock.cpp", "service/journal/b.h") == 1);
  CHECK(finds("service/main.cpp", "service/cli/b.h") == 0);
  CHECK(finds("service/cli/a.cpp", "service/main.h") == 1);
  CHECK(finds("migrations/a.cpp", "sinks/b.h") == 1);
  CHECK(finds("sinks/sqlite/a.cpp", "migrations/b.h") == 0);
  CHECK(finds("views/new/a.cpp", "views/data/b.h") == 1);
  CHECK(finds("views/data/a.cpp", "views/new/b.h") == 1);
  CHECK(finds("tests/a.cpp", "b.h") == 1);
}

TEST_CASE("a circle of includes is found once, with its members") {
  const auto includes = [](const std::string& target) { return "#include \"" + target + "\"\n"; };
  CHECK(include_circles({{"a.h", includes("b.h")}, {"b.h", ""}}).empty());
  CHECK(include_circles({{"a.h", ""}, {"a.cpp", includes("a.h")}}).empty());
  CHECK(include_circles({{"b.h", includes("a.h")}, {"a.h", ""}, {"a.cpp", includes("b.h")}}) ==
        Findings{"a circle of includes: a, b"});
  CHECK(include_circles({{"a.h", includes("b.h")},
                         {"b.h", includes("c.h") + includes("d.h")},
                         {"c.h", includes("a.h")},
                         {"d.h", includes("e.h")},
                         {"e.cpp", includes("d.h")}}) ==
        Findings{"a circle of includes: a, b, c", "a circle of includes: d, e"});
}

TEST_CASE("a file says what it is") {
  CHECK(missing_head({"a.cpp", "// What.\nint x;\n"}).empty());
  CHECK(missing_head({"a.cpp", "#include <map>\n"}).size() == 1);
  CHECK(missing_head({"a.sql", "-- Why.\nSELECT 1\n"}).empty());
  CHECK(missing_head({"a.sql", "/* deltamill\n*/\n"}).empty());
  CHECK(missing_head({"a.sql", "SELECT 1\n"}).size() == 1);
  CHECK(missing_head({"run", "#!/bin/bash\n# What.\n"}).empty());
  CHECK(missing_head({"run", "#!/bin/bash\nls\n"}).size() == 1);
  CHECK(missing_head({"a.h", ""}).size() == 1);
}

TEST_CASE("lines are short and clean") {
  CHECK(bad_lines({"a.cpp", std::string(100, 'x') + "\n"}).empty());
  CHECK(bad_lines({"a.cpp", std::string(101, 'x') + "\n"}).size() == 1);
  CHECK(bad_lines({"a.cpp", "// " + std::string(117, 'x') + "\n"}).empty());
  CHECK(bad_lines({"a.cpp", "// " + std::string(118, 'x') + "\n"}).size() == 1);
  CHECK(bad_lines({"a.cpp", "// " + std::string(234, '\xc3') + "\n"}).size() == 1);
  CHECK(bad_lines({"a.cpp", "a\tb\n"}).size() == 1);
  CHECK(bad_lines({"a.cpp", "a \n"}).size() == 1);
  CHECK(bad_lines({"a.cpp", "a"}).size() == 1);
}

TEST_CASE("functions fit a screen") {
  CHECK(long_functions({"a.cpp", function_of(50)}).empty());
  CHECK(long_functions({"a.cpp", function_of(51)}).size() == 1);
  CHECK(long_functions({"a.cpp", "// NOLINT(readability-function-size): a flat table\n" +
                                     function_of(51).substr(5)})
            .empty());
}

TEST_CASE("classes, namespaces and tables are no functions") {
  std::string body;
  for (int line = 0; line < 70; ++line) body += "  int x;\n";
  CHECK(long_functions({"a.cpp", "namespace a {\n" + body + "}\n"}).empty());
  CHECK(long_functions({"a.cpp", "class A : public B {\n" + body + "};\n"}).empty());
  CHECK(long_functions({"a.cpp", "const int table[] = {\n" + body + "};\n"}).empty());
}

TEST_CASE("functions inside a class are measured too") {
  std::string text = "class A {\n  int f() {\n";
  for (int line = 0; line < 70; ++line) text += "    x();\n";
  CHECK(long_functions({"a.h", text + "  }\n};\n"}).size() == 1);
}

TEST_CASE("files are short") {
  std::string text;
  for (int line = 0; line < 500; ++line) text += "int x;\n";
  CHECK(long_file({"a.cpp", text}).empty());
  CHECK(long_file({"a.cpp", text + "int y;\n"}).size() == 1);
}

TEST_CASE("a comment tears no declaration") {
  const auto finds = [](const std::string& text) {
    return torn_declarations({"a.h", text}).size();
  };
  CHECK(finds("  bool complete =\n      true;  // false: a slice\n") == 1);
  CHECK(finds("  std::string\n      definition;  // hash of the plan\n") == 1);
  CHECK(finds("  std::vector<int>\n      list;  // by name\n") == 1);
  CHECK(finds("  bool complete = true;  // false: a slice\n") == 0);
  CHECK(finds("  // What it is\n    bool complete = true;  // false: a slice\n") == 0);
  CHECK(finds("  x = " + std::string(90, 'y') + " +\n      z;  // sum\n") == 0);
  CHECK(finds("  const auto& name =\n      " + std::string(90, 'y') + ";  // long\n") == 0);
}

TEST_CASE("no banners") {
  CHECK(banners({"a.cpp", "// ---- strings\n"}).size() == 1);
  CHECK(banners({"a.cpp", "  //=====\n"}).size() == 1);
  CHECK(banners({"a.cpp", "//////\n"}).size() == 1);
  CHECK(banners({"a.cpp", "// - one\n// -- two\n// a --- b\n"}).empty());
}

TEST_CASE("nothing sleeps") {
  CHECK(sleeping({"a.cpp", "  std::this_thread::sleep_for(1ms);\n"}).size() == 1);
  CHECK(sleeping({"a.cpp", "  usleep(1);\n"}).size() == 1);
  CHECK(sleeping({"a.cpp", "  condition.wait_for(lock, 1ms);\n"}).empty());
}

TEST_CASE("a file stands inside of its namespace") {
  CHECK(namespace_openings({"a.cpp", "namespace deltamill {\n\nnamespace {\n"}).empty());
  CHECK(namespace_openings({"a.cpp", "namespace deltamill {\nnamespace {\n"}).size() == 1);
  CHECK(namespace_openings({"a.cpp", "using namespace deltamill;\n"}).size() == 1);
}

TEST_CASE("names that name nothing are found as whole words") {
  CHECK(banned_names({"service/utils.cpp", ""}).size() == 1);
  CHECK(banned_names({"service/common/a.cpp", ""}).size() == 1);
  CHECK(banned_names({"service/slot_manager.cpp", ""}).size() == 1);
  CHECK(banned_names({"service/commonality.cpp", ""}).empty());
}

TEST_CASE("work left undone is found") {
  CHECK(leftovers({"a.cpp", std::string("int x;  // TO") + "DO\n"}).size() == 1);
  CHECK(leftovers({"a.cpp", "int x;  // to do it\n"}).empty());
}

TEST_CASE("headers are guarded") {
  CHECK(unguarded_header({"a.h", "// x\n#pragma once\n"}).empty());
  CHECK(unguarded_header({"a.h", "// x\n"}).size() == 1);
  CHECK(unguarded_header({"a.cpp", "// x\n"}).empty());
}

TEST_CASE("links are those into the tree") {
  CHECK(links_of("[a](b/c.md) [d](https://e) [f](#g) [h](i.md#j)") ==
        std::vector<std::string>{"b/c.md", "i.md"});
}

}  // namespace deltamill::tidy
