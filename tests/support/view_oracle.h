// The oracle: PostgreSQL's own answer to a view's SQL at the position of the view.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/row_comparison.h"
#include "tests/support/running_service.h"
#include "tests/support/sql_session.h"

namespace deltamill {

// Declares each view as a view of PostgreSQL in a schema of its own, where Deltamill does not see
// it and views on views find each other.
class ViewOracle {
 public:
  explicit ViewOracle(std::string url);
  // After the server was stopped and started.
  void reconnect();

  // The SELECT of a view. Throws SqlFailed when PostgreSQL rejects it.
  void declare(const std::string& view, const std::string& select,
               const ColumnsByValue& by_value = {});
  void forget(const std::string& view);

  // Rows of the view now, as row_to_json prints them.
  [[nodiscard]] std::vector<std::string> rows(const std::string& view);

  // REQUIRES: nobody writes to the source meanwhile.
  // The service's rows at the present position against PostgreSQL's; empty = equal.
  [[nodiscard]] std::string difference(RunningService& service, const std::string& view);
  // All declared views; each difference headed by the view's name and SQL.
  [[nodiscard]] std::string differences(RunningService& service);

 private:
  struct Declared {
    std::string select;
    ColumnsByValue by_value;
  };

  std::string url_;
  std::unique_ptr<SqlSession> session_;
  std::map<std::string, Declared> views_;
};

}  // namespace deltamill
