// The strict tree: what YAML allows and this does not, and where errors stand.
#include "service/configuration/yaml_document.h"

#include <catch2/catch.hpp>
#include <string>

namespace deltamill {

namespace {

// "2:7 duplicate_key" for each diagnostic of a text.
std::vector<std::string> problems_of(const std::string& text) {
  Diagnostics diagnostics;
  YamlSource source("x.yaml", text, diagnostics);
  (void)source.parse();
  std::vector<std::string> problems;
  for (const Diagnostic& one : diagnostics)
    problems.push_back(std::to_string(one.line) + ":" + std::to_string(one.column) + " " +
                       one.code);
  return problems;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("a tree keeps scalars as text, with their places") {
  Diagnostics diagnostics;
  YamlSource source("x.yaml", "a: 007\nb: [x, 'null', null]\n", diagnostics);
  const std::optional<YamlNode> root = source.parse();
  REQUIRE(root);
  CHECK(diagnostics.empty());
  CHECK(root->find("a")->text == "007");
  const YamlNode& list = *root->find("b");
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[0].kind == YamlNode::Kind::scalar);
  CHECK(list.items[1].kind == YamlNode::Kind::scalar);
  CHECK(list.items[1].quoted);
  CHECK(list.items[2].kind == YamlNode::Kind::null);
  CHECK(list.items[1].line == 2);
  CHECK(list.items[1].column == 8);
}

TEST_CASE("duplicate keys, anchors, aliases, tags and merge keys are errors") {
  CHECK(problems_of("a: 1\nb: 2\na: 3\n") == Problems{"3:1 duplicate_key"});
  CHECK(problems_of("a: &x 1\nb: *x\n") == Problems{"1:4 syntax", "2:4 syntax"});
  CHECK(problems_of("a: !int 1\n") == Problems{"1:4 syntax"});
  CHECK(problems_of("<<: {a: 1}\n") == Problems{"1:1 syntax"});
}

TEST_CASE("a second document is an error") {
  CHECK(problems_of("a: 1\n---\nb: 1\n") == Problems{"3:1 syntax"});
}

TEST_CASE("text that is no YAML is one error where it stops being") {
  CHECK(problems_of("a: [1\n").size() == 1);
  CHECK(problems_of("a: \"never closed\n") == Problems{"1:17 syntax"});
  CHECK(problems_of("\ta: 1\n").size() == 1);
}

TEST_CASE("deep nesting ends with an error") {
  CHECK(problems_of(std::string(40, '[') + std::string(40, ']')).size() == 1);
}

TEST_CASE("columns count characters, lines are shown without a byte order mark") {
  Diagnostics diagnostics;
  YamlSource source("x.yaml", "\xef\xbb\xbf\"\xc3\xa4\xc3\xb6\": &x 1\n", diagnostics);
  (void)source.parse();
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0].column == 7);
  CHECK(diagnostics[0].source_line == "\"\xc3\xa4\xc3\xb6\": &x 1");
}

TEST_CASE("YAML inside a larger file has that file's positions") {
  const std::string text = "-- x\n/* deltamill a: 1\n a: 2 */";
  const std::size_t begin = text.find(" a: 1");
  Diagnostics diagnostics;
  YamlSource source("v.sql", text, diagnostics, begin, text.find("*/"));
  const std::optional<YamlNode> root = source.parse();
  REQUIRE(root);
  source.error(root->entries[0], "bad_value", "first");
  REQUIRE(diagnostics.size() == 2);
  CHECK(diagnostics[0].code == "duplicate_key");
  CHECK(diagnostics[0].line == 3);
  CHECK(diagnostics[0].column == 2);
  CHECK(diagnostics[1].line == 2);
  CHECK(diagnostics[1].column == 14);
  CHECK(diagnostics[1].source_line == "/* deltamill a: 1");
}

TEST_CASE("a diagnostic never shows a password, and underlines what is shown") {
  Diagnostics diagnostics;
  YamlSource source("x.yaml", "{ url: 'postgresql://ada:pearl@db/x', sloot: y }", diagnostics);
  const std::optional<YamlNode> root = source.parse();
  REQUIRE(root);
  source.error(root->entries[1], "unknown_key", "unknown key");
  source.error(root->entries[0].value, "bad_value", "bad");
  CHECK(to_text(diagnostics[0]) ==
        "x.yaml:1:39: error: unknown key [unknown_key]\n"
        "    1 | { url: 'postgresql://ada:***@db/x', sloot: y }\n"
        "      |                                     ^~~~~\n");
  CHECK(to_text(diagnostics[1]) ==
        "x.yaml:1:8: error: bad [bad_value]\n"
        "    1 | { url: 'postgresql://ada:***@db/x', sloot: y }\n"
        "      |        ^~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

}  // namespace deltamill
