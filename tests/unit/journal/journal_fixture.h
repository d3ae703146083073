// A journal in a directory of its own, with verbs for what a source does to it.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "service/journal/journal.h"
#include "service/journal/payload.h"

namespace deltamill {

inline Frontier at(std::uint64_t position, std::uint64_t tick = 0) {
  return Frontier(Lsn(position), tick);
}

// A directory that is gone with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "deltamill-unit-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class TestJournal {
 public:
  explicit TestJournal(JournalOptions options = {}) : options_(options) { open(); }

  [[nodiscard]] std::string path() const { return directory_.file("journal.db"); }
  [[nodiscard]] Journal& operator*() { return *journal_; }
  [[nodiscard]] Journal* operator->() { return journal_.get(); }

  void close() { journal_.reset(); }
  void open() { journal_ = open_journal(path(), clock_, options_); }
  void reopen() {
    close();
    open();
    end_ = journal_->durable();
  }
  void reset(std::uint64_t start) {
    journal_->reset({"7123", 1, 16384, "mill"}, at(start));
    end_ = at(start);
  }

  // Whole transactions that end at `to`.
  [[nodiscard]] bool commit(std::uint64_t to, const std::string& message) {
    Block block;
    block.transaction_count = 1;
    block.oldest_commit_time = static_cast<std::int64_t>(to);
    return append(std::move(block), at(to), message);
  }
  // The next piece of a large transaction; the last one is a commit.
  [[nodiscard]] bool piece(const std::string& message) {
    Block block;
    block.complete = false;
    return append(std::move(block), end_, message);
  }
  [[nodiscard]] bool keepalive(std::uint64_t to) { return append({}, at(to), ""); }
  // Time passes at the end of what was appended.
  [[nodiscard]] bool tick(const std::string& message) {
    return append({}, Frontier(end_.end(), end_.tick() + 1), message);
  }

  // Waits until everything appended is durable.
  void settle() { end_ = journal_->discard_incomplete(); }

  // What a reader gets, until it has to wait: "10-20:a,b" per block, "+" for a piece, "20t1" for a
  // position after a tick.
  [[nodiscard]] std::vector<std::string> read(std::uint64_t start) { return read(at(start)); }
  [[nodiscard]] std::vector<std::string> read(Frontier start) {
    const std::unique_ptr<Journal::Reader> reader = journal_->read_from(start);
    return read_on(*reader);
  }
  [[nodiscard]] static std::vector<std::string> read_on(Journal::Reader& reader) {
    std::vector<std::string> blocks;
    while (const BlockPtr block = reader.next({}, std::chrono::steady_clock::now()))
      blocks.push_back(describe(*block));
    return blocks;
  }
  [[nodiscard]] static std::string describe(Frontier frontier) {
    return std::to_string(frontier.end().value) +
           (frontier.tick() == 0 ? "" : "t" + std::to_string(frontier.tick()));
  }
  [[nodiscard]] static std::string describe(const Block& block) {
    std::string text =
        describe(block.from) + "-" + describe(block.to) + (block.complete ? ":" : "+");
    MessageCursor cursor(block.payload);
    while (const std::optional<std::string_view> message = cursor.next())
      text += (text.back() == ':' || text.back() == '+' ? "" : ",") + std::string(*message);
    return text;
  }

 private:
  [[nodiscard]] bool append(Block block, Frontier to, const std::string& message) {
    block.from = end_;
    block.to = to;
    if (!message.empty()) append_message(message, block.payload);
    block.change_count = message.empty() ? 0 : 1;
    if (!journal_->append(std::make_shared<const Block>(std::move(block)), Clock::Time::min()))
      return false;
    end_ = to;
    return true;
  }

  TemporaryDirectory directory_;
  JournalOptions options_;
  SystemClock clock_;
  std::unique_ptr<Journal> journal_;
  Frontier end_;
};

}  // namespace deltamill
