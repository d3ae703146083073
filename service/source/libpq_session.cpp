// Opening and error reports of libpq connections. DETAIL is left out of messages: it can hold row
// values.
#include "service/source/libpq_session.h"

#include <cstdlib>
#include <string_view>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

std::string first_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line.substr(0, line.find('\n'));
}

std::string field_of(const PGresult* result, int code) {
  const char* const field = PQresultErrorField(result, code);
  return field == nullptr ? "" : field;
}

// A pooler or a proxy may swallow start-up options: the text forms would then differ between
// sessions.
void check_settings(const LibpqSession& session) {
  const auto reported = [&](const char* name) -> std::string_view {
    const char* const value = PQparameterStatus(session.handle(), name);
    return value == nullptr ? "" : value;
  };
  const bool agreed = reported("DateStyle").starts_with("ISO") &&
                      reported("IntervalStyle") == "postgres" && reported("TimeZone") == "UTC" &&
                      reported("client_encoding") == "UTF8";
  if (!agreed)
    throw SourceFailed("use the connection to the source",
                       "the server did not take our session settings", Remedy::stop);
  if (reported("server_encoding") == "SQL_ASCII")
    throw SourceFailed("use the source", "its encoding is SQL_ASCII, so text may be invalid",
                       Remedy::stop);
}

}  // namespace

LibpqSession::LibpqSession(const SessionSettings& settings)
    : connection_(PQconnectdb(connection_string(settings).c_str())) {
  if (PQstatus(handle()) != CONNECTION_OK) {
    const std::string message = first_line(PQerrorMessage(handle()));
    throw SourceFailed("connect to the source", message, remedy_of_connecting(message));
  }
  // Notices of the server would go to standard error, past our trace events.
  PQsetNoticeProcessor(handle(), [](void*, const char*) {}, nullptr);
  check_settings(*this);
}

ResultPtr LibpqSession::run(const std::string& doing, const std::string& statement) {
  ResultPtr result(PQexec(handle(), statement.c_str()));
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH: return result;
    default: fail(doing, result.get());
  }
}

std::string LibpqSession::text(const ResultPtr& result, int row, int column) {
  return {PQgetvalue(result.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result.get(), row, column))};
}

void LibpqSession::fail(const std::string& doing, const PGresult* result) const {
  const std::string sqlstate = result == nullptr ? "" : field_of(result, PG_DIAG_SQLSTATE);
  // No SQLSTATE: the connection broke, or libpq itself gave up. Both may be over the next time.
  if (sqlstate.empty())
    throw SourceFailed(doing, first_line(PQerrorMessage(handle())), Remedy::retry);
  const std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string position = field_of(result, PG_DIAG_STATEMENT_POSITION);
  if (!position.empty())
    throw StatementRefused(doing, message, sqlstate, std::atoi(position.c_str()));
  throw SourceFailed(doing, message, remedy_of(sqlstate, message), sqlstate);
}

}  // namespace deltamill
