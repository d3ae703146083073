// The SQLite sink: views.db, where the views' rows are kept together with their frontier, one table
// per generation. Reading it while it is written: reader.h. The rows themselves:
// generation_table.h.
//
//   building --activate--> current --next activate--> previous --one more--> dropped
//
// synchronous = NORMAL: the end of the process loses nothing; a power loss may take the last
// commits together with their frontier, which are then replayed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sinks/sink.h"
#include "sinks/sqlite/database.h"
#include "sinks/sqlite/file_identity.h"
#include "sinks/sqlite/generation_table.h"
#include "sinks/sqlite/pending_keys.h"

namespace deltamill {

struct SqliteSinkOptions {
  std::size_t keep_generations = 1;  // previous ones, for rollback
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;
  std::uint64_t checkpoint_bytes = std::uint64_t{64} << 20;      // write-ahead log, under load
  std::uint64_t idle_checkpoint_bytes = std::uint64_t{4} << 20;  // the same, when idle
  // The latest moment (microseconds since 2000-01-01 UTC) at which everything committed is known to
  // have lain below the frontier; 0 = unknown. Kept with the frontier, asked for on the sink's thread.
  std::function<std::int64_t(Frontier)> complete_at = [](Frontier) { return std::int64_t{0}; };
};

// For one thread.
class SqliteSink final : public Sink {
 public:
  // Opens or creates the store and takes it over: commits of other instances are refused from now
  // on. Generations that do not follow this journal with these definitions stay readable, at the
  // frontier they have; current() does not give them. Throws SinkFailed; its message says which
  // view cannot be kept and why.
  SqliteSink(const std::string& path, std::string journal_epoch, std::string instance_epoch,
             std::vector<SinkView> views, const SqliteSinkOptions& options = {});
  ~SqliteSink() override;

  [[nodiscard]] Frontier frontier() override;
  [[nodiscard]] std::optional<Generation> current(std::uint32_t view) override;
  // Joins the open commit, if there is one; otherwise it is in the store at once.
  [[nodiscard]] Generation begin_generation(std::uint32_t view) override;
  void apply(Generation generation, const Delta& delta) override;
  void load(Generation generation, const Delta& delta) override;
  void add_error_rows(Generation generation, std::int64_t change) override;
  void activate(Generation generation) override;
  void freeze(std::uint32_t view) override;
  // Joins the open commit, if there is one. REQUIRES: not the current generation.
  void drop(Generation generation) override;
  void commit(Frontier previous, Frontier next) override;
  void abandon() override;
  [[nodiscard]] bool readable(std::uint32_t view) override;
  // True also when another file stands at the path.
  [[nodiscard]] bool reopen() override;
  // Moves the write-ahead log into the database when it is large, or when `idle` and worth it.
  void rest(bool idle) override;

  // The store was written under another journal before: all of it is to be loaded anew.
  [[nodiscard]] bool epoch_changed() const { return epoch_changed_; }
  // Of the stored frontier, as the options say.
  [[nodiscard]] std::int64_t complete_at();
  // Rows of a generation with their multiplicities, as of the last commit.
  [[nodiscard]] std::uint64_t row_count(Generation generation);

 private:
  template <typename Work>
  auto guarded(Work&& work) -> decltype(work());
  // Within the open commit, or in a transaction of its own.
  template <typename Work>
  void transact(Work&& work);
  void open();
  void require_same_file();
  void begin();
  void roll_back() noexcept;
  void take_over();
  void freeze_what_does_not_follow();
  void drop_unfinished();
  [[nodiscard]] bool is_own_instance();
  void require_own_instance();
  void require_position(Frontier previous);
  void create_generation(std::uint32_t view, std::int64_t number);
  void make_current(Generation generation);
  void drop_surplus(std::uint32_t view);
  void drop_rows(const std::string& view, std::int64_t number);
  void record_changes(Frontier next);
  void freeze_demoted(Frontier previous, Frontier next);
  [[nodiscard]] GenerationTable& table(Generation generation);
  [[nodiscard]] const std::string& name_of(std::uint32_t view) const { return views_[view].name; }
  [[nodiscard]] Statement prepare_for(const char* sql, Generation generation);

  using TableKey = std::pair<std::uint32_t, std::int64_t>;  // view, number

  const std::string path_;
  const std::string journal_epoch_;
  const std::string instance_epoch_;
  const std::vector<SinkView> views_;
  const SqliteSinkOptions options_;
  bool epoch_changed_ = false;

  std::unique_ptr<Database> database_;
  FileIdentity file_;  // of database_
  std::unique_ptr<PendingKeys> pending_keys_;
  std::map<TableKey, std::unique_ptr<GenerationTable>> tables_;  // opened for writing
  std::int64_t tables_opened_ = 0;
  std::map<std::uint32_t, std::int64_t> last_numbers_;  // given out, also where it was rolled back
  std::vector<Generation> activated_;                   // in the open commit
  std::vector<Generation> demoted_;
  bool open_ = false;
};

}  // namespace deltamill
