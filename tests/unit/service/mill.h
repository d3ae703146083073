// The pipeline over a journal in a directory and sinks in memory, with verbs for what the source
// sends. The one table is t(id, name), both text, key id. Every sink keeps every view.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/pipeline/engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/service/memory_sink.h"
#include "views/plan/plan.h"

namespace deltamill {

inline constexpr Oid table_oid = 500;

[[nodiscard]] Frontier at(std::uint64_t position);
[[nodiscard]] Columns two_texts();
// All rows of t, under this name.
[[nodiscard]] BoundView whole_table(const std::string& name);
// One row: the number of rows of t.
[[nodiscard]] BoundView row_count(const std::string& name);
// The id of each row as an integer; a row whose id is none is in error.
[[nodiscard]] BoundView integer_ids(const std::string& name);

// One change of t: "+1,Ada" inserts, "-1" deletes, "=1,Eve" updates.
using Changes = std::vector<std::string>;

class Mill {
 public:
  // The base of t holds these rows as of the frontier 10. The limit is of all sinks but the first.
  explicit Mill(const Changes& base = {}, std::vector<BoundView> views = {whole_table("v")},
                std::size_t sinks = 1, std::size_t queue_bytes_max = std::size_t{64} << 20);
  ~Mill();

  // One transaction that ends at `to`; it begins where the last one ended.
  void commit(std::uint64_t to, const Changes& changes);
  // Several transactions in one block of the journal.
  void commit_together(const std::vector<std::pair<std::uint64_t, Changes>>& transactions);
  // One transaction in pieces, as a large one comes.
  void commit_in_pieces(std::uint64_t to, const std::vector<Changes>& pieces);

  // Starts an engine over what journal and sink hold; stops the one that runs.
  void start(EngineOptions options = {});
  void stop() { engine_.reset(); }
  // Runs an engine until it stops by itself at this frontier.
  void run_until(std::uint64_t to);
  // The first failure of the engine, or of a view in a sink; waited for; nothing = none in ten seconds.
  [[nodiscard]] std::optional<EngineFailure> failure();
  // Something failed so far.
  [[nodiscard]] bool failed();
  // Waits until the condition holds; false = not in ten seconds.
  [[nodiscard]] bool wait_until(const std::function<bool()>& holds);
  // How often a sink was left to a replay of its own.
  [[nodiscard]] std::size_t left_behind();
  // Whether the metrics page has this line.
  [[nodiscard]] bool shows(const std::string& line) const;

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] MemorySink& sink(std::size_t number = 0) { return *sinks_[number]; }
  [[nodiscard]] SinkFollower& follower(std::size_t number = 0) { return *followers_[number]; }
  [[nodiscard]] std::vector<StreamedView> streamed_views() const;
  [[nodiscard]] ErrorLists& errors() { return errors_; }

 private:
  void add_sink(std::size_t number, std::size_t queue_bytes_max);
  void tell(EngineFailure failure);
  void append(const std::vector<std::string>& messages, std::uint64_t to, bool complete);

  TemporaryDirectory directory_{"mill"};
  SystemClock clock_;
  std::unique_ptr<Journal> journal_;
  std::vector<BoundView> views_;
  std::vector<std::unique_ptr<MemorySink>> sinks_;
  Metrics metrics_;
  ErrorLists errors_;
  std::uint64_t end_ = 10;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<EngineFailure> failure_;  // guarded by mutex_
  std::size_t left_behind_ = 0;           // guarded by mutex_
  std::vector<std::unique_ptr<SinkFollower>> followers_;
  std::unique_ptr<Engine> engine_;  // last: it uses all the others
};

}  // namespace deltamill
