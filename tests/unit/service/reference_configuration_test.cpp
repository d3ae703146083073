// config/deltamill.yaml and its schema say what the code does: every setting, with its default.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "service/configuration/read_settings.h"
#include "service/configuration/view_header.h"
#include "service/configuration/yaml_document.h"

namespace deltamill {

namespace {

using Json = nlohmann::json;
using Paths = std::set<std::string>;

std::string content_of(const std::string& name) {
  std::ifstream file(std::string(DELTAMILL_CONFIG_DIRECTORY) + "/" + name);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

Paths code_paths() {
  Paths paths;
  for (const std::string_view path : setting_paths()) paths.emplace(path);
  return paths;
}

// Paths of everything below an object schema that is not an object itself.
void collect(const Json& schema, const std::string& path, Paths& paths) {
  for (const auto& [name, member] : schema.at("properties").items()) {
    const std::string inner = path.empty() ? name : path + "." + name;
    if (inner == "sinks") continue;
    if (member.contains("properties"))
      collect(member, inner, paths);
    else
      paths.insert(inner);
  }
}

void collect(const YamlNode& node, const std::string& path, Paths& paths) {
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string inner = path.empty() ? entry.key : path + "." + entry.key;
    if (inner == "sinks") continue;
    if (entry.value.kind == YamlNode::Kind::map)
      collect(entry.value, inner, paths);
    else
      paths.insert(inner);
  }
}

}  // namespace

TEST_CASE("the schema has exactly the settings of the code") {
  Paths paths;
  collect(Json::parse(content_of("deltamill.schema.json")), "", paths);
  CHECK(paths == code_paths());
}

TEST_CASE("the schema has exactly the header keys of the code") {
  const Json schema = Json::parse(content_of("deltamill.schema.json"));
  Paths keys;
  for (const auto& [name, member] : schema.at("$defs").at("view_header").at("properties").items())
    keys.insert(name);
  Paths expected;
  for (const std::string_view key : header_keys()) expected.emplace(key);
  CHECK(keys == expected);
}

TEST_CASE("the reference configuration gives every setting that has a default") {
  const std::string text = content_of("deltamill.yaml");
  Diagnostics diagnostics;
  YamlSource source("deltamill.yaml", text, diagnostics);
  const std::optional<YamlNode> root = source.parse();
  REQUIRE(root);
  Paths paths;
  collect(*root, "", paths);
  Paths expected = code_paths();
  for (const char* const without : {"source.url_file", "serve.tls", "admin.tls"}) {
    CHECK(expected.erase(without) == 1);
    const std::string name = std::string(without).substr(std::string(without).find('.') + 1);
    CHECK(text.find("# " + name + ":") != std::string::npos);
  }
  CHECK(paths == expected);
}

TEST_CASE("the reference configuration is accepted and changes nothing") {
  const EnvironmentMap environment = {{"DATABASE_URL", "host=db"}};
  Diagnostics diagnostics;
  const Settings reference = read_settings("deltamill.yaml", content_of("deltamill.yaml"), "/srv",
                                           environment, diagnostics);
  const Settings minimal = read_settings(
      "deltamill.yaml", "project: shop\nsource: { url: '${DATABASE_URL}' }\nmemory_limit: 2GiB\n",
      "/srv", environment, diagnostics);
  CHECK(diagnostics.empty());
  CHECK(reference == minimal);
}

}  // namespace deltamill
