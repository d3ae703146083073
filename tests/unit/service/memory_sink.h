// A sink in memory that fails when told to. What is committed survives the worker and the engine,
// as a store survives the process.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sinks/sink.h"
#include "views/data/row.h"

namespace deltamill {

class MemorySink : public Sink {
 public:
  // One entry per view.
  explicit MemorySink(std::vector<Columns> views);

  [[nodiscard]] Frontier frontier() override;
  [[nodiscard]] std::optional<Generation> current(std::uint32_t view) override;
  [[nodiscard]] Generation begin_generation(std::uint32_t view) override;
  void apply(Generation generation, const Delta& delta) override;
  void load(Generation generation, const Delta& delta) override;
  void add_error_rows(Generation generation, std::int64_t change) override;
  void activate(Generation generation) override;
  void freeze(std::uint32_t view) override;
  void drop(Generation generation) override;
  void commit(Frontier previous, Frontier next) override;
  void abandon() override;
  [[nodiscard]] bool readable(std::uint32_t view) override;
  [[nodiscard]] bool reopen() override;
  void rest(bool idle) override;

  // --- what a test asks; thread-safe ---
  // The committed rows of the view's current generation: "1,Ada" in order, once per multiplicity.
  [[nodiscard]] std::vector<std::string> rows(std::uint32_t view = 0);
  // The committed rows in error of the view's current generation.
  [[nodiscard]] std::int64_t error_rows(std::uint32_t view = 0);
  // The frontiers of all commits so far: "10-20".
  [[nodiscard]] std::vector<std::string> commits();
  // The frontiers of the commits in which a generation became current.
  [[nodiscard]] std::vector<std::string> activations();
  // Rows written by apply() and load(), committed or not.
  [[nodiscard]] std::uint64_t written_rows();
  // False = it did not come in ten seconds.
  [[nodiscard]] bool wait_for(Frontier frontier);
  [[nodiscard]] bool wait_for_written(std::uint64_t rows);

  // Commits that failed so far.
  [[nodiscard]] std::uint64_t failures();

  // --- what a test makes go wrong ---
  void fail_next_commit(bool retryable) { fail_next_commits(1, retryable); }
  void fail_next_commits(std::uint64_t count, bool retryable);
  // Rows of the view are refused as contradicting its table, once.
  void contradict_next_rows(std::uint32_t view);
  void lose_next_answer();
  void conflict_in_next_commit(std::uint32_t view);
  // Called at the beginning of each commit, by its thread. REQUIRES: nothing runs yet.
  void before_commit(std::function<void()> call) { before_commit_ = std::move(call); }
  // Commits wait until release() is called.
  void hold();
  void release();
  // The committed state of now, and back to it: what a store put back from a copy is.
  void copy();
  void put_copy_back();

 private:
  enum class Trouble : std::uint8_t { none, answer_lost, conflict };
  using Rows = std::map<std::string, std::int64_t>;
  struct State {
    Frontier frontier;
    std::set<std::uint32_t> frozen;
    std::map<std::uint32_t, std::int64_t> current;                       // by view
    std::map<std::pair<std::uint32_t, std::int64_t>, Rows> generations;  // by view and number
    std::map<std::pair<std::uint32_t, std::int64_t>, std::int64_t> error_rows;
  };

  void write(Generation generation, const Delta& delta);
  [[nodiscard]] std::string text_of(std::uint32_t view, RowBytes row) const;

  const std::vector<Columns> views_;
  std::function<void()> before_commit_ = [] {};
  std::mutex mutex_;
  std::condition_variable changed_;
  State stored_;
  State open_;
  State copy_;
  bool replaced_ = false;
  std::uint64_t failing_ = 0;  // commits still to fail
  std::uint64_t failures_ = 0;
  std::optional<std::uint32_t> contradicted_;
  std::vector<std::string> commits_;
  std::vector<std::string> activations_;
  std::uint64_t written_rows_ = 0;
  std::int64_t next_number_ = 1;
  Trouble trouble_ = Trouble::none;
  std::uint32_t trouble_view_ = 0;
  bool failing_for_now_ = false;
  bool held_ = false;
};

}  // namespace deltamill
