// deltamill.yaml as plain structs. Names, meanings and defaults are those of the reference
// configuration (config/deltamill.yaml).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace deltamill {

enum class OnGap : std::uint8_t { rebuild, stop };
enum class ServeMode : std::uint8_t { never, always, loopback };
enum class TraceLevel : std::uint8_t { error, warning, info, debug };
enum class TraceFormat : std::uint8_t { logfmt, json };

struct SourceSettings {
  std::string url;       // libpq URI or keyword=value string; secret
  std::string url_file;  // where url was read from; empty = it was given
  std::string slot;      // [a-z0-9_]{1,63}
  std::string publication;
  bool manage = true;
  std::vector<std::string> search_path = {"public"};
  std::uint32_t snapshot_workers = 2;
  OnGap on_gap = OnGap::rebuild;
  std::uint64_t warn_retained_wal_bytes = std::uint64_t{1} << 30;

  [[nodiscard]] bool operator==(const SourceSettings&) const = default;
};

// A file of tables, the store that HTTP serves.
struct SqliteSettings {
  std::filesystem::path path = "views.db";  // absolute after loading

  [[nodiscard]] bool operator==(const SqliteSettings&) const = default;
};

// Change events; no view can name this sink yet.
struct FeedSettings {
  [[nodiscard]] bool operator==(const FeedSettings&) const = default;
};

// A sink of the project: its name, and as which alternative it stands here is its type.
struct SinkSettings {
  std::string name;
  std::variant<SqliteSettings, FeedSettings> options;

  // As `type` names it: "sqlite", "feed".
  [[nodiscard]] std::string_view type() const;

  [[nodiscard]] bool operator==(const SinkSettings&) const = default;
};

struct ViewDefaults {
  std::vector<std::string> sinks;  // names; after loading not empty, by default the store
  std::chrono::milliseconds max_lag{5000};
  ServeMode serve = ServeMode::loopback;
  bool required = true;

  [[nodiscard]] bool operator==(const ViewDefaults&) const = default;
};

struct ServeSettings {
  std::string listen = "127.0.0.1:8080";  // address:port, unix:/path, or off
  std::vector<std::string> hosts;
  std::uint64_t rows_max = 1000;
  std::uint32_t connections_max = 1024;
  std::chrono::milliseconds query_timeout{5000};

  [[nodiscard]] bool operator==(const ServeSettings&) const = default;
};

struct AdminSettings {
  std::string listen = "127.0.0.1:9400";
  std::chrono::milliseconds ready_lag_max{30000};

  [[nodiscard]] bool operator==(const AdminSettings&) const = default;
};

struct TraceSettings {
  TraceLevel level = TraceLevel::info;
  TraceFormat format = TraceFormat::logfmt;

  [[nodiscard]] bool operator==(const TraceSettings&) const = default;
};

struct Settings {
  std::string project;
  std::filesystem::path state = "state";  // absolute after loading
  std::uint64_t memory_limit_bytes = 0;   // after loading never 0
  SourceSettings source;
  std::vector<SinkSettings> sinks = {{"local", SqliteSettings{}}, {"feed", FeedSettings{}}};
  ViewDefaults defaults;
  std::uint32_t keep_generations = 1;
  ServeSettings serve;
  AdminSettings admin;
  TraceSettings trace;

  // Nothing = the project has no sink of this name.
  [[nodiscard]] const SinkSettings* find_sink(std::string_view name) const;
  // The one sqlite sink, which exists undeclared: its name and its file.
  [[nodiscard]] const std::string& store_name() const;
  [[nodiscard]] const std::filesystem::path& store_path() const;

  [[nodiscard]] bool operator==(const Settings&) const = default;
};

// Whether an address of `listen` is loopback, a unix socket or off.
[[nodiscard]] bool listens_locally(std::string_view listen);

}  // namespace deltamill
