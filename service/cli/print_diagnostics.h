// Diagnostics for people on stderr, or one JSON object per line on stdout.
#pragma once

#include "service/cli/commands.h"
#include "views/sql/diagnostic.h"

namespace deltamill {

void print_diagnostics(const Diagnostics& diagnostics, const CommonOptions& common);

// {"file","line","column","severity","code","message","hint"}
[[nodiscard]] std::string to_json(const Diagnostic& diagnostic);

}  // namespace deltamill
