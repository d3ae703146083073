// The pipeline over a journal in a directory and a sink in memory, with verbs for what the source
// sends. The one table is t(id, name), both text, key id.
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

// One change of t: "+1,Ada" inserts, "-1" deletes, "=1,Eve" updates.
using Changes = std::vector<std::string>;

class Mill {
 public:
  // The base of t holds these rows as of the frontier 10.
  explicit Mill(const Changes& base = {}, std::vector<BoundView> views = {whole_table("v")});

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
  // The first failure, waited for; nothing = none in ten seconds.
  [[nodiscard]] std::optional<EngineFailure> failure();

  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] MemorySink& sink() { return sink_; }
  [[nodiscard]] ErrorLists& errors() { return errors_; }

 private:
  void append(const std::vector<std::string>& messages, std::uint64_t to, bool complete);

  TemporaryDirectory directory_{"mill"};
  std::unique_ptr<Journal> journal_;
  std::vector<BoundView> views_;
  MemorySink sink_;
  Metrics metrics_;
  ErrorLists errors_;
  std::uint64_t end_ = 10;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<EngineFailure> failure_;  // guarded by mutex_
  std::unique_ptr<Engine> engine_;        // last: it uses all the others
};

}  // namespace deltamill
