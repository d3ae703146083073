// Diagnostics as --json prints them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "service/cli/print_diagnostics.h"

namespace deltamill {

TEST_CASE("a diagnostic is one JSON object with the members of the contract") {
  Diagnostic diagnostic;
  diagnostic.file = "views/v.sql";
  diagnostic.line = 3;
  diagnostic.column = 7;
  diagnostic.code = "unknown_column";
  diagnostic.message = "column \"nme\" does not exist";
  diagnostic.hint = "did you mean \"name\"?";
  diagnostic.source_line = "secret";
  const std::string text = to_json(diagnostic);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(nlohmann::json::parse(text) == nlohmann::json{{"file", "views/v.sql"},
                                                      {"line", 3},
                                                      {"column", 7},
                                                      {"severity", "error"},
                                                      {"code", "unknown_column"},
                                                      {"message", "column \"nme\" does not exist"},
                                                      {"hint", "did you mean \"name\"?"}});
}

TEST_CASE("a warning says so") {
  Diagnostic diagnostic;
  diagnostic.severity = Severity::warning;
  CHECK(nlohmann::json::parse(to_json(diagnostic)).at("severity") == "warning");
}

}  // namespace deltamill
