// Prints diagnostics in the order of files and lines, as text or as JSON lines.
#include "service/cli/print_diagnostics.h"

#include <algorithm>
#include <iostream>
#include <tuple>

#include "views/data/text_form.h"

namespace deltamill {

std::string to_json(const Diagnostic& diagnostic) {
  std::string json = "{\"file\":";
  append_json_string(diagnostic.file, json);
  // About the file as a whole: its first character.
  json += ",\"line\":" + std::to_string(std::max(1U, diagnostic.line));
  json += ",\"column\":" + std::to_string(std::max(1U, diagnostic.column));
  json += ",\"severity\":";
  json += diagnostic.severity == Severity::error ? "\"error\"" : "\"warning\"";
  json += ",\"code\":";
  append_json_string(diagnostic.code, json);
  json += ",\"message\":";
  append_json_string(diagnostic.message, json);
  json += ",\"hint\":";
  append_json_string(diagnostic.hint, json);
  return json + "}";
}

void print_diagnostics(const Diagnostics& diagnostics, const CommonOptions& common,
                       DiagnosticsAre are) {
  Diagnostics sorted = diagnostics;
  std::ranges::stable_sort(sorted, {}, [](const Diagnostic& diagnostic) {
    return std::tie(diagnostic.file, diagnostic.line, diagnostic.column);
  });
  for (const Diagnostic& diagnostic : sorted) {
    if (common.json)
      (are == DiagnosticsAre::result ? std::cout : std::cerr) << to_json(diagnostic) << "\n";
    else if (diagnostic.severity == Severity::error || !common.quiet)
      std::cerr << to_text(diagnostic) << "\n";
  }
}

}  // namespace deltamill
