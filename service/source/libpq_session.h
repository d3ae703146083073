// A connection through libpq, for what only libpq can do: replication commands, the stream, COPY,
// describing a statement, rows one by one. Internal to service/source: nobody else sees libpq.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "service/source/session_settings.h"

namespace deltamill {

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultDeleter>;

class LibpqSession {
 public:
  // Connects and checks that the fixed settings are in force. Throws SourceFailed.
  explicit LibpqSession(const SessionSettings& settings);

  [[nodiscard]] PGconn* handle() const { return connection_.get(); }

  // Runs a statement or replication command. Throws SourceFailed; `doing` completes "cannot …".
  ResultPtr run(const std::string& doing, const std::string& statement);

  // Text of a result's field; empty when NULL.
  [[nodiscard]] static std::string text(const ResultPtr& result, int row, int column);

  // Throws what a failed result, or without one the connection, reports.
  [[noreturn]] void fail(const std::string& doing, const PGresult* result) const;

 private:
  struct ConnectionDeleter {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  std::unique_ptr<PGconn, ConnectionDeleter> connection_;
};

}  // namespace deltamill
