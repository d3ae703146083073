// Prints errors of the command line: for people, or as {"severity":"error","message","hint"} with
// --json.
#include "service/cli/complain.h"

#include <iostream>

#include "views/data/text_form.h"

namespace deltamill {

// In one write: trace events come to the same stream from another thread.
void complain(const CommonOptions& common, const std::string& message, const std::string& hint) {
  std::string text;
  if (common.json) {
    text = R"({"severity":"error","message":)";
    append_json_string(message, text);
    text += ",\"hint\":";
    append_json_string(hint, text);
    text += "}\n";
  } else {
    text = "deltamill: " + message + "\n";
    if (!hint.empty()) text += "  hint: " + hint + "\n";
  }
  std::cerr << text;
}

ExitCode not_available(const CommonOptions& common, const std::string& what) {
  complain(common, "\"" + what + "\" is not available in this version");
  return ExitCode::failed;
}

}  // namespace deltamill
