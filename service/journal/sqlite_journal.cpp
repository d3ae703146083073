// Puts the journal together: the store, the durable tail in memory, the journal thread. The edge at
// which errors of SQLite become JournalFailed, which says to the source what to do; nothing above
// knows that the journal is a database.
#include "service/atomic_frontier.h"
#include "service/journal/durable_tail.h"
#include "service/journal/journal.h"
#include "service/journal/journal_store.h"
#include "service/journal/reader.h"
#include "service/journal/writer.h"
#include "sinks/sqlite/migrate.h"

namespace deltamill {

namespace {

template <typename Work>
auto translate(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SqliteError& error) {
    const std::string message = std::string("journal.db: ") + error.what();
    if (error.disk_full()) throw JournalFull(message);
    throw JournalFailed(message);
  } catch (const MigrationRefused& error) {
    throw JournalFailed(error.what());
  }
}

// A reader opens the store when it first needs it, so its errors come from next().
class TranslatingReader final : public Journal::Reader {
 public:
  TranslatingReader(const std::string& path, DurableTail& tail, Frontier start)
      : reader_(path, tail, start) {}

  BlockPtr next(const std::stop_token& stop, Clock::Time deadline) override {
    return translate([&] { return reader_.next(stop, deadline); });
  }

 private:
  JournalReader reader_;
};

class SqliteJournal final : public Journal {
 public:
  SqliteJournal(const std::string& path, Clock& clock, const JournalOptions& options)
      : options_(options), store_(path), tail_(clock, options.memory_bytes_max) {
    tail_.restart(store_.frontier(), store_.last_sequence());
    note_oldest();
    // The thread starts last: it continues from what the store and the tail say.
    writer_.emplace(store_, tail_, clock, options);
  }

  std::optional<SourceIdentity> identity() override {
    return translate([this] { return store_.identity(); });
  }
  std::string epoch() override {
    return translate([this] { return store_.epoch(); });
  }
  void reset(const SourceIdentity& identity, Frontier start) override {
    translate([&] {
      // Store, tail and thread change histories together, while the thread is idle and nobody can
      // append.
      writer_->restart(start, [&] {
        store_.reset(identity, start);
        tail_.restart(start, 0);
      });
      note_oldest();
    });
  }

  bool append(BlockPtr block, Clock::Time until) override {
    return writer_->append(std::move(block), until);
  }
  void flush() override { writer_->flush(); }
  Frontier discard_incomplete() override { return writer_->discard_incomplete(); }
  Frontier durable() const override { return tail_.durable(); }
  bool await_durable(Frontier frontier, Clock::Time until) override {
    return tail_.await(frontier, until);
  }
  Frontier oldest() const override { return oldest_.load(); }
  void on_durable(std::function<void(Frontier)> listener) override {
    writer_->on_durable(std::move(listener));
  }

  void begin_table(const JournalTable& table) override {
    // Base chunks are written on the caller's thread, past the journal thread. After its failure
    // they must not give the impression that the journal still works.
    writer_->require_working();
    translate([&] { store_.begin_table(table); });
    note_oldest();
  }
  void append_base_chunk(const BaseChunk& chunk) override {
    writer_->require_working();
    // One per call: several snapshot workers compress at once, and only the commit is exclusive.
    PayloadCompressor compressor(options_.compression_level);
    const StoredPayload payload =
        compressor.compress(chunk.payload, checksum_seed(chunk.table, chunk.number));
    translate([&] {
      store_.append_base_chunk(chunk, payload);
      store_.checkpoint_if_due();
    });
  }
  void complete_table(Oid table) override {
    writer_->require_working();
    translate([&] { store_.complete_table(table); });
    note_oldest();
  }
  std::vector<JournalTable> tables() override {
    return translate([this] { return store_.tables(); });
  }
  void read_base(Oid table, const std::function<void(const BaseChunk&)>& take) override {
    translate([&] { store_.read_base(table, take); });
  }

  std::unique_ptr<Reader> read_from(Frontier start) override {
    return std::make_unique<TranslatingReader>(store_.path(), tail_, start);
  }
  std::uint64_t size_bytes() override { return store_.size_bytes(); }
  std::int64_t oldest_commit_time() override {
    return translate([this] { return store_.oldest_commit_time(); });
  }
  JournalQueue queue() const override { return writer_->queue(); }

 private:
  void note_oldest() {
    translate([this] { oldest_.store(store_.oldest()); });
  }

  const JournalOptions options_;
  JournalStore store_;
  DurableTail tail_;
  AtomicFrontier oldest_;
  std::optional<JournalWriter> writer_;  // ends first: its thread uses the others
};

}  // namespace

std::unique_ptr<Journal> open_journal(const std::string& path, Clock& clock,
                                      const JournalOptions& options) {
  return translate([&] { return std::make_unique<SqliteJournal>(path, clock, options); });
}

}  // namespace deltamill
