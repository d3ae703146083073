// Appending, durability, pieces of large transactions, keepalives, and readers of the journal.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/unit/journal/journal_fixture.h"
#include "views/data/check.h"

namespace deltamill {

using Blocks = std::vector<std::string>;

namespace {

// Nothing is kept in memory: every read is one of the store.
const JournalOptions without_memory{.queue_bytes_max = std::size_t{64} << 20,
                                    .memory_bytes_max = 0};

// Holds the journal thread where it reports a durable frontier.
class Gate {
 public:
  void hold() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

// The messages of blocks, however they were merged.
std::string joined(const Blocks& blocks) {
  std::string text;
  for (const std::string& block : blocks) {
    const std::size_t payload = block.find_first_of(":+") + 1;
    if (payload < block.size()) text += block.substr(payload) + ";";
  }
  std::ranges::replace(text, ',', ';');
  return text;
}

}  // namespace

TEST_CASE("a fresh journal has an epoch and no identity") {
  TestJournal journal;
  CHECK_FALSE(journal->identity());
  CHECK(journal->epoch().size() == 32);
  CHECK(journal->durable() == Frontier());
}

TEST_CASE("what was appended is durable and comes back after reopening") {
  TestJournal journal;
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  CHECK(journal->durable() == at(30));
  CHECK(journal.read(10) == Blocks{"10-20:a", "20-30:b"});

  const std::string epoch = journal->epoch();
  journal.reopen();
  CHECK(journal->epoch() == epoch);
  CHECK(journal->identity()->slot == "mill");
  CHECK(journal->identity()->database == 16384);
  CHECK(journal->durable() == at(30));
  CHECK(joined(journal.read(10)).find('a') != std::string::npos);
  CHECK(journal.read(30).empty());
}

TEST_CASE("closing makes durable what was queued") {
  TestJournal journal;
  journal.reset(10);
  for (std::uint64_t position = 20; position < 120; position += 10)
    REQUIRE(journal.commit(position, "m" + std::to_string(position)));
  journal.reopen();
  CHECK(journal->durable() == at(110));
}

TEST_CASE("the durable frontier is told to the listener") {
  TestJournal journal;
  journal.reset(10);
  std::atomic<std::uint64_t> told{0};
  journal->on_durable([&](Frontier frontier) { told = frontier.end().value; });
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  CHECK(told == 20);
}

TEST_CASE("a keepalive raises the durable frontier and needs no row") {
  TestJournal journal(without_memory);
  journal.reset(10);
  REQUIRE(journal.keepalive(15));
  journal.settle();
  CHECK(journal->durable() == at(15));
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  REQUIRE(journal.keepalive(30));
  REQUIRE(journal.keepalive(40));
  journal.settle();
  journal.reopen();
  CHECK(journal->durable() == at(40));
  CHECK(journal.read(10) == Blocks{"10-15:", "15-20:a", "20-40:"});
}

TEST_CASE("readers in memory and in the store see the same transactions") {
  for (const JournalOptions& options : {JournalOptions{}, without_memory}) {
    TestJournal journal(options);
    journal.reset(10);
    REQUIRE(journal.commit(20, "a"));
    REQUIRE(journal.keepalive(25));
    REQUIRE(journal.commit(30, "b"));
    REQUIRE(journal.piece("c1"));
    REQUIRE(journal.piece("c2"));
    REQUIRE(journal.commit(40, "c3"));
    REQUIRE(journal.commit(50, "d"));
    journal.settle();
    CHECK(joined(journal.read(10)) == "a;b;c1;c2;c3;d;");
    CHECK(joined(journal.read(30)) == "c1;c2;c3;d;");
    CHECK(joined(journal.read(40)) == "d;");
    CHECK(journal.read(50).empty());
  }
}

TEST_CASE("a start within a block gives the block") {
  for (const JournalOptions& options : {JournalOptions{}, without_memory}) {
    TestJournal journal(options);
    journal.reset(10);
    REQUIRE(journal.commit(20, "a"));
    journal.settle();
    CHECK(journal.read(15) == Blocks{"10-20:a"});
  }
}

TEST_CASE("pieces are seen only when their transaction is durable as a whole") {
  for (const JournalOptions& options : {JournalOptions{}, without_memory}) {
    TestJournal journal(options);
    journal.reset(10);
    const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(10));
    REQUIRE(journal.piece("p1"));
    CHECK(reader->next({}, std::chrono::steady_clock::now() + std::chrono::milliseconds(50)) ==
          nullptr);
    CHECK(journal->durable() == at(10));
    REQUIRE(journal.piece("p2"));
    REQUIRE(journal.commit(20, "p3"));
    journal.settle();
    CHECK(journal->durable() == at(20));
    CHECK(TestJournal::read_on(*reader) == Blocks{"10-10+p1", "10-10+p2", "10-20:p3"});
  }
}

TEST_CASE("pieces of a transaction that is not completed are forgotten") {
  TestJournal journal;
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  REQUIRE(journal.piece("p1"));
  REQUIRE(journal.piece("p2"));
  CHECK(journal->discard_incomplete() == at(20));
  CHECK(joined(journal.read(10)) == "a;");
  REQUIRE(journal.piece("q1"));
  REQUIRE(journal.commit(30, "q2"));
  journal.settle();
  CHECK(joined(journal.read(10)) == "a;q1;q2;");
  journal.reopen();
  CHECK(joined(journal.read(10)) == "a;q1;q2;");
}

TEST_CASE("pieces left at the end of the process are gone at the next start") {
  TestJournal journal;
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  REQUIRE(journal.piece("p1"));
  journal.reopen();
  CHECK(journal->durable() == at(20));
  CHECK(journal.read(10) == Blocks{"10-20:a"});
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  CHECK(joined(journal.read(10)) == "a;b;");
}

TEST_CASE("a transaction too large for memory comes from the store, then memory goes on") {
  TestJournal journal({.queue_bytes_max = std::size_t{64} << 20, .memory_bytes_max = 20'000});
  journal.reset(10);
  const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(10));
  std::string expected = "a;";
  REQUIRE(journal.commit(20, "a"));
  for (int number = 0; number < 10; ++number) {
    const std::string message(5'000, static_cast<char>('0' + number));
    REQUIRE(journal.piece(message));
    expected += message + ";";
  }
  REQUIRE(journal.commit(30, "end"));
  REQUIRE(journal.commit(40, "b"));
  journal.settle();
  const bool complete = joined(TestJournal::read_on(*reader)) == expected + "end;b;";
  CHECK(complete);
  REQUIRE(journal.commit(50, "c"));
  journal.settle();
  CHECK(TestJournal::read_on(*reader) == Blocks{"40-50:c"});
}

TEST_CASE("a reader that memory leaves behind between two pieces goes on in the store") {
  TestJournal journal({.queue_bytes_max = std::size_t{64} << 20, .memory_bytes_max = 20'000});
  journal.reset(10);
  REQUIRE(journal.piece("p1"));
  REQUIRE(journal.piece("p2"));
  REQUIRE(journal.commit(20, "p3"));
  journal.settle();
  const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(10));
  CHECK(TestJournal::describe(*reader->next({}, std::chrono::steady_clock::now())) == "10-10+p1");
  REQUIRE(journal.commit(30, std::string(30'000, 'x')));
  REQUIRE(journal.commit(40, "b"));
  journal.settle();
  const bool goes_on =
      joined(TestJournal::read_on(*reader)) == "p2;p3;" + std::string(30'000, 'x') + ";b;";
  CHECK(goes_on);
}

TEST_CASE("two readers go through the journal each at its own pace") {
  TestJournal journal({.queue_bytes_max = std::size_t{64} << 20, .memory_bytes_max = 4'000});
  journal.reset(1);
  std::string expected;
  for (std::uint64_t position = 2; position < 200; ++position)
    expected += std::to_string(position) + ";";
  std::string eager;
  std::string slow;
  const auto follow = [&](std::string& into, int pause_us) {
    const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(1));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (const BlockPtr block = reader->next({}, deadline)) {
      into += joined({TestJournal::describe(*block)});
      if (block->to == at(199)) return;
      std::this_thread::sleep_for(std::chrono::microseconds(pause_us));
    }
  };
  std::thread first([&] { follow(eager, 0); });
  std::thread second([&] { follow(slow, 300); });
  for (std::uint64_t position = 2; position < 200; ++position)
    while (!journal.commit(position, std::to_string(position))) std::this_thread::yield();
  first.join();
  second.join();
  CHECK(eager == expected);
  CHECK(slow == expected);
}

TEST_CASE("a full queue refuses, and takes again when the journal has caught up") {
  TestJournal journal({.queue_bytes_max = 2'000, .memory_bytes_max = std::size_t{1} << 20});
  journal.reset(10);
  Gate gate;
  std::atomic<int> commits{0};
  journal->on_durable([&](Frontier) {
    if (++commits == 1) gate.hold();
  });
  REQUIRE(journal.commit(20, "a"));
  gate.wait_until_held();
  REQUIRE(journal.commit(30, std::string(1'500, 'b')));
  CHECK_FALSE(journal.commit(40, std::string(1'500, 'c')));
  REQUIRE(journal.keepalive(35));
  CHECK(journal.keepalive(36));  // queued ones collapse
  gate.open();
  journal.settle();
  CHECK(journal->durable() == at(36));
  CHECK(journal.commit(40, std::string(1'500, 'c')));
}

TEST_CASE("a block larger than the queue is taken when the queue is empty") {
  TestJournal journal({.queue_bytes_max = 100, .memory_bytes_max = 0});
  journal.reset(10);
  CHECK(journal.commit(20, std::string(10'000, 'x')));
  journal.settle();
  CHECK(joined(journal.read(10)) == std::string(10'000, 'x') + ";");
}

TEST_CASE("a gap between blocks is a broken invariant") {
  TestJournal journal;
  journal.reset(10);
  Block block;
  block.from = at(11);
  block.to = at(12);
  CHECK_THROWS_AS(journal->append(std::make_shared<const Block>(block), Clock::Time::min()),
                  BrokenInvariant);
}

TEST_CASE("a new history drops the old one and its readers") {
  TestJournal journal;
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  const std::string epoch = journal->epoch();
  const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(10));
  journal.reset(500);
  CHECK(journal->epoch() != epoch);
  CHECK(journal->durable() == at(500));
  CHECK(journal->oldest() == at(500));
  CHECK_THROWS_AS(reader->next({}, std::chrono::steady_clock::now()), JournalFailed);
  REQUIRE(journal.commit(510, "b"));
  journal.settle();
  CHECK(journal.read(500) == Blocks{"500-510:b"});
}

TEST_CASE("a waiting reader ends when it is asked to stop") {
  TestJournal journal;
  journal.reset(10);
  const std::unique_ptr<Journal::Reader> reader = journal->read_from(at(10));
  std::stop_source stop;
  BlockPtr block;
  std::thread waiting([&] {
    block =
        reader->next(stop.get_token(), std::chrono::steady_clock::now() + std::chrono::minutes(5));
  });
  stop.request_stop();
  waiting.join();
  CHECK(block == nullptr);
}

TEST_CASE("counts and times of blocks are kept in the store") {
  TestJournal journal(without_memory);
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  const BlockPtr block = journal->read_from(at(10))->next({}, std::chrono::steady_clock::now());
  CHECK(block->transaction_count == 1);
  CHECK(block->change_count == 1);
  CHECK(block->oldest_commit_time == 20);
}

TEST_CASE("the age of the history is that of its oldest transaction") {
  TestJournal journal;
  journal.reset(10);
  CHECK(journal->oldest_commit_time() == 0);
  REQUIRE(journal.commit(20, "a"));
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  CHECK(journal->oldest_commit_time() == 20);
  journal.reset(500);
  CHECK(journal->oldest_commit_time() == 0);
}

TEST_CASE("each group commit tells its duration, and the queue is empty when all is durable") {
  std::atomic<int> commits = 0;
  JournalOptions options;
  options.queue_bytes_max = 1000;
  options.committed = [&](std::chrono::duration<double> taken) {
    if (taken.count() > 0) ++commits;
  };
  TestJournal journal(options);
  journal.reset(10);
  CHECK(commits == 0);
  REQUIRE(journal.commit(20, "a"));
  CHECK(journal->queue().bytes_max == 1000);
  journal.settle();
  CHECK(commits == 1);
  CHECK(journal->queue().bytes == 0);
}

TEST_CASE("ticks between two transactions are kept, in order, with their positions") {
  TestJournal journal(without_memory);
  journal.reset(10);
  // Settled one by one, so that each has a row of its own.
  REQUIRE(journal.commit(20, "a"));
  journal.settle();
  for (const char* const time : {"first", "second"}) {
    REQUIRE(journal.tick(time));
    journal.settle();
  }
  CHECK(journal->durable() == at(20, 2));
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  journal.reopen();
  CHECK(journal.read(10) == Blocks{"10-20:a", "20-20t1:first", "20t1-20t2:second", "20t2-30:b"});
  CHECK(journal.read(at(20, 1)) == Blocks{"20t1-20t2:second", "20t2-30:b"});
}

TEST_CASE("a journal that ends after a tick goes on from there") {
  TestJournal journal;
  journal.reset(10);
  REQUIRE(journal.commit(20, "a"));
  REQUIRE(journal.tick("first"));
  journal.settle();
  journal.reopen();
  CHECK(journal->durable() == at(20, 1));
  REQUIRE(journal.commit(30, "b"));
  journal.settle();
  CHECK(journal.read(at(20, 1)) == Blocks{"20t1-30:b"});
}

}  // namespace deltamill
