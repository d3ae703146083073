// Builds the connection string. libpq's own messages about it are not passed on: they can quote the
// password.
#include "service/source/session_settings.h"

#include <libpq-fe.h>

#include <algorithm>
#include <map>
#include <memory>

#include "service/source/source_failed.h"
#include "views/data/ascii.h"

namespace deltamill {

namespace {

using Keywords = std::map<std::string, std::string>;

// What the url sets, by keyword.
Keywords keywords_of(const std::string& url) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), &error), &PQconninfoFree);
  PQfreemem(error);
  if (!options)
    throw SourceFailed("connect to the source", "source.url is no connection string", Remedy::stop);
  Keywords keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  return keywords;
}

// Values of `options` are split at blanks; a backslash takes the next character as it is.
std::string escaped_option(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == ' ' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string session_options(const SessionSettings& settings) {
  std::string path;
  for (const std::string& schema : settings.search_path)
    path += (path.empty() ? "" : ",") + quoted_identifier(schema);
  // Two sorts of settings. The first fix the text form of values, which has to be one and the same
  // in the stream, in a snapshot and in a verification, whatever the role or the database say. The
  // others keep a long COPY from being killed, or from silently reading only the rows that a policy
  // lets through (POSTGRES P38).
  const std::pair<const char*, std::string> values[] = {
      {"datestyle", "ISO"},
      {"intervalstyle", "postgres"},
      {"extra_float_digits", "3"},
      {"bytea_output", "hex"},
      {"timezone", "UTC"},
      {"timezone_abbreviations", "Default"},
      {"search_path", path},
      {"statement_timeout", "0"},
      {"idle_in_transaction_session_timeout", "0"},
      {"lock_timeout", std::to_string(settings.lock_timeout.count())},
      {"row_security", "off"},
  };
  std::string options;
  for (const auto& [name, value] : values)
    options += std::string(options.empty() ? "" : " ") + "-c " + name + "=" + escaped_option(value);
  return options;
}

// As libpq's connection strings quote: a backslash, not a doubled quote.
std::string quoted_value(const std::string& value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string joined(const Keywords& keywords) {
  std::string text;
  for (const auto& [keyword, value] : keywords)
    text += (text.empty() ? "" : " ") + keyword + "=" + quoted_value(value);
  return text;
}

// As SQL quotes: the quote is doubled, nothing else is special.
std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string connection_string(const SessionSettings& settings) {
  Keywords keywords = keywords_of(settings.url);
  // A dead peer is noticed in half a minute; the url may say otherwise.
  const std::pair<const char*, const char*> defaults[] = {
      {"connect_timeout", "10"}, {"keepalives_idle", "15"},     {"keepalives_interval", "5"},
      {"keepalives_count", "3"}, {"tcp_user_timeout", "30000"},
  };
  for (const auto& [keyword, value] : defaults) keywords.try_emplace(keyword, value);
  std::string& options = keywords["options"];
  if (!options.empty()) options += ' ';
  // Behind the user's: the last one holds.
  options += session_options(settings);
  // Set whatever the url says: all text here is UTF-8, and a conversion that fails would end the
  // stream in its middle.
  keywords["client_encoding"] = "UTF8";
  keywords["application_name"] = settings.application_name;
  if (settings.replication) keywords["replication"] = "database";
  return joined(keywords);
}

std::string redacted(const std::string& url) {
  Keywords keywords = keywords_of(url);
  for (auto& [keyword, value] : keywords)
    if (keyword == "password" || keyword == "sslpassword") value = "***";
  return joined(keywords);
}

std::string quoted_identifier(std::string_view name) {
  return doubled(name, '"');
}

std::string quoted_table(std::string_view schema, std::string_view name) {
  return quoted_identifier(schema) + "." + quoted_identifier(name);
}

// With a backslash in it, a literal means one thing or another by standard_conforming_strings,
// which a role may have set: E'…' always means the same.
std::string quoted_literal(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return doubled(text, '\'');
  std::string escaped = " E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') escaped += c;
    escaped += c;
  }
  return escaped + "'";
}

std::string quoted_array(const std::vector<std::string>& elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    text += text.size() == 1 ? "\"" : ",\"";
    for (const char c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return quoted_literal(text + "}");
}

// PostgreSQL's own rule for slots. The replication grammar takes names as they stand, so nothing
// else may get there.
void check_replication_name(std::string_view what, std::string_view name) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '_'; };
  if (!name.empty() && name.size() <= 63 && std::ranges::all_of(name, allowed)) return;
  throw SourceFailed("use " + std::string(what) + " \"" + std::string(name) + "\"",
                     "names are 1 to 63 of a-z, 0-9 and _", Remedy::stop);
}

}  // namespace deltamill
