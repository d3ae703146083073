// One server for all scenarios: starting one takes a second, a database a tenth of it.
#include "tests/end_to_end/source_and_views.h"

namespace deltamill {

namespace {

int next_number() {
  static int number = 0;
  return ++number;
}

}  // namespace

PostgresCluster& SourceAndViews::cluster() {
  static PostgresCluster cluster;
  return cluster;
}

SourceAndViews::SourceAndViews(int number)
    : url(cluster().create_database("scenario_" + std::to_string(number))),
      session(std::make_unique<SqlSession>(url)),
      oracle(std::make_unique<ViewOracle>(url)),
      project("scenario_" + std::to_string(number), url),
      service(project) {}

SourceAndViews::SourceAndViews(const std::string& schema) : SourceAndViews(next_number()) {
  execute(schema);
}

SourceAndViews::~SourceAndViews() {
  if (service.running()) service.kill();
  try {
    drop_slot();
  } catch (const SqlFailed&) {
    // The slot goes with the server at the latest.
  }
}

void SourceAndViews::drop_slot() {
  // Its sender may not have noticed yet that the service is gone. The session of the scenario may be
  // one to a server that ended.
  SqlSession last(url);
  const std::string slot = " FROM pg_replication_slots WHERE slot_name = " + quoted(project.slot());
  for (int tries = 0; tries < 200 && last.value("SELECT count(*)" + slot) != "0"; ++tries) {
    last.execute("SELECT pg_terminate_backend(active_pid)" + slot + " AND active");
    last.execute("SELECT pg_drop_replication_slot(slot_name)" + slot + " AND NOT active");
    last.execute("SELECT pg_sleep(0.02)");
  }
}

void SourceAndViews::add_view(const std::string& name, const std::string& select,
                              const std::string& header) {
  project.write_view(name, header + select);
  oracle->declare(name, select);
}

void SourceAndViews::reconnect() {
  session = std::make_unique<SqlSession>(url);
  oracle->reconnect();
}

}  // namespace deltamill
