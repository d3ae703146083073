// What to do about an error of the source, by its SQLSTATE: one row per code or class.
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

struct Rule {
  std::string_view sqlstate;  // a whole code, or the two characters of a class
  std::string_view message;   // must occur in the message, empty = any
  Remedy remedy;
};

// The first that fits holds, so a code stands before its class. 55000 and 42704 mean different
// things by the object they speak of, which only the message tells.
constexpr Rule rules[] = {
    {"08", "", Remedy::retry},
    {"57P01", "", Remedy::retry},
    {"57P02", "", Remedy::retry},
    {"57P03", "", Remedy::retry},
    {"40", "", Remedy::retry},
    {"55P03", "", Remedy::retry},
    {"55006", "", Remedy::retry_slowly},
    {"55000", "replication slot", Remedy::rebuild},
    {"55000", "wal_level", Remedy::stop},
    {"42704", "replication slot", Remedy::rebuild},
    {"42704", "publication", Remedy::rebuild},
    {"0A", "", Remedy::stop},
    {"53", "", Remedy::retry_slowly},
    {"57014", "", Remedy::retry_slowly},
    {"XX000", "invalid memory alloc request size", Remedy::stop},
    {"22", "", Remedy::stop},
    {"28", "", Remedy::stop},
    {"3D", "", Remedy::stop},
    {"42", "", Remedy::stop},
};

// libpq tells no SQLSTATE for a connection that was never made; its messages are all there is. What
// is not among these is taken for a server that is away.
constexpr std::string_view hopeless_connections[] = {
    "authentication failed", "no password supplied",      "pg_hba.conf",
    "\" does not exist",     "invalid connection option", "certificate verify failed",
    "permission denied",
};

std::string listed(std::string_view reason, const std::vector<std::string>& statements) {
  std::string text(reason);
  text += "; run as the owner:";
  for (const std::string& statement : statements) text += "\n  " + statement + ";";
  return text;
}

}  // namespace

const char* to_string(Remedy remedy) {
  switch (remedy) {
    case Remedy::retry: return "retry";
    case Remedy::retry_slowly: return "retry slowly";
    case Remedy::rebuild: return "rebuild";
    case Remedy::stop: return "stop";
  }
  return "stop";
}

Remedy remedy_of(std::string_view sqlstate, std::string_view message) {
  if (sqlstate.empty()) return Remedy::retry;
  for (const Rule& rule : rules)
    if (sqlstate.starts_with(rule.sqlstate) && message.find(rule.message) != std::string_view::npos)
      return rule.remedy;
  // An unknown code: neither ended for it, nor hammered.
  return Remedy::retry_slowly;
}

Remedy remedy_of_connecting(std::string_view message) {
  for (const std::string_view hopeless : hopeless_connections)
    if (message.find(hopeless) != std::string_view::npos) return Remedy::stop;
  return Remedy::retry;
}

StatementsNeeded::StatementsNeeded(std::string_view doing, std::string_view reason,
                                   std::vector<std::string> statements)
    : SourceFailed(doing, listed(reason, statements), Remedy::stop),
      statements_(std::move(statements)) {}

}  // namespace deltamill
