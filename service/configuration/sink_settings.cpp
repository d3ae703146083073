// Reads the sinks of the configuration. Variables become part of the file's tree first, since a
// sink may be declared by several of them; each node remembers whose text it is, for what is said
// of it.
#include "service/configuration/sink_settings.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "service/configuration/setting_reader.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

constexpr std::string_view section = "sinks";

// The type of a sink that exists undeclared; empty = there is none of this name. Views may name it
// without the file saying a word of it.
std::string_view default_type(std::string_view name) {
  static const Settings defaults;
  const SinkSettings* const sink = defaults.find_sink(name);
  return sink == nullptr ? std::string_view() : sink->type();
}

// "sinks.local.path" gives local, path.
std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (true) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return names;
    path.remove_prefix(dot + 1);
    names.emplace_back(path.substr(0, path.find('.')));
  }
}

class SinksTree {
 public:
  explicit SinksTree(const YamlNode* sinks) {
    if (sinks != nullptr) root_ = *sinks;
  }

  // REQUIRES: what a path leads through comes before what it leads to.
  void put(const Override& replacement, Diagnostics& diagnostics) {
    YamlSource& source = sources_.emplace_back(replacement.variable, replacement.text, diagnostics);
    std::optional<YamlNode> node = source.parse();
    if (!node) return;
    const std::vector<std::string> names = names_in(replacement.path);
    YamlNode* const found = node_at(names);
    if (found == nullptr) return source.error("unknown_key", "names no setting");
    *found = std::move(*node);
    replaced_.push_back({names, &source});
  }

  // Ends the putting.
  const YamlNode& finish() {
    for (YamlNode::Entry& sink : root_.entries)
      if (sink.line == 0) complete(sink);
    for (const Replaced& replaced : replaced_)
      if (YamlNode* const node = node_at(replaced.names)) remember(*node, *replaced.source);
    return root_;
  }

  [[nodiscard]] YamlSource* source_of(const YamlNode& node) const {
    const auto found = sources_of_.find(&node);
    return found == sources_of_.end() ? nullptr : found->second;
  }

 private:
  struct Replaced {
    std::vector<std::string> names;
    YamlSource* source = nullptr;
  };

  // Makes maps on the way; nullptr = something else is there. An entry that a variable makes has
  // line 0 until the end.
  YamlNode* node_at(const std::vector<std::string>& names) {
    YamlNode* node = &root_;
    for (const std::string& name : names) {
      if (node->kind == YamlNode::Kind::null) node->kind = YamlNode::Kind::map;
      if (node->kind != YamlNode::Kind::map) return nullptr;
      auto entry = std::ranges::find(node->entries, name, &YamlNode::Entry::key);
      if (entry == node->entries.end()) entry = node->entries.insert(entry, {name, 0, 0, {}});
      node = &entry->value;
    }
    return node;
  }

  // A sink that exists undeclared needs no type.
  static void complete(YamlNode::Entry& sink) {
    const std::string_view type = default_type(sink.key);
    if (type.empty() || sink.value.kind != YamlNode::Kind::map || sink.value.find("type")) return;
    YamlNode text;
    text.kind = YamlNode::Kind::scalar;
    text.text = type;
    sink.value.entries.push_back({"type", 1, 1, std::move(text)});
  }

  void remember(YamlNode& node, YamlSource& source) {
    // By address: the tree is complete, and no node moves any more.
    sources_of_[&node] = &source;
    for (YamlNode& item : node.items) remember(item, source);
    for (YamlNode::Entry& entry : node.entries) remember(entry.value, source);
  }

  YamlNode root_;
  std::deque<YamlSource> sources_;
  std::vector<Replaced> replaced_;
  std::map<const YamlNode*, YamlSource*> sources_of_;
};

class SinksReader {
 public:
  SinksReader(const SinksTree& tree, YamlSource& file, Settings& settings)
      : tree_(tree), file_(file), settings_(settings) {}

  void read(const YamlNode& sinks) {
    if (sinks.reported || sinks.kind == YamlNode::Kind::null) return;
    if (sinks.kind != YamlNode::Kind::map)
      return source_of(sinks).error(sinks, "bad_value",
                                    "\"sinks\" must be a map from names to sinks");
    for (const YamlNode::Entry& sink : sinks.entries)
      if (!sink.value.reported) read_sink(sink);
  }

 private:
  YamlSource& source_of(const YamlNode& node) {
    YamlSource* const source = tree_.source_of(node);
    return source == nullptr ? file_ : *source;
  }

