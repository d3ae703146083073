// A project directory: deltamill.yaml and the view files with their header comments.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/configuration/settings.h"
#include "views/sql/view_definition.h"

namespace deltamill {

// A sink that a view names, and what the view asks of it.
struct ViewSink {
  std::string name;
  std::vector<std::vector<std::string>> indexes;  // of sqlite; each: "column" or "column desc"
};

// What the header comment of a view's file says; form C's statements are merged in
// by deployment.
struct ViewHeader {
  std::string description;
  std::optional<std::vector<std::string>> key;
  std::optional<std::vector<ViewSink>> sinks;  // nothing = those of the defaults
  std::optional<std::chrono::milliseconds> max_lag;
  std::optional<bool> required;
  std::optional<ServeMode> serve;
  std::vector<std::string> served_columns;  // empty = all
  std::map<std::string, std::string> column_descriptions;
  // Where its keys and the columns it names stand: "max_lag", "columns.balance",
  // "serve.columns.id", "index.balance desc". They can only be judged with the query.
  std::map<std::string, Diagnostic> places;
};

struct ProjectView {
  ViewSource source;
  ViewHeader header;
};

struct ProjectFiles {
  std::filesystem::path directory;
  bool found = false;    // there is a deltamill.yaml
  bool settled = false;  // the settings are usable, whatever the views are
  Settings settings;
  std::vector<ProjectView> views;  // by name
};

// Loads everything of the directory. All errors of all files go to `diagnostics`; the project is
// usable only if none of them is an error.
[[nodiscard]] ProjectFiles load_project(const std::filesystem::path& directory,
                                        const EnvironmentMap& environment,
                                        Diagnostics& diagnostics);

// The environment of the process.
[[nodiscard]] EnvironmentMap process_environment();

// Reads the header comment of a view file, if it has one. Positions are those in the .sql file.
[[nodiscard]] ViewHeader read_header(const std::string& file, const std::string& text,
                                     const Settings& settings, Diagnostics& diagnostics);

// The keys of a header comment.
[[nodiscard]] std::vector<std::string_view> header_keys();

}  // namespace deltamill
