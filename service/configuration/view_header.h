// The header comment of a view's file, /* deltamill ... */: what a view says of itself beside its SQL.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/configuration/settings.h"
#include "views/sql/diagnostic.h"

namespace deltamill {

// A sink that a view names, and what the view asks of it.
struct ViewSink {
  std::string name;
  std::vector<std::vector<std::string>> indexes;  // of sqlite; each: "column" or "column desc"
};

// What a header says; form C's statements are merged in by deployment.
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

// Reads the header comment of a view file, if it has one. Positions are those in the .sql file.
[[nodiscard]] ViewHeader read_header(const std::string& file, const std::string& text,
                                     const Settings& settings, Diagnostics& diagnostics);

// The keys of a header, which a test compares with the schema of the configuration.
[[nodiscard]] std::vector<std::string_view> header_keys();

}  // namespace deltamill
