// The lock of a state directory and what run.json says.
#include "service/run_file.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

namespace deltamill {

TEST_CASE("a state directory is locked by one at a time") {
  const TemporaryDirectory directory("run-file");
  const std::filesystem::path state = directory.path() / "deep" / "state";
  {
    const StateLock lock(state);
    CHECK_THROWS_AS(StateLock(state), std::runtime_error);
  }
  CHECK_NOTHROW(StateLock(state));
}

TEST_CASE("a state directory is its owner's") {
  const TemporaryDirectory directory("run-file");
  const StateLock lock(directory.path() / "state");
  CHECK(std::filesystem::status(directory.path() / "state").permissions() ==
        std::filesystem::perms::owner_all);
}

TEST_CASE("run.json is read as it was written") {
  const TemporaryDirectory directory("run-file");
  write_run_file(directory.path(),
                 {7, "http://127.0.0.1:1", "unix:/run/a", "2026-01-01T00:00:00Z"});
  const std::optional<RunFile> file = read_run_file(directory.path());
  REQUIRE(file);
  CHECK(file->pid == 7);
  CHECK(file->public_url == "http://127.0.0.1:1");
  CHECK(file->admin_url == "unix:/run/a");
  CHECK(file->started_at == "2026-01-01T00:00:00Z");
  CHECK(read_file(directory.path() / "run.json").find("\"pid\":7") != std::string::npos);
}

TEST_CASE("a listener that is off is null") {
  const TemporaryDirectory directory("run-file");
  write_run_file(directory.path(), {7, "", "unix:/run/a", ""});
  CHECK(read_file(directory.path() / "run.json").find("\"public\":null") != std::string::npos);
  CHECK(read_run_file(directory.path())->public_url.empty());
}

TEST_CASE("no run.json, or one that is none, is nothing") {
  const TemporaryDirectory directory("run-file");
  CHECK_FALSE(read_run_file(directory.path()));
  write_file(directory.path() / "run.json", "{");
  CHECK_FALSE(read_run_file(directory.path()));
  write_run_file(directory.path(), {7, "", "", ""});
  remove_run_file(directory.path());
  CHECK_FALSE(read_run_file(directory.path()));
}

}  // namespace deltamill
