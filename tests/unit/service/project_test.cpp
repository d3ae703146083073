// A project directory: names of views, unreadable files, what is missing.
#include "service/configuration/project.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

namespace deltamill {

namespace {

// A project with a sound deltamill.yaml and these view files.
struct LoadedProject {
  using Files = std::vector<std::pair<std::string, std::string>>;

  explicit LoadedProject(const Files& views) {
    write_file(directory.path() / "deltamill.yaml", "project: shop\nsource: { url: host=db }\n");
    for (const auto& [name, text] : views) {
      const std::filesystem::path path = directory.path() / "views" / name;
      std::filesystem::create_directories(path.parent_path());
      write_file(path, text);
    }
    files = load_project(directory.path(), {}, diagnostics);
  }

  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> result;
    for (const Diagnostic& one : diagnostics) result.push_back(one.file + " " + one.code);
    return result;
  }

  TemporaryDirectory directory{"project"};
  Diagnostics diagnostics;
  ProjectFiles files;
};

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("views are found in all folders, in the order of their names") {
  const LoadedProject project(
      LoadedProject::Files{{"z.sql", "SELECT 1"}, {"deep/er/a.sql", "SELECT 2"}, {"x.txt", "no"}});
  CHECK(project.problems().empty());
  CHECK(project.files.settled);
  REQUIRE(project.files.views.size() == 2);
  CHECK(project.files.views[0].source.name == "a");
  CHECK(project.files.views[0].source.file == "views/deep/er/a.sql");
  CHECK(project.files.views[1].source.text == "SELECT 1");
}

TEST_CASE("a lock and tests are not left out in silence") {
  LoadedProject project(LoadedProject::Files{{"../tests/v.yaml", "x"}, {"../deltamill.lock", "x"}});
  CHECK(project.problems() == Problems{"deltamill.lock bad_value", "tests/v.yaml bad_value"});
  for (const Diagnostic& one : project.diagnostics) CHECK(one.severity == Severity::warning);
}

TEST_CASE("a view's name is unique and well formed") {
  CHECK(LoadedProject(LoadedProject::Files{{"a/v.sql", "SELECT 1"}, {"b/v.sql", "SELECT 1"}})
            .problems() == Problems{"views/b/v.sql duplicate_view"});
  CHECK(LoadedProject(LoadedProject::Files{{"Upper.sql", "SELECT 1"}}).problems() ==
        Problems{"views/Upper.sql bad_name"});
  CHECK(LoadedProject(LoadedProject::Files{{"deltamill_x.sql", "SELECT 1"}}).problems() ==
        Problems{"views/deltamill_x.sql bad_name"});
}

TEST_CASE("a file is UTF-8 and at most 128 KiB") {
  CHECK(LoadedProject(LoadedProject::Files{{"v.sql", "SELECT '\xff'"}}).problems() ==
        Problems{"views/v.sql syntax"});
  CHECK(LoadedProject(LoadedProject::Files{{"v.sql", "SELECT '\xc0\xaf'"}}).problems() ==
        Problems{"views/v.sql syntax"});
  CHECK(LoadedProject(LoadedProject::Files{{"v.sql", "SELECT '\xc3\xa4'"}}).problems().empty());
  CHECK(LoadedProject(LoadedProject::Files{{"v.sql", std::string(131'073, ' ')}}).problems() ==
        Problems{"views/v.sql bad_value"});
}

TEST_CASE("a bad header leaves the settings usable") {
  const LoadedProject project(LoadedProject::Files{{"v.sql", "/* deltamill\nx: 1\n*/ SELECT 1"}});
  CHECK(project.problems() == Problems{"views/v.sql unknown_key"});
  CHECK(project.files.settled);
}

TEST_CASE("a directory without deltamill.yaml is no project") {
  const TemporaryDirectory directory("project");
  Diagnostics diagnostics;
  const ProjectFiles files = load_project(directory.path(), {}, diagnostics);
  CHECK_FALSE(files.found);
  CHECK_FALSE(files.settled);
  REQUIRE(diagnostics.size() == 1);
  CHECK(diagnostics[0].hint == "name the project directory with -C DIR");
}

}  // namespace deltamill
