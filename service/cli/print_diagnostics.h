// Diagnostics for people on stderr; with --json one object per line: on stdout where they are the
// command's result, on stderr elsewhere.
#pragma once

#include "service/cli/commands.h"
#include "views/sql/diagnostic.h"

namespace deltamill {

enum class DiagnosticsAre : std::uint8_t { result, messages };

void print_diagnostics(const Diagnostics& diagnostics, const CommonOptions& common,
                       DiagnosticsAre are);

// {"file","line","column","severity","code","message","hint"}
[[nodiscard]] std::string to_json(const Diagnostic& diagnostic);

}  // namespace deltamill
