// What PostgreSQL itself says about a query's result: compared with our binding when a view is
// checked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "service/source/session_settings.h"
#include "views/data/type.h"

namespace deltamill {

struct DescribedColumn {
  std::string name;
  Oid type = 0;  // of a domain: its base type
  std::int32_t modifier = -1;
  std::string type_text;  // as format_type prints it
};

// Describes queries over one connection.
class QueryDescriber {
 public:
  // `settings.search_path` is the user's. Throws SourceFailed.
  explicit QueryDescriber(const SessionSettings& settings);
  ~QueryDescriber();
  // Prepares the query without running it. Throws StatementRefused if PostgreSQL does not take the
  // query, SourceFailed otherwise.
  [[nodiscard]] std::vector<DescribedColumn> describe(const std::string& sql);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace deltamill
