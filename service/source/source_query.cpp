// A query over an exported snapshot of the source, answered row by row (libpq's single-row mode),
// so that a large answer needs no memory.
#include "service/source/source_query.h"

#include <poll.h>

#include <memory>

#include "service/source/exported_snapshot.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

void take_row(const PGresult* result, std::vector<std::optional<std::string_view>>& row,
              const SourceQuery::TakeRow& take) {
  row.clear();
  for (int column = 0; column < PQnfields(result); ++column) {
    if (PQgetisnull(result, 0, column)) {
      row.emplace_back();
    } else {
      row.emplace_back(std::string_view(PQgetvalue(result, 0, column),
                                        static_cast<std::size_t>(PQgetlength(result, 0, column))));
    }
  }
  take(row);
}

constexpr int stop_check_ms = 100;

// False = asked to stop; the query is cancelled then.
bool wait_for_result(LibpqSession& reader, const std::string& doing, const std::stop_token& stop) {
  // libpq's blocking calls cannot be interrupted: so its socket is polled, and a stop cancels the
  // query on the server, which would otherwise go on computing for nobody.
  while (PQisBusy(reader.handle()) != 0) {
    if (stop.stop_requested()) {
      const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(reader.handle()),
                                                                      &PQfreeCancel);
      char problem[256];
      PQcancel(cancel.get(), problem, sizeof problem);
      return false;
    }
    pollfd readable = {PQsocket(reader.handle()), POLLIN, 0};
    if (poll(&readable, 1, stop_check_ms) > 0 && PQconsumeInput(reader.handle()) != 1)
      reader.fail(doing, nullptr);
  }
  return true;
}

}  // namespace

struct SourceQuery::Session {
  Session(const SessionSettings& settings, const std::string& slot, const TableList& tables,
          const std::stop_token& stop)
      : snapshot(
            settings, slot, tables, [](const std::string&) {}, stop),
        reader(snapshot.import_session()) {
    // The reader holds the snapshot by now; the slot would keep WAL for as long as the query lasts.
    snapshot.release_slot();
  }

  ExportedSnapshot snapshot;
  LibpqSession reader;
};

SourceQuery::SourceQuery(const SessionSettings& settings, const std::string& slot,
                         const std::vector<std::shared_ptr<const Table>>& tables,
                         const std::stop_token& stop)
    : session_(std::make_unique<Session>(settings, slot, tables, stop)) {}

SourceQuery::~SourceQuery() = default;

Frontier SourceQuery::frontier() const {
  return session_->snapshot.frontier();
}

void SourceQuery::run(const std::string& sql, const TakeRow& take, const std::stop_token& stop) {
  const std::string doing = "run the query on the source";
  LibpqSession& reader = session_->reader;
  // The extended protocol takes exactly one statement.
  if (PQsendQueryParams(reader.handle(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) !=
      1)
    reader.fail(doing, nullptr);
  PQsetSingleRowMode(reader.handle());
  std::vector<std::optional<std::string_view>> row;
  while (true) {
    if (!wait_for_result(reader, doing, stop))
      throw SourceFailed(doing, "it was asked to stop", Remedy::retry);
    const ResultPtr result(PQgetResult(reader.handle()));
    if (!result) return;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_SINGLE_TUPLE) take_row(result.get(), row, take);
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) reader.fail(doing, result.get());
    if (stop.stop_requested()) throw SourceFailed(doing, "it was asked to stop", Remedy::retry);
  }
}

}  // namespace deltamill
