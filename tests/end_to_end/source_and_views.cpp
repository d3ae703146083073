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
    SqlSession(cluster().url("postgres"))
        .execute(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = " +
            quoted(project.slot()) + "; SELECT pg_sleep(0.05)");
    SqlSession(url).execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
        "WHERE NOT active AND slot_name = " +
        quoted(project.slot()));
  } catch (const SqlFailed&) {
    // The slot goes with the server at the latest.
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
