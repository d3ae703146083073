// Loads a project directory: settings first, then every .sql file below views/. All that is wrong
// is collected, so that one run shows all of it.
#include "service/configuration/project.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "service/configuration/read_settings.h"
#include "views/data/ascii.h"
#include "views/data/utf8.h"

namespace deltamill {

namespace {

constexpr std::size_t file_bytes_max = std::size_t{128} << 10;

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

void report(Diagnostics& diagnostics, const std::string& file, std::string_view code,
            std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.file = file;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostics.push_back(std::move(diagnostic));
}

bool is_view_name(const std::string& name) {
  if (name.empty() || name.size() > 63 || (name[0] != '_' && !is_lower(name[0]))) return false;
  return std::ranges::all_of(
      name, [](char letter) { return is_lower(letter) || is_digit(letter) || letter == '_'; });
}

std::vector<std::filesystem::path> view_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory / "views", missing))
    if (entry.is_regular_file() && entry.path().extension() == ".sql")
      files.push_back(entry.path());
  // By name, so that diagnostics and plans do not depend on the file system's order.
  std::ranges::sort(files, {}, [](const std::filesystem::path& path) {
    return std::pair(path.stem().string(), path.string());
  });
  return files;
}

void load_view(const std::filesystem::path& path, ProjectFiles& project, Diagnostics& diagnostics) {
  const std::string file = path.lexically_relative(project.directory).string();
  const std::string name = path.stem().string();
  // The name becomes a table of the store, beside those of our own.
  if (!is_view_name(name) || name.starts_with("deltamill_"))
    return report(
        diagnostics, file, "bad_name", "\"" + name + "\" is not a name for a view",
        "use a-z, 0-9 and _, not beginning with a digit or deltamill_, at most 63 characters");
  // Directories below views/ are for people: names are of the whole project.
  for (const ProjectView& loaded : project.views)
    if (loaded.source.name == name)
      return report(diagnostics, file, "duplicate_view",
                    "the view \"" + name + "\" is also declared by " + loaded.source.file,
                    "a view's name is the base name of its file; rename one of the two");
  const std::optional<std::string> text = read_file(path);
  if (!text) return report(diagnostics, file, "bad_value", "cannot be read", {});
  if (text->size() > file_bytes_max)
    return report(diagnostics, file, "bad_value", "the file is larger than 128 KiB", {});
  if (!is_utf8(*text))
    return report(diagnostics, file, "syntax", "the file is not UTF-8", "save it as UTF-8");
  ProjectView view;
  view.source = {.name = name, .file = file, .text = *text, .declared_key = std::nullopt};
  view.header = read_header(file, *text, project.settings, diagnostics);
  view.source.declared_key = view.header.key;
  project.views.push_back(std::move(view));
}

// What the project has and this version does not look at, said rather than left out in silence.
void warn_of_unused(const std::filesystem::path& directory, Diagnostics& diagnostics) {
  const auto warn = [&](const std::string& file) {
    report(diagnostics, file, "bad_value", "is not looked at: not available in this version", {});
    diagnostics.back().severity = Severity::warning;
  };
  std::error_code missing;
  if (std::filesystem::exists(directory / "deltamill.lock", missing)) warn("deltamill.lock");
  for (const auto& entry : std::filesystem::directory_iterator(directory / "tests", missing))
    if (entry.path().extension() == ".yaml") warn("tests/" + entry.path().filename().string());
}

}  // namespace

ProjectFiles load_project(const std::filesystem::path& directory, const EnvironmentMap& environment,
                          Diagnostics& diagnostics) {
  ProjectFiles project;
  project.directory = std::filesystem::absolute(directory).lexically_normal();
  const std::optional<std::string> text = read_file(project.directory / "deltamill.yaml");
  project.found = text.has_value();
  if (!text) {
    report(diagnostics, "deltamill.yaml", "missing_key",
           "there is no deltamill.yaml in " + project.directory.string(),
           "name the project directory with -C DIR");
    return project;
  }
  if (!is_utf8(*text)) {
    report(diagnostics, "deltamill.yaml", "syntax", "the file is not UTF-8", "save it as UTF-8");
    return project;
  }
  project.settings =
      read_settings("deltamill.yaml", *text, project.directory, environment, diagnostics);
  // Before the views: whether the source can be asked depends on the settings alone.
  project.settled = std::ranges::none_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
  });
  const std::vector<std::filesystem::path> files = view_files(project.directory);
  for (const std::filesystem::path& path : files) load_view(path, project, diagnostics);
  warn_of_unused(project.directory, diagnostics);
  return project;
}

EnvironmentMap process_environment() {
  EnvironmentMap environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) environment[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return environment;
}

}  // namespace deltamill
