// The settings of deltamill.yaml as one table: path, how it is read, where it goes.
#include "service/configuration/settings.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <set>

#include "service/configuration/environment.h"

namespace deltamill {

namespace {

// One setting being read: its node, where errors go.
class SettingReader {
 public:
  SettingReader(const YamlNode& node, std::string_view path, YamlSource& source)
      : node_(node), path_(path), source_(source) {}

  [[nodiscard]] const YamlNode& node() const { return node_; }

  void fail(const std::string& what, const std::string& hint = {}) {
    source_.error(node_, "bad_value", "\"" + std::string(path_) + "\" must be " + what, hint);
  }
  void unavailable(const std::string& hint = {}) {
    source_.error(node_, "bad_value",
                  "\"" + std::string(path_) + "\" is not available in this version", hint);
  }

  [[nodiscard]] std::string text() {
    if (node_.kind == YamlNode::Kind::scalar) return node_.text;
    fail("a text");
    return {};
  }

  [[nodiscard]] bool boolean(bool otherwise) {
    if (node_.kind == YamlNode::Kind::scalar && !node_.quoted) {
      if (node_.text == "true") return true;
      if (node_.text == "false") return false;
    }
    fail("true or false");
    return otherwise;
  }

  [[nodiscard]] std::uint64_t integer(std::uint64_t min, std::uint64_t max) {
    std::uint64_t value = 0;
    const std::string& digits = node_.text;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (node_.kind == YamlNode::Kind::scalar && !digits.empty() && end.ec == std::errc{} &&
        end.ptr == digits.data() + digits.size() && value >= min && value <= max)
      return value;
    fail("an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return min;
  }

  [[nodiscard]] std::chrono::milliseconds duration() {
    if (node_.kind == YamlNode::Kind::scalar)
      if (const auto value = parse_duration(node_.text)) return *value;
    fail("a duration: an integer and one of ms s m h d", "for example 5s");
    return {};
  }

  [[nodiscard]] std::uint64_t size() {
    if (node_.kind == YamlNode::Kind::scalar)
      if (const auto value = parse_size(node_.text)) return *value;
    fail("a size: an integer and one of B KiB MiB GiB", "for example 2GiB");
    return 0;
  }

  [[nodiscard]] std::vector<std::string> texts() {
    std::vector<std::string> result;
    bool good = node_.kind == YamlNode::Kind::list;
    for (const YamlNode& item : node_.items) {
      good = good && item.kind == YamlNode::Kind::scalar;
      result.push_back(item.text);
    }
    if (!good) fail("a list of texts", "for example [a, b]");
    return result;
  }

  template <typename Value, std::size_t count>
  [[nodiscard]] Value choice(const std::array<std::pair<std::string_view, Value>, count>& choices) {
    std::string names;
    for (const auto& [name, value] : choices) {
      if (node_.kind == YamlNode::Kind::scalar && node_.text == name) return value;
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    fail("one of " + names);
    return choices[0].second;
  }

  // A setting whose feature does not exist yet: only its "off" value is taken.
  void only(std::initializer_list<std::string_view> off) {
    const bool empty_list = node_.kind == YamlNode::Kind::list && node_.items.empty();
    const bool is_off =
        node_.kind == YamlNode::Kind::scalar && std::ranges::find(off, node_.text) != off.end();
    if (!is_off && !empty_list) unavailable();
  }

 private:
  const YamlNode& node_;
  std::string_view path_;
  YamlSource& source_;
};

bool is_name(std::string_view text, std::size_t length_max, bool digit_first) {
  if (text.empty() || text.size() > length_max) return false;
  if (!digit_first && !(text[0] >= 'a' && text[0] <= 'z')) return false;
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
  });
}

void read_listen(SettingReader& reader, std::string& listen, bool off_allowed) {
  listen = reader.text();
  if ((off_allowed && listen == "off") || (listen.starts_with("unix:/") && listen.size() > 6))
    return;
  const std::size_t colon = listen.rfind(':');
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  if (colon == std::string::npos || colon == 0 ||
      std::from_chars(listen.data() + colon + 1, end, port).ptr != end || listen.back() == ':')
    return reader.fail(off_allowed ? "address:port, unix:/path or off"
                                   : "address:port or unix:/path");
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
     if (!is_name(s.project, 40, false)) r.fail("a name: a letter a-z, then a-z, 0-9 and _, at most 40"); }},
  {"state", [](Settings& s, SettingReader& r) { s.state = r.text(); }},
  {"memory_limit", [](Settings& s, SettingReader& r) {
     s.memory_limit_bytes = r.size();
     if (s.memory_limit_bytes < (std::uint64_t{64} << 20)) r.fail("at least 64MiB"); }},
  {"source.url", [](Settings& s, SettingReader& r) { s.source.url = r.text(); }},
  {"source.url_file", [](Settings&, SettingReader&) { /* read_secrets */ }},
  {"source.slot", [](Settings& s, SettingReader& r) { read_slot_name(r, s.source.slot); }},
  {"source.publication", [](Settings& s, SettingReader& r) { read_slot_name(r, s.source.publication); }},
  {"source.manage", [](Settings& s, SettingReader& r) { s.source.manage = r.boolean(true); }},
  {"source.search_path", [](Settings& s, SettingReader& r) { s.source.search_path = r.texts(); }},
  {"source.snapshot_workers", [](Settings& s, SettingReader& r) {
     s.source.snapshot_workers = static_cast<std::uint32_t>(r.integer(1, 64)); }},
  {"source.heartbeat", [](Settings&, SettingReader& r) { r.only({"0s"}); }},
  {"source.on_gap", [](Settings& s, SettingReader& r) { s.source.on_gap = r.choice(on_gap_choices); }},
  {"source.warn_retained_wal", [](Settings& s, SettingReader& r) { s.source.warn_retained_wal_bytes = r.size(); }},
  {"source.drop_slot_at", [](Settings&, SettingReader& r) { r.only({"0B"}); }},
  {"journal.retain", [](Settings&, SettingReader& r) { r.only({"0s", "0B"}); }},
  {"defaults.sinks", [](Settings& s, SettingReader& r) { s.defaults.sinks = r.texts(); }},
  {"defaults.max_lag", [](Settings& s, SettingReader& r) { s.defaults.max_lag = r.duration(); }},
  {"defaults.serve", [](Settings& s, SettingReader& r) { s.defaults.serve = r.choice(serve_choices); }},
  {"defaults.required", [](Settings& s, SettingReader& r) { s.defaults.required = r.boolean(true); }},
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
  {"serve.cors.max_age", [](Settings&, SettingReader& r) { (void)r.duration(); }},
  {"serve.max_rows", [](Settings& s, SettingReader& r) { s.serve.rows_max = r.integer(1, 1'000'000); }},
  {"serve.limits.connections", [](Settings& s, SettingReader& r) {
     s.serve.connections_max = static_cast<std::uint32_t>(r.integer(1, 100'000)); }},
  {"serve.limits.feed_clients", [](Settings&, SettingReader& r) { (void)r.integer(0, 100'000); }},
  {"serve.limits.query_timeout", [](Settings& s, SettingReader& r) { s.serve.query_timeout = r.duration(); }},
  {"serve.limits.requests_per_second", [](Settings&, SettingReader& r) { r.only({"0"}); }},
  {"admin.listen", [](Settings& s, SettingReader& r) { read_listen(r, s.admin.listen, false); }},
  {"admin.auth", [](Settings&, SettingReader& r) { r.only({"none"}); }},
  {"admin.tls", [](Settings&, SettingReader& r) { r.unavailable(); }},
  {"admin.insecure", [](Settings&, SettingReader& r) { r.only({"false"}); }},
  {"admin.ready_max_lag", [](Settings& s, SettingReader& r) { s.admin.ready_lag_max = r.duration(); }},
  {"trace.level", [](Settings& s, SettingReader& r) { s.trace.level = r.choice(level_choices); }},
  {"trace.format", [](Settings& s, SettingReader& r) { s.trace.format = r.choice(format_choices); }},
};
// clang-format on

const Setting* find_setting(std::string_view path) {
  for (const Setting& setting : all_settings)
    if (setting.path == path) return &setting;
  return nullptr;
}

bool is_section(std::string_view path) {
  return std::ranges::any_of(all_settings, [&](const Setting& setting) {
    return setting.path.size() > path.size() && setting.path.starts_with(path) &&
           setting.path[path.size()] == '.';
  });
}

// Names that may stand below a section ("" = the top).
std::vector<std::string_view> names_below(std::string_view section) {
  std::vector<std::string_view> names;
  if (section.empty()) names.emplace_back("sinks");
  for (const Setting& setting : all_settings) {
    if (!section.empty() &&
        (!setting.path.starts_with(section) || setting.path.size() <= section.size() ||
         setting.path[section.size()] != '.'))
      continue;
    std::string_view rest = setting.path.substr(section.empty() ? 0 : section.size() + 1);
    rest = rest.substr(0, rest.find('.'));
    if (std::ranges::find(names, rest) == names.end()) names.push_back(rest);
  }
  return names;
}

class Loader {
 public:
  Loader(YamlSource& source, Settings& settings) : source_(source), settings_(settings) {}

  void read_map(const YamlNode& map, const std::string& section) {
    if (map.kind == YamlNode::Kind::null && !section.empty()) return;
    if (map.kind != YamlNode::Kind::map)
      return source_.error(
          map, "bad_value",
          "\"" + (section.empty() ? "deltamill.yaml" : section) + "\" must be a map");
    for (const YamlNode::Entry& entry : map.entries) read_entry(entry, section);
  }

  void read_setting(const std::string& path, const YamlNode& node) {
    const Setting* const setting = find_setting(path);
    seen_.insert(path);
    SettingReader reader(node, setting->path, source_);
    setting->read(settings_, reader);
  }

  [[nodiscard]] bool seen(const std::string& path) const { return seen_.contains(path); }

 private:
  void read_entry(const YamlNode::Entry& entry, const std::string& section) {
    const std::string path = section.empty() ? entry.key : section + "." + entry.key;
    if (path == "sinks") return read_sinks(entry.value);
    if (entry.value.reported) {
      seen_.insert(path);
      return;
    }
    if (find_setting(path) != nullptr) {
      if (entry.value.kind == YamlNode::Kind::null)
        return source_.error(entry, "bad_value", "\"" + path + "\" has no value",
                             "remove the line for the default");
      return read_setting(path, entry.value);
    }
    if (is_section(path)) return read_map(entry.value, path);
    source_.error(entry, "unknown_key", "unknown key \"" + path + "\"",
                  did_you_mean(entry.key, names_below(section)));
  }

  void read_sinks(const YamlNode& sinks) {
    if (sinks.kind != YamlNode::Kind::map)
      return source_.error(sinks, "bad_value", "\"sinks\" must be a map from names to sinks");
    bool sqlite_seen = false;
    for (const YamlNode::Entry& sink : sinks.entries) read_sink(sink, sqlite_seen);
  }

  void read_sink(const YamlNode::Entry& sink, bool& sqlite_seen) {
    const YamlNode* const type = sink.value.find("type");
    if (type == nullptr)
      return source_.error(sink, "missing_key", "sink \"" + sink.key + "\" has no type",
                           "write { type: sqlite }");
    if (type->text == "feed") return;  // declared with its defaults; no view can name it yet
    if (type->text == "postgres" || type->text == "redis")
      return source_.error(
          *type, "bad_value",
          "sinks of type \"" + type->text + "\" are not available in this version");
    if (type->text != "sqlite")
      return source_.error(*type, "bad_value", "unknown type of sink \"" + type->text + "\"",
                           "one of sqlite, postgres, redis, feed");
    if (sqlite_seen)
      return source_.error(sink, "bad_value", "a project has at most one sqlite sink");
    sqlite_seen = true;
    settings_.sqlite_sink = sink.key;
    for (const YamlNode::Entry& entry : sink.value.entries) {
      if (entry.key == "path" && entry.value.kind == YamlNode::Kind::scalar)
        settings_.store_path = entry.value.text;
      else if (entry.key != "type")
        source_.error(entry, "unknown_key", "unknown key \"" + entry.key + "\" of a sqlite sink",
                      did_you_mean(entry.key, {"type", "path"}));
    }
  }

  YamlSource& source_;
  Settings& settings_;
  std::set<std::string> seen_;
};

// Half of the machine's memory or of the cgroup's limit, whichever is smaller.
std::uint64_t default_memory_limit() {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  std::uint64_t memory = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::ifstream limit_file("/sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  if (limit_file >> limit) memory = std::min(memory, limit);
  return std::max<std::uint64_t>(memory / 2, std::uint64_t{64} << 20);
}

std::string first_line_of(const std::filesystem::path& path, bool& good) {
  std::ifstream file(path);
  std::string line;
  good = static_cast<bool>(std::getline(file, line)) || !file.bad();
  good = good && !line.empty();
  return line;
}

void read_url_file(const YamlNode& root, const Loader& loader,
                   const std::filesystem::path& directory, Settings& settings, YamlSource& source) {
  const YamlNode* const section = root.find("source");
  const YamlNode* const url_file = section == nullptr ? nullptr : section->find("url_file");
  if (url_file == nullptr) return;
  if (loader.seen("source.url"))
    return source.error(*url_file, "bad_value",
                        "both \"source.url\" and \"source.url_file\" are given",
                        "keep one of them");
  bool good = false;
  settings.source.url = first_line_of(directory / url_file->text, good);
  if (!good)
    source.error(*url_file, "bad_value", "cannot read \"" + url_file->text + "\" or it is empty");
  std::error_code ignored;
  const auto mode = std::filesystem::status(directory / url_file->text, ignored).permissions();
  if ((mode & std::filesystem::perms::others_read) != std::filesystem::perms::none)
    source.warning(*url_file, "bad_value", "\"" + url_file->text + "\" can be read by others",
                   "chmod 600 it");
}

void apply_overrides(const EnvironmentMap& environment, Settings& settings,
                     Diagnostics& diagnostics, bool& url_given) {
  for (const Override& one : overrides_of(environment)) {
    YamlSource source(one.variable, one.text, diagnostics);
    if (find_setting(one.path) == nullptr) {
      if (one.variable.find("__") != std::string::npos)
        source.error_at(1, 1, 1, "unknown_key",
                        "the environment variable " + one.variable + " names no setting", {});
      continue;
    }
    Loader loader(source, settings);
    loader.read_setting(one.path, source.parse());
    url_given = url_given || one.path == "source.url";
  }
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t amount = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (end.ec != std::errc{} || amount < 0 || end.ptr == text.data()) return std::nullopt;
  const std::string_view unit(end.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - end.ptr));
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, factor] : units)
    if (unit == name && amount <= INT64_MAX / factor)
      return std::chrono::milliseconds(amount * factor);
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t amount = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (end.ec != std::errc{} || end.ptr == text.data()) return std::nullopt;
  const std::string_view unit(end.ptr,
                              static_cast<std::size_t>(text.data() + text.size() - end.ptr));
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> units = {
      {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
  for (const auto& [name, shift] : units)
    if (unit == name && amount <= UINT64_MAX >> shift) return amount << shift;
  return std::nullopt;
}

bool listens_locally(std::string_view listen) {
  if (listen == "off" || listen.starts_with("unix:")) return true;
  const std::string_view address = listen.substr(0, listen.rfind(':'));
  return address.starts_with("127.") || address == "localhost" || address == "[::1]";
}

Settings read_settings(const std::string& file, const std::string& text,
                       const std::filesystem::path& directory, const EnvironmentMap& environment,
                       Diagnostics& diagnostics) {
  Settings settings;
  YamlSource source(file, text, diagnostics);
  YamlNode root = source.parse();
  if (source.failed()) return settings;
  expand_variables(root, environment, source);
  Loader loader(source, settings);
  loader.read_map(root, "");
  read_url_file(root, loader, directory, settings, source);
  bool url_given = loader.seen("source.url") || loader.seen("source.url_file");
  apply_overrides(environment, settings, diagnostics, url_given);

  if (settings.project.empty() && !loader.seen("project"))
    source.error_at(0, 1, 1, "missing_key", "\"project\" is missing", "add a line: project: shop");
  if (!url_given)
    source.error_at(0, 1, 1, "missing_key", "\"source.url\" is missing",
                    "add under source: url: ${DATABASE_URL}");
  if (settings.source.slot.empty()) settings.source.slot = "deltamill_" + settings.project;
  if (settings.source.publication.empty())
    settings.source.publication = "deltamill_" + settings.project;
  if (settings.memory_limit_bytes == 0) settings.memory_limit_bytes = default_memory_limit();
  settings.state = std::filesystem::absolute(directory / settings.state).lexically_normal();
  settings.store_path = settings.state / settings.store_path;
  return settings;
}

}  // namespace deltamill
