// A view as its readers know it: declared by the project, fixed while the process runs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "views/data/schema.h"
#include "views/data/time_zones.h"

namespace deltamill {

struct ServedView {
  std::string name;
  std::string description;
  Columns columns;
  std::vector<std::string> type_names;  // as the source prints them; empty = as format_type does
  std::map<std::string, std::string> column_descriptions;
  std::optional<KeyColumns> key;
  // That values of requests may name; nullptr = built_in_zones().
  std::shared_ptr<const TimeZones> time_zones = nullptr;
  bool served = true;  // on the public listener (serve: true, or loopback while it is loopback)
  std::vector<std::string> served_columns;  // empty = all
  std::string definition;                   // differs when what decides the rows does
  std::string explain;                      // text of explain
};

}  // namespace deltamill
