// {"severity":"error","message","hint"} with --json.
#include "service/cli/complain.h"

#include <iostream>

#include "views/data/text_form.h"

namespace deltamill {

void complain(const CommonOptions& common, const std::string& message, const std::string& hint) {
  if (!common.json) {
    std::cerr << "deltamill: " << message << "\n";
    if (!hint.empty()) std::cerr << "  hint: " << hint << "\n";
    return;
  }
  std::string json = R"({"severity":"error","message":)";
  append_json_string(message, json);
  json += ",\"hint\":";
  append_json_string(hint, json);
  std::cerr << json << "}\n";
}

ExitCode not_available(const CommonOptions& common, const std::string& what) {
  complain(common, "\"" + what + "\" is not available in this version");
  return ExitCode::failed;
}

}  // namespace deltamill
