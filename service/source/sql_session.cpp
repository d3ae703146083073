// Sessions of libpqxx, and its exceptions as SourceFailed with the remedy of their SQLSTATE.
#include "service/source/sql_session.h"

#include <pqxx/except>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

// The first line is the message; DETAIL, which can hold row values, follows on others.
std::string message_of(const std::exception& error) {
  std::string text = error.what();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text = text.substr(0, text.find('\n'));
  constexpr std::string_view prefix = "ERROR:  ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

pqxx::connection opened(const SessionSettings& settings) try {
  return pqxx::connection(connection_string(settings));
} catch (const pqxx::failure& error) {
  throw SourceFailed("connect to the source", message_of(error),
                     remedy_of_connecting(error.what()));
}

}  // namespace

SqlSession::SqlSession(const SessionSettings& settings) : connection_(opened(settings)) {
// A session that silently connected anew would have lost its snapshot, its locks and its settings.
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  connection_.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
}

pqxx::result SqlSession::run(const std::string& doing, const std::string& statement) {
  try {
    // The statements begin and end transactions themselves where they need one.
    pqxx::nontransaction work(connection_);
    return work.exec(statement);
  } catch (const pqxx::sql_error& error) {
    const std::string message = message_of(error);
    throw SourceFailed(doing, message, remedy_of(error.sqlstate(), message), error.sqlstate());
  } catch (const pqxx::failure& error) {  // the connection is gone
    throw SourceFailed(doing, message_of(error), Remedy::retry);
  }
}

}  // namespace deltamill
