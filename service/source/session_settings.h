// How every connection to the source is opened: one connection string with the fixed session
// settings, so that text forms agree between stream, snapshot and verify. Used by libpq
// (libpq_session.h) and libpqxx (sql_session.h) alike.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace deltamill {

struct SessionSettings {
  std::string url;  // libpq URI or keyword=value string; may hold a password
  std::string application_name = "deltamill";
  // For the user's own SQL; empty = nothing is found unqualified.
  std::vector<std::string> search_path;
  std::chrono::milliseconds lock_timeout{10'000};
  bool replication = false;  // may run replication commands
};

// The connection string to open. Secret: it holds the password. Throws SourceFailed (stop) on a
// malformed url, with a message that does not quote it.
[[nodiscard]] std::string connection_string(const SessionSettings& settings);

// The url for people: keyword=value, password and other secrets as ***.
[[nodiscard]] std::string redacted(const std::string& url);

// "name" with quotes doubled: always quoted, so never a keyword.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
[[nodiscard]] std::string quoted_table(std::string_view schema, std::string_view name);
// 'text' with quotes doubled; a backslash makes it an E'' string.
[[nodiscard]] std::string quoted_literal(std::string_view text);
// '{…}' of text elements, as a literal.
[[nodiscard]] std::string quoted_array(const std::vector<std::string>& elements);

// Slot and publication names are interpolated into replication commands, which cannot bind:
// [a-z0-9_]{1,63} only. Throws SourceFailed (stop).
void check_replication_name(std::string_view what, std::string_view name);

}  // namespace deltamill