  // At the key, which is in the file or, with its value, in a variable.
  void error(const YamlNode::Entry& at, std::string_view code, std::string message,
             std::string hint = {}) {
    const bool in_file = tree_.source_of(at.value) == nullptr;
    if (in_file && at.line != 0) return file_.error(at, code, std::move(message), std::move(hint));
    const YamlNode* node = &at.value;
    while (tree_.source_of(*node) == nullptr && !node->entries.empty())
      node = &node->entries.front().value;
    source_of(*node).error(*node, code, std::move(message), std::move(hint));
  }

  void read_sink(const YamlNode::Entry& sink) {
    const YamlNode* const type = sink.value.find("type");
    if (type == nullptr)
      return error(sink, "missing_key", "sink \"" + sink.key + "\" has no type",
                   "write for example " + sink.key + ": { type: sqlite }");
    if (type->reported) return;
    if (type->text == "postgres" || type->text == "redis")
      return source_of(*type).error(
          *type, "bad_value",
          "sinks of type \"" + type->text + "\" are not available in this version");
    if (type->text != "sqlite" && type->text != "feed")
      return source_of(*type).error(*type, "bad_value",
                                    "unknown type of sink \"" + type->text + "\"",
                                    "one of sqlite, postgres, redis, feed");
    const std::string_view expected = default_type(sink.key);
    if (!expected.empty() && type->text != expected)
      return source_of(*type).error(
          *type, "bad_value", "the sink \"" + sink.key + "\" is of type " + std::string(expected),
          "give the sink of type " + type->text + " another name");
    // HTTP answers from one store.
    if (!types_seen_.insert(type->text).second)
      return error(sink, "bad_value", "a project has at most one sink of type " + type->text);
    if (type->text == "sqlite")
      read_sqlite(sink);
    else
      read_feed(sink);
  }

  // The one sink of its type takes the name of the one declared.
  template <typename Options>
  Options& rename(const std::string& name) {
    const auto sink = std::ranges::find_if(settings_.sinks, [](const SinkSettings& candidate) {
      return std::holds_alternative<Options>(candidate.options);
    });
    sink->name = name;
    return std::get<Options>(sink->options);
  }

  void read_sqlite(const YamlNode::Entry& sink) {
    SqliteSettings& sqlite = rename<SqliteSettings>(sink.key);
    for (const YamlNode::Entry& entry : sink.value.entries) {
      if (entry.value.reported || entry.key == "type") continue;
      if (entry.key != "path")
        error(entry, "unknown_key", "unknown key \"" + entry.key + "\" of a sqlite sink",
              did_you_mean(entry.key, {"type", "path"}));
      else if (entry.value.kind != YamlNode::Kind::scalar || entry.value.text.empty())
        error(entry, "bad_value", "\"path\" must be the name of a file");
      else
        sqlite.path = entry.value.text;
    }
  }

  // May be declared as it is by default; no view can name it yet.
  void read_feed(const YamlNode::Entry& sink) {
    rename<FeedSettings>(sink.key);
    for (const YamlNode::Entry& entry : sink.value.entries) {
      if (entry.value.reported) continue;
      const std::string path = "sinks." + sink.key + "." + entry.key;
      SettingReader reader(entry.value, path, source_of(entry.value));
      if (entry.key == "retain")
        reader.only({"1h"});
      else if (entry.key == "max_size")
        reader.only({"256MiB"});
      else if (entry.key != "type")
        error(entry, "unknown_key", "unknown key \"" + entry.key + "\" of a feed",
              did_you_mean(entry.key, {"type", "retain", "max_size"}));
    }
  }

  const SinksTree& tree_;
  YamlSource& file_;
  Settings& settings_;
  std::set<std::string> types_seen_;
};

}  // namespace

bool is_about_sinks(std::string_view path) {
  return path == section || (path.starts_with(section) && path[section.size()] == '.');
}

bool can_take_views(const Settings& settings, std::string_view name) {
  const SinkSettings* const sink = settings.find_sink(name);
  return sink != nullptr && std::holds_alternative<SqliteSettings>(sink->options);
}

std::string no_sink(const Settings& settings, const std::string& name) {
  if (settings.find_sink(name) != nullptr)
    return "the sink \"" + name + "\" is not available in this version";
  return "there is no sink \"" + name + "\"";
}

std::string sinks_to_use(const Settings& settings) {
  return "use \"" + settings.store_name() + "\"";
}

void read_sinks(const YamlNode* sinks, YamlSource& source, const std::vector<Override>& overrides,
                Settings& settings, Diagnostics& diagnostics) {
  SinksTree tree(sinks);
  for (const Override& replacement : overrides)
    if (is_about_sinks(replacement.path)) tree.put(replacement, diagnostics);
  const YamlNode& whole = tree.finish();
  SinksReader(tree, source, settings).read(whole);
}

}  // namespace deltamill
