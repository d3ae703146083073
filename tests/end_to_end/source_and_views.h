// What a scenario works on: a database of the shared server, a project over it, the service, and
// PostgreSQL's answers to compare with.
#pragma once

#include <memory>
#include <string>

#include "tests/support/postgres_cluster.h"
#include "tests/support/project_directory.h"
#include "tests/support/running_service.h"
#include "tests/support/view_oracle.h"

namespace deltamill {

class SourceAndViews {
 public:
  // A new database with `schema` executed in it.
  explicit SourceAndViews(const std::string& schema);
  // Ends the service and drops the slot, so that scenarios do not hold each other's WAL.
  ~SourceAndViews();
  SourceAndViews(const SourceAndViews&) = delete;
  SourceAndViews& operator=(const SourceAndViews&) = delete;

  // A view of the project and of the oracle. `header`: /* deltamill … */ or empty.
  void add_view(const std::string& name, const std::string& select, const std::string& header = "");
  // One call, one transaction unless `sql` has its own.
  void execute(const std::string& sql) { session->execute(sql); }
  // The service's slot goes. REQUIRES: the service does not run.
  void drop_slot();
  // Every view against PostgreSQL now; empty = equal.
  [[nodiscard]] std::string differences() { return oracle->differences(service); }

  // The server that all scenarios of this executable share.
  static PostgresCluster& cluster();
  // After the server was stopped and started: new connections.
  void reconnect();

  std::string url;
  std::unique_ptr<SqlSession> session;
  std::unique_ptr<ViewOracle> oracle;
  ProjectDirectory project;
  RunningService service;

 private:
  explicit SourceAndViews(int number);
};

}  // namespace deltamill
