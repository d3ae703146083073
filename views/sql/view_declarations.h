// What a view's file declares besides its query: by CREATE INDEX, COMMENT ON and WITH.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace deltamill {

struct ViewDeclarations {
  // WITH (deltamill.sinks = 'local,cache'): name, value.
  std::vector<std::pair<std::string, std::string>> options;
  std::optional<std::vector<std::string>> key;             // CREATE UNIQUE INDEX
  std::vector<std::vector<std::string>> indexes;           // CREATE INDEX: "column", "column desc"
  std::string description;                                 // COMMENT ON MATERIALIZED VIEW
  std::map<std::string, std::string> column_descriptions;  // COMMENT ON COLUMN
};

}  // namespace deltamill
