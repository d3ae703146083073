// What the journal does with a store that is not what it wrote.
#include <catch2/catch.hpp>

#include "sinks/sqlite/database.h"
#include "tests/unit/journal/journal_fixture.h"

namespace deltamill {

namespace {

// Edits the closed store as a fault of the disk, or somebody's hand, would.
void edit(TestJournal& journal, const std::string& sql) {
  journal.close();
  Database(journal.path(), Database::Mode::read_write_create).execute(sql);
}

TestJournal& with_transactions(TestJournal& journal) {
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  return journal;
}

}  // namespace

TEST_CASE("a damaged payload at the end is found at opening") {
  TestJournal journal;
  edit(with_transactions(journal),
       "UPDATE transactions SET payload = zeroblob(length(payload)) WHERE to_lsn = 30");
  CHECK_THROWS_AS(journal.open(), JournalFailed);
}

TEST_CASE("a run at another place than it was written for is found at opening") {
  TestJournal journal;
  edit(with_transactions(journal), "UPDATE transactions SET to_lsn = 29 WHERE to_lsn = 30");
  CHECK_THROWS_AS(journal.open(), JournalFailed);
}

TEST_CASE("a run beyond the frontier is found at opening") {
  TestJournal journal;
  edit(with_transactions(journal), "UPDATE meta SET frontier = 25");
  CHECK_THROWS_AS(journal.open(), JournalFailed);
}

TEST_CASE("a damaged payload further back is found when it is read") {
  TestJournal journal;
  journal.reset(10);
  for (std::uint64_t position = 20; position < 60; ++position) {
    REQUIRE(journal.commit(position, "m"));
    journal.settle();
  }
  edit(journal, "UPDATE transactions SET payload = zeroblob(9) WHERE to_lsn = 20");
  journal.open();
  CHECK_THROWS_AS(journal.read(10), JournalFailed);
}

TEST_CASE("a store of a newer version is refused") {
  TestJournal journal;
  edit(with_transactions(journal),
       "INSERT INTO deltamill_schema_version VALUES (99, '0099_future', 'x')");
  CHECK_THROWS_WITH(journal.open(), Catch::Contains("newer version"));
}

TEST_CASE("a store whose migration was edited is refused") {
  TestJournal journal;
  edit(with_transactions(journal),
       "UPDATE deltamill_schema_version SET checksum = 'x' WHERE number = 1");
  CHECK_THROWS_WITH(journal.open(), Catch::Contains("edited"));
}

TEST_CASE("after a failed commit everything fails") {
  TestJournal journal;
  with_transactions(journal);
  // A row in the way of the next sequence makes the commit fail.
  Database(journal.path(), Database::Mode::read_write_create)
      .execute("INSERT INTO transactions SELECT 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, x'', 0");
  REQUIRE(journal.commit(40, "c"));
  CHECK_THROWS_AS(journal->discard_incomplete(), JournalFailed);
  CHECK(journal->durable() == at(30));
  CHECK_THROWS_AS(journal.commit(50, "d"), JournalFailed);
  CHECK_THROWS_AS(journal->flush(), JournalFailed);
  CHECK_THROWS_AS(journal->begin_table({}), JournalFailed);
  const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(30));
  CHECK_THROWS_AS(reader->next({}, std::chrono::steady_clock::now()), JournalFailed);
}

}  // namespace deltamill
