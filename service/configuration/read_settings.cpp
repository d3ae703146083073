// The settings of deltamill.yaml as one table (path, how it is read, where it goes), and the order
// in which file, variables of the environment and defaults are taken. A row that only refuses keeps
// the name for a setting that comes later: it is told apart from a typing error.
#include "service/configuration/read_settings.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>

#include "service/configuration/environment.h"
#include "service/configuration/setting_reader.h"
#include "service/configuration/sink_settings.h"
#include "service/configuration/source_url.h"
#include "views/data/ascii.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

// What PostgreSQL takes for a slot: the names of slot and publication are made of the project's.
bool is_name(std::string_view text, std::size_t length_max, bool digit_first) {
  if (text.empty() || text.size() > length_max) return false;
  if (!digit_first && !is_lower(text[0])) return false;
  return std::ranges::all_of(
      text, [](char letter) { return is_lower(letter) || is_digit(letter) || letter == '_'; });
}

void read_listen(SettingReader& reader, std::string& listen, bool off_allowed) {
  listen = reader.text();
  if ((off_allowed && listen == "off") || (listen.starts_with("unix:/") && listen.size() > 6))
    return;
  const std::size_t colon = listen.rfind(':');
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const char* const digits = colon == std::string::npos ? end : listen.data() + colon + 1;
  const auto read = std::from_chars(digits, end, port);
  if (colon == std::string::npos || colon == 0 || read.ptr != end || read.ec != std::errc{})
    return reader.fail(off_allowed ? "address:port, unix:/path or off"
                                   : "address:port or unix:/path");
  // Whoever reaches the listener reads all views; so only this machine does.
  if (!listens_locally(listen))
    reader.fail("a loopback address or a unix socket",
                "auth and TLS, which another address needs, are not available in this version");
}

void read_slot_name(SettingReader& reader, std::string& name) {
  name = reader.text();
  if (!is_name(name, 63, true)) reader.fail("a name of a-z, 0-9 and _, at most 63 characters");
}

constexpr std::array<std::pair<std::string_view, OnGap>, 2> on_gap_choices = {
    {{"rebuild", OnGap::rebuild}, {"stop", OnGap::stop}}};
constexpr std::array<std::pair<std::string_view, ServeMode>, 3> serve_choices = {
    {{"loopback", ServeMode::loopback}, {"true", ServeMode::always}, {"false", ServeMode::never}}};
constexpr std::array<std::pair<std::string_view, TraceLevel>, 4> level_choices = {
    {{"info", TraceLevel::info},
     {"error", TraceLevel::error},
     {"warning", TraceLevel::warning},
     {"debug", TraceLevel::debug}}};
constexpr std::array<std::pair<std::string_view, TraceFormat>, 2> format_choices = {
    {{"logfmt", TraceFormat::logfmt}, {"json", TraceFormat::json}}};

struct Setting {
  std::string_view path;
  void (*read)(Settings& settings, SettingReader& reader);
};

