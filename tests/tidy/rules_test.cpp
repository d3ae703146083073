// Each rule finds what it is there for, and nothing else.
#include "tests/tidy/rules.h"

#include <catch2/catch.hpp>

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
  CHECK(wrong_includes({"views/a.cpp", "#include \"views/b.h\"\n#include <map>\n"}).empty());
  CHECK(wrong_includes({"views/a.cpp", "#include \"service/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"sinks/a.cpp", "#include \"views/data/b.h\"\n"}).empty());
  CHECK(wrong_includes({"sinks/a.cpp", "#include \"views/sql/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"service/a.cpp", "#include \"views/sql/b.h\"\n"}).empty());
  CHECK(wrong_includes({"service/a.cpp", "#include \"tests/b.h\"\n"}).size() == 1);
  CHECK(wrong_includes({"tests/a.cpp", "#include \"tests/b.h\"\n"}).empty());
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
  CHECK(long_functions({"a.cpp", function_of(60)}).empty());
  CHECK(long_functions({"a.cpp", function_of(61)}).size() == 1);
  CHECK(long_functions({"a.cpp", "// NOLINT(readability-function-size): a flat table\n" +
                                     function_of(61).substr(5)})
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
