// Has the source parse a query and describe its columns. Nothing is executed but format_type.
#include "service/source/query_description.h"

#include "service/source/libpq_session.h"
#include "service/source/source_failed.h"

namespace deltamill {

struct QueryDescriber::Session {
  explicit Session(const SessionSettings& settings) : libpq(settings) {}

  // An error of the query itself is a refusal, also without position: class 42 is "syntax error or
  // access rule violation" (manual: appendix A).
  void check(const PGresult* result) const {
    if (PQresultStatus(result) == PGRES_COMMAND_OK) return;
    try {
      libpq.fail("describe the query", result);
    } catch (const StatementRefused&) {
      throw;
    } catch (const SourceFailed& error) {
      if (!error.sqlstate().starts_with("42")) throw;
      throw StatementRefused("describe the query",
                             PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY), error.sqlstate(),
                             0);
    }
  }

  [[nodiscard]] std::string type_text(const DescribedColumn& column) {
    const ResultPtr result =
        libpq.run("name a type", "SELECT pg_catalog.format_type(" + std::to_string(column.type) +
                                     ", " + std::to_string(column.modifier) + ")");
    return LibpqSession::text(result, 0, 0);
  }

  LibpqSession libpq;
};

QueryDescriber::QueryDescriber(const SessionSettings& settings)
    : session_(std::make_unique<Session>(settings)) {}
QueryDescriber::~QueryDescriber() = default;

std::vector<DescribedColumn> QueryDescriber::describe(const std::string& sql) {
  PGconn* const connection = session_->libpq.handle();
  const ResultPtr prepared(PQprepare(connection, "", sql.c_str(), 0, nullptr));
  session_->check(prepared.get());
  const ResultPtr described(PQdescribePrepared(connection, ""));
  session_->check(described.get());
  if (PQnparams(described.get()) > 0)
    throw StatementRefused("describe the query", "it has parameters", "42P02", 0);
  std::vector<DescribedColumn> columns;
  for (int column = 0; column < PQnfields(described.get()); ++column)
    columns.push_back({PQfname(described.get(), column), PQftype(described.get(), column),
                       PQfmod(described.get(), column), ""});
  // After all the results were read: a session answers one statement at a time.
  for (DescribedColumn& column : columns) column.type_text = session_->type_text(column);
  return columns;
}

}  // namespace deltamill
