// What survives a process of the rebuilds that were asked for.
#include "service/unfinished_rebuilds.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

namespace deltamill {

using Views = std::map<std::string, std::string>;

TEST_CASE("unfinished rebuilds are there for the next process") {
  const TemporaryDirectory directory("rebuilds");
  {
    UnfinishedRebuilds rebuilds(directory.path());
    CHECK(rebuilds.all().empty());
    rebuilds.add("a-1", "totals");
    rebuilds.add("a-2", "names");
    rebuilds.add("a-3", "totals");
    rebuilds.remove("a-2");
    rebuilds.remove("unknown");
  }
  UnfinishedRebuilds next(directory.path());
  CHECK(next.all() == Views{{"a-1", "totals"}, {"a-3", "totals"}});
  next.remove("a-1");
  next.remove("a-3");
  CHECK_FALSE(std::filesystem::exists(directory.path() / "rebuilds.json"));
}

TEST_CASE("a file that is torn counts as none") {
  const TemporaryDirectory directory("rebuilds");
  const std::string content = GENERATE(as<std::string>{}, "", "{\"a-1\":", "[1]", "{\"a-1\":7}");
  write_file(directory.path() / "rebuilds.json", content);
  UnfinishedRebuilds rebuilds(directory.path());
  CHECK(rebuilds.all().empty());
  rebuilds.add("a-2", "names");
  CHECK(UnfinishedRebuilds(directory.path()).all() == Views{{"a-2", "names"}});
}

}  // namespace deltamill
