// Environment variables in the configuration: ${NAME} within values, DELTAMILL_... in place of
// settings. Expansion works on parsed scalars, so a value can never become YAML.
#include "service/configuration/environment.h"

#include <algorithm>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

// Expands one scalar. Returns false after reporting an error.
bool expand(YamlNode& node, const EnvironmentMap& environment, YamlSource& source) {
  std::string result;
  const std::string& text = node.text;
  bool replaced = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 == text.size() || (text[at + 1] != '$' && text[at + 1] != '{')) {
      result += text[at];
      continue;
    }
    // $$ is a dollar sign, in front of a brace too.
    if (text[at + 1] == '$') {
      result += '$';
      ++at;
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) {
      source.error(node, "bad_value", "\"${\" without \"}\"", "write $$ for a dollar sign");
      return false;
    }
    const std::string inside = text.substr(at + 2, end - at - 2);
    const std::size_t separator = inside.find(":-");
    const std::string name = inside.substr(0, separator);
    const auto found = environment.find(name);
    // As in a shell: with :- an empty variable counts as unset.
    if (found != environment.end() && !(found->second.empty() && separator != std::string::npos)) {
      result += found->second;
    } else if (separator != std::string::npos) {
      result += inside.substr(separator + 2);
    } else {
      source.error(node, "unset_variable", "the environment variable \"" + name + "\" is not set",
                   "set it, or give a default: ${" + name + ":-value}");
      return false;
    }
    at = end;
    replaced = true;
  }
  // Not expanded again: what a variable holds is a value, whatever it looks like.
  node.text = result;
  // Within { } a reference can only be written in quotes; its value is of any type.
  if (replaced) node.quoted = false;
  return true;
}

constexpr std::string_view prefix = "DELTAMILL_";
constexpr std::string_view not_settings[] = {"DELTAMILL_DIR", "DELTAMILL_ADMIN",
                                             "DELTAMILL_ADMIN_TOKEN"};

}  // namespace

void expand_variables(YamlNode& node, const EnvironmentMap& environment, YamlSource& source) {
  if (node.reported) return;
  if (node.kind == YamlNode::Kind::scalar) {
    node.reported = !expand(node, environment, source);
    return;
  }
  for (YamlNode& item : node.items) expand_variables(item, environment, source);
  for (YamlNode::Entry& entry : node.entries) expand_variables(entry.value, environment, source);
}

std::string variable_of(std::string_view path) {
  std::string variable(prefix);
  for (const char letter : path) {
    if (letter == '.')
      variable += "__";
    else
      variable += to_upper(letter);
  }
  return variable;
}

std::vector<Override> overrides_of(const EnvironmentMap& environment) {
  std::vector<Override> overrides;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(prefix) ||
        std::ranges::find(not_settings, name) != std::end(not_settings))
      continue;
    std::string path;
    for (std::size_t at = prefix.size(); at < name.size(); ++at) {
      const bool separator = name.compare(at, 2, "__") == 0;
      path += separator ? '.' : to_lower(name[at]);
      if (separator) ++at;
    }
    overrides.push_back({name, path, value});
  }
  return overrides;
}

}  // namespace deltamill
