// What can go wrong with the source, with the one property that decides what happens next: the
// remedy (the table of SQLSTATEs in source_failed.cpp). Messages never hold connection strings or
// row values.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace deltamill {

enum class Remedy : std::uint8_t {
  retry,         // connect again, with back-off
  retry_slowly,  // somebody must act or time must pass; an alarm meanwhile
  rebuild,       // the change log cannot be continued: a gap
  stop,          // configuration or rights: trying again does not help
};
[[nodiscard]] const char* to_string(Remedy remedy);

// The remedy for an error report of the server.
[[nodiscard]] Remedy remedy_of(std::string_view sqlstate, std::string_view message);
// The remedy for a failed attempt to connect, where libpq gives a message only.
[[nodiscard]] Remedy remedy_of_connecting(std::string_view message);

class SourceFailed : public std::runtime_error {
 public:
  // `doing` completes "cannot …": "stream from slot \"shop\"".
  SourceFailed(std::string_view doing, std::string_view reason, Remedy remedy,
               std::string sqlstate = {})
      : std::runtime_error("cannot " + std::string(doing) + ": " + std::string(reason)),
        remedy_(remedy),
        sqlstate_(std::move(sqlstate)) {}

  [[nodiscard]] Remedy remedy() const { return remedy_; }
  [[nodiscard]] bool retryable() const {
    return remedy_ == Remedy::retry || remedy_ == Remedy::retry_slowly;
  }
  // Five characters, or empty when the server reported none.
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }

 private:
  Remedy remedy_;
  std::string sqlstate_;
};

// The statement given to PostgreSQL is refused by it; `position` is the 1-based character, 0 =
// unknown.
class StatementRefused : public SourceFailed {
 public:
  StatementRefused(std::string_view doing, std::string_view reason, std::string sqlstate,
                   int position)
      : SourceFailed(doing, reason, Remedy::stop, std::move(sqlstate)), position_(position) {}
  [[nodiscard]] int position() const { return position_; }

 private:
  int position_;
};

// `manage: false` and something is missing: the owner of the database has to run these statements
// first.
class StatementsNeeded : public SourceFailed {
 public:
  StatementsNeeded(std::string_view doing, std::string_view reason,
                   std::vector<std::string> statements);
  [[nodiscard]] const std::vector<std::string>& statements() const { return statements_; }

 private:
  std::vector<std::string> statements_;
};

}  // namespace deltamill