// clang-format off
constexpr Setting all_settings[] = {
  {"project", [](Settings& s, SettingReader& r) {
     s.project = r.text();
     if (!is_name(s.project, 40, false))
       r.fail("a name: a letter a-z, then a-z, 0-9 and _, at most 40"); }},
  {"state", [](Settings& s, SettingReader& r) { s.state = r.text(); }},
  {"memory_limit", [](Settings& s, SettingReader& r) {
     s.memory_limit_bytes = r.size();
     if (s.memory_limit_bytes < (std::uint64_t{64} << 20)) r.fail("at least 64MiB"); }},
  {"source.url", [](Settings& s, SettingReader& r) {
     s.source.url = r.text();
     const std::string problem = url_problem(s.source.url);
     if (!problem.empty()) r.fail(problem); }},
  {"source.url_file", [](Settings& s, SettingReader& r) { s.source.url_file = r.text(); }},
  {"source.slot", [](Settings& s, SettingReader& r) { read_slot_name(r, s.source.slot); }},
  {"source.publication", [](Settings& s, SettingReader& r) {
     read_slot_name(r, s.source.publication); }},
  {"source.manage", [](Settings& s, SettingReader& r) { s.source.manage = r.boolean(true); }},
  {"source.search_path", [](Settings& s, SettingReader& r) { s.source.search_path = r.texts(); }},
  {"source.snapshot_workers", [](Settings& s, SettingReader& r) {
     s.source.snapshot_workers = static_cast<std::uint32_t>(r.integer(1, 64)); }},
  {"source.heartbeat", [](Settings&, SettingReader& r) { r.only({"0s"}); }},
  {"source.on_gap", [](Settings& s, SettingReader& r) {
     s.source.on_gap = r.choice(on_gap_choices); }},
  {"source.warn_retained_wal", [](Settings& s, SettingReader& r) {
     s.source.warn_retained_wal_bytes = r.size(); }},
  {"source.drop_slot_at", [](Settings&, SettingReader& r) { r.only({"0B"}); }},
  {"journal.retain", [](Settings&, SettingReader& r) { r.only({"0s", "0B"}); }},
  {"defaults.sinks", [](Settings& s, SettingReader& r) { s.defaults.sinks = r.texts(); }},
  {"defaults.max_lag", [](Settings& s, SettingReader& r) { s.defaults.max_lag = r.duration(); }},
  {"defaults.serve", [](Settings& s, SettingReader& r) {
     s.defaults.serve = r.choice(serve_choices); }},
  {"defaults.required", [](Settings& s, SettingReader& r) {
     s.defaults.required = r.boolean(true); }},
  {"rebuild.keep_generations", [](Settings& s, SettingReader& r) {
     s.keep_generations = static_cast<std::uint32_t>(r.integer(0, 16)); }},
  {"rebuild.keep_for", [](Settings&, SettingReader& r) { r.only({"24h"}); }},
  {"audit.interval", [](Settings&, SettingReader& r) { r.only({"0s"}); }},
  {"serve.listen", [](Settings& s, SettingReader& r) { read_listen(r, s.serve.listen, true); }},
  {"serve.hosts", [](Settings& s, SettingReader& r) { s.serve.hosts = r.texts(); }},
  {"serve.tls", [](Settings&, SettingReader& r) { r.unavailable(); }},
  {"serve.insecure", [](Settings&, SettingReader& r) { r.only({"false"}); }},
  {"serve.auth", [](Settings&, SettingReader& r) { r.only({"none"}); }},
  {"serve.cors.origins", [](Settings&, SettingReader& r) { r.only({}); }},
  {"serve.cors.max_age", [](Settings&, SettingReader& r) { r.only({"24h"}); }},
  {"serve.max_rows", [](Settings& s, SettingReader& r) {
     s.serve.rows_max = r.integer(1, 1'000'000); }},
  {"serve.limits.connections", [](Settings& s, SettingReader& r) {
     s.serve.connections_max = static_cast<std::uint32_t>(r.integer(1, 100'000)); }},
  {"serve.limits.feed_clients", [](Settings&, SettingReader& r) { r.only({"256"}); }},
  {"serve.limits.query_timeout", [](Settings& s, SettingReader& r) {
     s.serve.query_timeout = r.duration(); }},
  {"serve.limits.requests_per_second", [](Settings&, SettingReader& r) { r.only({"0"}); }},
  {"admin.listen", [](Settings& s, SettingReader& r) { read_listen(r, s.admin.listen, false); }},
  {"admin.auth", [](Settings&, SettingReader& r) { r.only({"none"}); }},
  {"admin.tls", [](Settings&, SettingReader& r) { r.unavailable(); }},
  {"admin.insecure", [](Settings&, SettingReader& r) { r.only({"false"}); }},
  {"admin.ready_max_lag", [](Settings& s, SettingReader& r) {
     s.admin.ready_lag_max = r.duration(); }},
  {"trace.level", [](Settings& s, SettingReader& r) { s.trace.level = r.choice(level_choices); }},
  {"trace.format", [](Settings& s, SettingReader& r) {
     s.trace.format = r.choice(format_choices); }},
};
// clang-format on

const Setting* find_setting(std::string_view path) {
  for (const Setting& setting : all_settings)
    if (setting.path == path) return &setting;
  return nullptr;
}

bool is_below(std::string_view path, std::string_view section) {
  return path.size() > section.size() && path.starts_with(section) && path[section.size()] == '.';
}

bool is_section(std::string_view path) {
  return std::ranges::any_of(all_settings,
                             [&](const Setting& setting) { return is_below(setting.path, path); });
}

// Names that may stand below a section ("" = the top).
std::vector<std::string> names_below(std::string_view section) {
  std::vector<std::string> names;
  if (section.empty()) names.emplace_back("sinks");
  for (const Setting& setting : all_settings) {
    if (!section.empty() && !is_below(setting.path, section)) continue;
    std::string_view rest = setting.path.substr(section.empty() ? 0 : section.size() + 1);
    rest = rest.substr(0, rest.find('.'));
    if (std::ranges::find(names, rest) == names.end()) names.emplace_back(rest);
  }
  return names;
}

// Takes the nodes of one text, deltamill.yaml or a variable, into the settings.
class Loader {
 public:
  Loader(YamlSource& source, Settings& settings) : source_(source), settings_(settings) {}

  void read_document(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::null) return;
    if (root.kind != YamlNode::Kind::map)
      return source_.error(root, "bad_value", "the file must be a map of settings",
                           "begin with a line: project: shop");
    for (const YamlNode::Entry& entry : root.entries) read(entry.key, entry, "");
  }

  // Whatever the path names: a setting or a section. False = it names nothing.
  bool read_path(const std::string& path, const YamlNode& node) {
    // Replaced by a variable, or wrong and said so already.
    if (node.reported && find_setting(path) == nullptr) return true;
    if (path == "sinks") return true;  // read_sinks() takes them, with what variables say of them
    if (find_setting(path) != nullptr)
      read_setting(path, node);
    else if (is_section(path))
      read_section(path, node);
    else
      return false;
    return true;
  }

  [[nodiscard]] bool seen(const std::string& path) const { return seen_.contains(path); }

 private:
  void read(const std::string& path, const YamlNode::Entry& entry, const std::string& section) {
    if (!read_path(path, entry.value))
      source_.error(entry, "unknown_key", "unknown key \"" + path + "\"",
                    did_you_mean(entry.key, names_below(section)));
  }

  void read_section(const std::string& path, const YamlNode& node) {
    if (node.kind == YamlNode::Kind::null) return;
    if (node.kind != YamlNode::Kind::map)
      return source_.error(node, "bad_value", "\"" + path + "\" must be a map");
    for (const YamlNode::Entry& entry : node.entries) read(path + "." + entry.key, entry, path);
  }

  void read_setting(const std::string& path, const YamlNode& node) {
    seen_.insert(path);
    if (node.reported) return;
    if (node.kind == YamlNode::Kind::null)
      return source_.error(node, "bad_value", "\"" + path + "\" has no value",
                           "leave it out for the default");
    SettingReader reader(node, path, source_);
    find_setting(path)->read(settings_, reader);
  }

  YamlSource& source_;
  Settings& settings_;
  std::set<std::string> seen_;
};

// Half of the machine's memory or of the cgroup's limit, whichever is smaller: PostgreSQL may be on
// the same machine, and SQLite's pages want the rest. "max" in the file is no number, so it sets no
// limit.
std::uint64_t default_memory_limit() {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  std::uint64_t memory = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::ifstream limit_file("/sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  if (limit_file >> limit) memory = std::min(memory, limit);
  return std::max<std::uint64_t>(memory / 2, std::uint64_t{64} << 20);
}

// A secret in a file of its own: its content without the line end. Empty = it cannot be read.
std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string content;
  std::getline(file, content, '\0');
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  return content;
}

void read_url_file(const YamlNode& at, const std::filesystem::path& path, YamlSource& source,
                   Settings& settings) {
  if (at.reported || settings.source.url_file.empty()) return;
  settings.source.url = content_of(path);
  if (settings.source.url.empty())
    return source.error(at, "bad_value", "cannot read \"" + path.string() + "\", or it is empty");
  if (const std::string problem = url_problem(settings.source.url); !problem.empty())
    source.error(at, "bad_value", "the content of \"" + path.string() + "\" must be " + problem);
  std::error_code unknown;
  const auto mode = std::filesystem::status(path, unknown).permissions();
  // Only a warning: in a container the file may belong to nobody else that exists.
  if (!unknown && (mode & std::filesystem::perms::others_read) != std::filesystem::perms::none)
    source.warning(at, "bad_value", "\"" + path.string() + "\" can be read by others",
                   "run: chmod o-r " + path.string());
}

// The node of source.url_file, wherever it stands below `root`.
const YamlNode* url_file_of(const YamlNode& root) {
  const YamlNode* const section = root.find("source");
  return section == nullptr ? nullptr : section->find("url_file");
}

// The node of defaults.sinks, wherever it stands below `root`, if no variable replaces it.
const YamlNode* default_sinks_of(const YamlNode& root) {
  const YamlNode* const section = root.find("defaults");
  return section == nullptr || section->reported ? nullptr : section->find("sinks");
}

// What the sinks allow can only be said when all of them are known.
void check_default_sinks(const YamlNode* sinks, const Settings& settings, YamlSource& source) {
  if (sinks == nullptr || sinks->reported || sinks->kind != YamlNode::Kind::list) return;
  for (const YamlNode& name : sinks->items)
    if (!can_take_views(settings, name.text))
      source.error(name, "bad_value", no_sink(settings, name.text), sinks_to_use(settings));
  if (sinks->items.empty())
    source.error(*sinks, "bad_value", "a view needs a sink", sinks_to_use(settings));
}

// One variable of the environment in place of its setting.
class Overriding {
 public:
  Overriding(const std::filesystem::path& directory, Settings& settings, Diagnostics& diagnostics)
      : directory_(directory), settings_(settings), diagnostics_(diagnostics) {}

  // A variable holds YAML of its own, with its own positions: what is wrong with it is said of the
  // variable.
  void apply(const Override& replacement) {
    if (is_about_sinks(replacement.path)) return;
    YamlSource source(replacement.variable, replacement.text, diagnostics_);
    // It is a secret by itself, and a whole one: no pattern is needed to find what to hide.
    if (replacement.path == "source.url") source.hide_text();
    if (const std::string_view map = map_above(replacement.path); !map.empty())
      return source.error("bad_value",
                          "\"" + std::string(map) + "\" is not available in this version");
    if (replacement.path.find('.') != std::string::npos && !names_something(replacement.path))
      return source.error("unknown_key", "names no setting",
                          did_you_mean(replacement.variable, all_variables()));
    if (!names_something(replacement.path)) return;
    const std::optional<YamlNode> node = source.parse();
    if (!node) return;
    Loader loader(source, settings_);
    loader.read_path(replacement.path, *node);
    if (loader.seen("defaults.sinks"))
      check_default_sinks(replacement.path == "defaults" ? node->find("sinks") : &*node, settings_,
                          source);
    url_ = url_ || loader.seen("source.url");
    if (!loader.seen("source.url_file")) return;
    url_file_ = true;
    const YamlNode* const inner = replacement.path == "source" ? node->find("url_file") : nullptr;
    read_url_file(inner == nullptr ? *node : *inner, directory_ / settings_.source.url_file, source,
                  settings_);
  }

  [[nodiscard]] bool gave_url() const { return url_ || url_file_; }

 private:
  static bool names_something(const std::string& path) {
    return find_setting(path) != nullptr || is_section(path);
  }
  // The setting whose value would be a map that the path leads into.
  static std::string_view map_above(std::string_view path) {
    for (const char* const map : {"serve.auth", "serve.tls", "admin.auth", "admin.tls"})
      if (is_below(path, map)) return map;
    return {};
  }
  static std::vector<std::string> all_variables() {
    std::vector<std::string> variables;
    for (const Setting& setting : all_settings) variables.push_back(variable_of(setting.path));
    return variables;
  }

  const std::filesystem::path& directory_;
  Settings& settings_;
  Diagnostics& diagnostics_;
  bool url_ = false;
  bool url_file_ = false;
};

// What a variable replaces is not looked at.
void skip(YamlNode& node, std::string_view path) {
  for (YamlNode::Entry& entry : node.entries) {
    if (entry.key == path)
      entry.value.reported = true;
    else if (is_below(path, entry.key))
      skip(entry.value, path.substr(entry.key.size() + 1));
  }
}

void fill_in(const std::filesystem::path& directory, Settings& settings) {
  if (settings.source.slot.empty()) settings.source.slot = "deltamill_" + settings.project;
  if (settings.source.publication.empty())
    settings.source.publication = "deltamill_" + settings.project;
  if (settings.memory_limit_bytes == 0) settings.memory_limit_bytes = default_memory_limit();
  settings.state = std::filesystem::absolute(directory / settings.state).lexically_normal();
  for (SinkSettings& sink : settings.sinks)
    if (auto* const sqlite = std::get_if<SqliteSettings>(&sink.options))
      sqlite->path = settings.state / sqlite->path;
  if (settings.defaults.sinks.empty()) settings.defaults.sinks = {settings.store_name()};
}

}  // namespace

std::vector<std::string_view> setting_paths() {
  std::vector<std::string_view> paths;
  for (const Setting& setting : all_settings) paths.push_back(setting.path);
  return paths;
}

Settings read_settings(const std::string& file, const std::string& text,
                       const std::filesystem::path& directory, const EnvironmentMap& environment,
                       Diagnostics& diagnostics) {
  Settings settings;
  YamlSource source(file, text, diagnostics);
  std::optional<YamlNode> root = source.parse();
  if (!root) return settings;
  const std::vector<Override> overrides = overrides_of(environment);
  // First: a value that is replaced must neither be expanded (its variable may be unset) nor
  // checked.
  for (const Override& replacement : overrides) skip(*root, replacement.path);
  // On the tree, after parsing.
  expand_variables(*root, environment, source);
  Loader loader(source, settings);
  loader.read_document(*root);
  // Before what names sinks.
  read_sinks(root->find("sinks"), source, overrides, settings, diagnostics);
  check_default_sinks(default_sinks_of(*root), settings, source);

  const bool file_seen = loader.seen("source.url_file");
  const YamlNode* const url_file = url_file_of(*root);
  // After the file: a variable wins.
  Overriding overriding(directory, settings, diagnostics);
  for (const Override& replacement : overrides) overriding.apply(replacement);
  if (file_seen && loader.seen("source.url"))
    source.error(*url_file, "bad_value", "\"source.url\" and \"source.url_file\" are both given",
                 "keep one of them");
  else if (file_seen && !overriding.gave_url())
    read_url_file(*url_file, directory / settings.source.url_file, source, settings);

  const bool is_map = root->kind == YamlNode::Kind::map || root->kind == YamlNode::Kind::null;
  if (is_map && settings.project.empty() && !loader.seen("project"))
    source.error("missing_key", "\"project\" is missing", "add a line: project: shop");
  const bool url_given = loader.seen("source.url") || file_seen || overriding.gave_url();
  if (is_map && !url_given)
    source.error("missing_key", "\"source.url\" is missing",
                 "add below source: url: ${DATABASE_URL}");
  // Last: defaults depend on other settings, given or not.
  fill_in(directory, settings);
  return settings;
}

}  // namespace deltamill
