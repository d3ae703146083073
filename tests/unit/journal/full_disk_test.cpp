// A disk that is full for a while loses nothing, and nobody has to do anything when there is room.
#include "tests/support/full_disk.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "tests/unit/journal/journal_fixture.h"

namespace deltamill {

namespace {

// What the journal tells of the disk, in order.
class Told {
 public:
  void operator()(const std::string& why) {
    const std::lock_guard lock(mutex_);
    told_.push_back(why.empty() ? "room" : "full");
    changed_.notify_all();
  }
  // The next; nothing in ten seconds.
  [[nodiscard]] std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !told_.empty(); }))
      return "nothing";
    std::string first = std::move(told_.front());
    told_.pop_front();
    return first;
  }
  [[nodiscard]] bool empty() {
    const std::lock_guard lock(mutex_);
    return told_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> told_;  // guarded by mutex_
};

JournalOptions telling(Told& told) {
  JournalOptions options;
  options.queue_bytes_max = 4096;
  options.full = [&told](const std::string& why) { told(why); };
  options.full_pause = std::chrono::milliseconds(1);
  return options;
}

// A journal on the disk, durable to 20, and one transaction for which there is no room.
struct WithoutRoom {
  WithoutRoom() {
    journal.reset(10);
    REQUIRE(journal.commit(20, "a"));
    journal.settle();
    disk.fill();
    REQUIRE(journal.commit(30, "b"));
    CHECK(told.next() == "full");
  }

  Told told;
  FullDisk disk;
  TestJournal journal{telling(told)};
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what is appended to a full disk is durable when there is room, in order and once") {
  WithoutRoom scene;
  TestJournal& journal = scene.journal;
  REQUIRE(journal.commit(40, "c"));
  CHECK(journal->durable() == at(20));
  CHECK(journal.read(10) == Texts{"10-20:a"});
  scene.disk.make_room();
  CHECK(scene.told.next() == "room");
  journal.settle();
  CHECK(journal->durable() == at(40));
  journal.reopen();
  CHECK(journal.read(20) == Texts{"20-30:b", "30-40:c"});
  CHECK(scene.told.empty());
}

TEST_CASE("who would wait for a full disk is told, and asks again") {
  Told told;
  FullDisk disk;
  TestJournal journal(telling(told));
  journal.reset(10);
  disk.fill();
  REQUIRE(journal.piece("first half"));
  CHECK(told.next() == "full");
  CHECK_FALSE(journal.piece(std::string(100'000, 'x')));
  CHECK_THROWS_AS(journal->discard_incomplete(), JournalFull);
  CHECK_THROWS_AS(journal->discard_incomplete(), JournalFull);
  disk.make_room();
  CHECK(told.next() == "room");
  CHECK(journal->discard_incomplete() == at(10));
  journal.reopen();
  CHECK(journal.read(10).empty());
}

TEST_CASE("base chunks say that the disk is full") {
  Told told;
  FullDisk disk;
  TestJournal journal(telling(told));
  journal.reset(10);
  JournalTable table;
  table.oid = 5;
  disk.fill();
  CHECK_THROWS_AS(journal->begin_table(table), JournalFull);
  disk.make_room();
  CHECK_NOTHROW(journal->begin_table(table));
}

TEST_CASE("a journal on a full disk ends when it is asked to") {
  WithoutRoom scene;
  scene.journal.close();
  scene.disk.make_room();
  scene.journal.open();
  CHECK(scene.journal->durable() == at(20));
}

}  // namespace deltamill
