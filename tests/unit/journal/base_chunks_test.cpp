// Base chunks of tables in the journal.
#include <catch2/catch.hpp>

#include "tests/unit/journal/journal_fixture.h"

namespace deltamill {

namespace {

JournalTable orders(std::uint64_t base) {
  JournalTable table;
  table.oid = 42;
  table.schema = "public";
  table.name = "orders";
  table.base = at(base);
  return table;
}

std::string base_of(TestJournal& journal, Oid table) {
  std::string text;
  journal->read_base(table, [&](const BaseChunk& chunk) {
    text += std::to_string(chunk.number) + "=" + chunk.payload + "(" +
            std::to_string(chunk.row_count) + ") ";
  });
  return text;
}

}  // namespace

TEST_CASE("base chunks are read in order of their numbers, also after reopening") {
  TestJournal journal;
  journal.reset(10);
  journal->begin_table(orders(10));
  journal->append_base_chunk({42, 1, 5, "second"});
  journal->append_base_chunk({42, 0, 7, "first"});
  CHECK_FALSE(journal->tables().at(0).complete);
  journal->complete_table(42);
  journal.reopen();
  CHECK(base_of(journal, 42) == "0=first(7) 1=second(5) ");
  const JournalTable table = journal->tables().at(0);
  CHECK(table.complete);
  CHECK(table.row_count == 12);
  CHECK(table.chunk_count == 2);
  CHECK(table.name == "orders");
  CHECK(table.base == at(10));
}

TEST_CASE("beginning a table again drops its earlier chunks") {
  TestJournal journal;
  journal.reset(10);
  journal->begin_table(orders(10));
  journal->append_base_chunk({42, 0, 7, "old"});
  journal->begin_table(orders(20));
  journal->append_base_chunk({42, 0, 1, "new"});
  journal->complete_table(42);
  CHECK(base_of(journal, 42) == "0=new(1) ");
}

TEST_CASE("the oldest frontier is the largest base of a complete table") {
  TestJournal journal;
  journal.reset(10);
  CHECK(journal->oldest() == at(10));
  journal->begin_table(orders(30));
  CHECK(journal->oldest() == at(10));
  journal->complete_table(42);
  CHECK(journal->oldest() == at(30));
  journal.reopen();
  CHECK(journal->oldest() == at(30));
}

TEST_CASE("a chunk of a table that was not begun is refused") {
  TestJournal journal;
  journal.reset(10);
  CHECK_THROWS_AS(journal->append_base_chunk({7, 0, 1, "x"}), JournalFailed);
  CHECK_THROWS_AS(journal->complete_table(7), JournalFailed);
}

}  // namespace deltamill
