// The only test support that sees libpqxx.
#include "tests/support/sql_session.h"

#include <pqxx/pqxx>

namespace deltamill {

namespace {

template <typename Work>
auto translated(const Work& work) {
  try {
    return work();
  } catch (const pqxx::sql_error& error) {
    throw SqlFailed(std::string(error.what()) + "\n  in: " + error.query(), error.sqlstate());
  } catch (const pqxx::broken_connection& error) {
    throw SqlFailed(error.what(), "");
  }
}

}  // namespace

struct SqlSession::Connection {
  explicit Connection(const std::string& url) : server(url) {}
  pqxx::connection server;
};

SqlSession::SqlSession(const std::string& url) {
  translated([&] {
    connection_ = std::make_unique<Connection>(url);
    connection_->server.set_variable("timezone", "'UTC'");
    connection_->server.set_variable("extra_float_digits", "3");
    connection_->server.set_variable("client_min_messages", "'error'");
  });
}

SqlSession::~SqlSession() = default;

void SqlSession::execute(const std::string& sql) {
  (void)affected(sql);
}

std::size_t SqlSession::affected(const std::string& sql) {
  return translated([&] {
    pqxx::nontransaction statements(connection_->server);
    return std::size_t{statements.exec(sql).affected_rows()};
  });
}

std::vector<SqlRow> SqlSession::rows(const std::string& sql) {
  return translated([&] {
    pqxx::nontransaction statements(connection_->server);
    std::vector<SqlRow> rows;
    for (const auto& row : statements.exec(sql)) {
      SqlRow& values = rows.emplace_back();
      for (const auto& field : row)
        values.push_back(
            field.is_null() ? std::nullopt
                            : std::optional<std::string>(std::string(field.c_str(), field.size())));
    }
    return rows;
  });
}

std::string SqlSession::value(const std::string& sql) {
  const std::vector<SqlRow> answer = rows(sql);
  if (answer.size() != 1) throw std::runtime_error("not exactly one row: " + sql);
  return answer[0].at(0).value_or("");
}

std::string SqlSession::position() {
  return value("SELECT pg_current_wal_lsn()");
}

std::string quoted(const std::string& text) {
  std::string literal = "'";
  bool escaped = false;
  for (const char c : text) {
    if (c == '\'' || c == '\\') literal += c;
    escaped = escaped || c == '\\';
    literal += c;
  }
  return (escaped ? "E" : "") + literal + "'";
}

}  // namespace deltamill
