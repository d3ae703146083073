// A test's connection to PostgreSQL, with the settings under which Deltamill prints values.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace deltamill {

// A statement that PostgreSQL rejected, or a connection that broke.
class SqlFailed : public std::runtime_error {
 public:
  SqlFailed(const std::string& what, std::string state)
      : std::runtime_error(what), sqlstate(std::move(state)) {}
  std::string sqlstate;  // empty: the connection broke
};

using SqlRow = std::vector<std::optional<std::string>>;

class SqlSession {
 public:
  explicit SqlSession(const std::string& url);
  ~SqlSession();
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;

  // Any number of statements, outside a transaction unless they open one. Throw SqlFailed.
  void execute(const std::string& sql);
  [[nodiscard]] std::vector<SqlRow> rows(const std::string& sql);
  // First column of the only row; NULL is the empty text.
  [[nodiscard]] std::string value(const std::string& sql);
  // Rows that the statement changed or gave.
  std::size_t affected(const std::string& sql);

  // The end of what is in the change log now: a view that has reached it contains every commit
  // known to this session.
  [[nodiscard]] std::string position();

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// 'text' as an SQL literal.
[[nodiscard]] std::string quoted(const std::string& text);

}  // namespace deltamill
