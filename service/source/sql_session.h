// A connection through libpqxx: catalog, slots, publication, positions. Internal to service/source:
// nobody else sees libpqxx. A lost connection ends the session; it never comes back silently.
#pragma once

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <string>

#include "service/source/session_settings.h"

namespace deltamill {

class SqlSession {
 public:
  // Throws SourceFailed.
  explicit SqlSession(const SessionSettings& settings);

  // Runs one statement by itself. Throws SourceFailed; `doing` completes "cannot …".
  pqxx::result run(const std::string& doing, const std::string& statement);

  // The connection's socket: another thread may shut it down to end a run() that waits.
  [[nodiscard]] int socket() const { return connection_.sock(); }

  // BEGIN … COMMIT around several run() calls is the caller's business: sent as statements, they
  // hold.

 private:
  pqxx::connection connection_;
};

}  // namespace deltamill
