// Writes the files of a project as a user writes them: deltamill.yaml and one .sql file per view.
#include "tests/support/project_directory.h"

#include <cstdlib>

namespace deltamill {

ProjectDirectory::ProjectDirectory(std::string name, std::string source_url)
    : name_(std::move(name)), source_url_(std::move(source_url)), directory_("project") {
  configure("");
}

void ProjectDirectory::configure(const std::string& yaml, const std::string& source_yaml) {
  write_file(path() / "deltamill.yaml", "project: " + name_ +
                                            "\n"
                                            "source:\n"
                                            "  url: " +
                                            source_url_ + "\n" + source_yaml +
                                            "serve:\n"
                                            "  listen: 127.0.0.1:0\n"
                                            "  max_rows: 1000000\n"
                                            "  limits: { query_timeout: 60s }\n"
                                            "admin:\n"
                                            "  listen: 127.0.0.1:0\n" +
                                            yaml);
  std::filesystem::create_directories(path() / "views");
}

void ProjectDirectory::write_view(const std::string& name, const std::string& sql) {
  write_file(path() / "views" / (name + ".sql"), sql + "\n");
}

void ProjectDirectory::remove_view(const std::string& name) {
  std::filesystem::remove(path() / "views" / (name + ".sql"));
}

Outcome ProjectDirectory::command(const std::vector<std::string>& arguments) const {
  Command program{.arguments = {binary_under_test(), "-C", path().string()}};
  program.arguments.insert(program.arguments.end(), arguments.begin(), arguments.end());
  return run_to_end(program, std::chrono::seconds(120));
}

std::string binary_under_test() {
  const char* const chosen = std::getenv("DELTAMILL_BINARY");  // NOLINT(concurrency-mt-unsafe)
  return chosen != nullptr ? chosen : DELTAMILL_BUILT_BINARY;
}

}  // namespace deltamill
