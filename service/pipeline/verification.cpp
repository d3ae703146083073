// Compares a view with the answer of its SQL on the source, both at one frontier L. The engine
// waits only while the snapshot is exported at L; it is then cut at L and goes on, and the sink
// opens its store exactly there.
#include "service/pipeline/verification.h"

#include <chrono>
#include <future>

#include "service/pipeline/row_comparison.h"
#include "service/source/source_failed.h"
#include "service/source/source_query.h"
#include "sinks/sqlite/stored_value.h"
#include "sinks/sqlite/table_sql.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

constexpr std::chrono::seconds frontier_patience(60);
constexpr std::chrono::minutes reading_patience(60);
// While the slot is made the engine stands still, so whoever blocks it is not waited for longer
// than this.
constexpr std::chrono::milliseconds lock_patience(2000);

class Verification {
 public:
  Verification(const VerificationTarget& target, JobControl& control)
      : target_(target),
        control_(control),
        comparison_(target.columns, target.key, target.sample_max) {}

  VerificationResult run() {
    control_.phase("compare");
    meet();
    read_view();
    read_source();
    comparison_.finish();
    VerificationResult result;
    result.equal = comparison_.equal();
    result.mismatched = comparison_.missing + comparison_.unexpected + comparison_.different;
    result.json = comparison_.to_json(to_string(source_->frontier()));
    return result;
  }

 private:
  // Gets both sides to one frontier.
  void meet() {
    // Shared with a task that may outlive this job if it gives up waiting.
    const auto opened = std::make_shared<std::promise<StoreReader::Snapshot>>();
    std::future<StoreReader::Snapshot> snapshot = opened->get_future();
    StoreReader& store = target_.store;
    const bool ran = target_.engine.run([&](Engine::Pause& pause) {
      SessionSettings session = target_.session;
      // The slot is made while the engine stands still: so the snapshot is not below the engine,
      // and L is still ahead of it.
      session.lock_timeout = lock_patience;
      source_ =
          std::make_unique<SourceQuery>(session, target_.slot, target_.tables, control_.stop());
      pause.when_at(target_.follower, source_->frontier(), [opened, &store](Sink&) {
        try {
          // On the sink's thread, between the commit at L and the next one: the snapshot of the
          // store that is opened here stays at L while commits go on.
          opened->set_value(store.open(std::chrono::steady_clock::now() + reading_patience));
        } catch (...) {
          opened->set_exception(std::current_exception());
        }
      });
    });
    if (!ran) throw JobCancelled();
    wait_for(snapshot);
    try {
      snapshot_.emplace(snapshot.get());
      // The task was destroyed unrun: the sink detached from the engine.
    } catch (const std::future_error&) {
      throw std::runtime_error("the store fell behind before it was at " +
                               to_string(source_->frontier()));
    }
    DM_CHECK(snapshot_->frontier() == source_->frontier(),
             "the view is not at the snapshot's frontier");
  }

  void wait_for(const std::future<StoreReader::Snapshot>& snapshot) {
    const auto deadline = std::chrono::steady_clock::now() + frontier_patience;
    while (snapshot.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
      if (control_.stop().stop_requested()) throw JobCancelled();
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("the view did not reach " + to_string(source_->frontier()) +
                                 " in time");
      // L may be behind the last commit of an idle source. The stream is asked to bring it, or the
      // view would get there with the next status message only.
      target_.request_position(source_->frontier().end());
    }
  }

  void read_view() {
    const std::string table = snapshot_->table(target_.view);
    if (table.empty()) throw std::runtime_error("the view has no complete generation yet");
    std::string sql = "SELECT ";
    for (const Column& column : target_.columns) sql += quote_name(column.name) + ", ";
    // A view without key keeps equal rows once, with their number.
    sql += (target_.key ? "1" : "deltamill_count");
    Statement& rows = snapshot_->prepare(sql + " FROM " + table);
    const auto column_count = static_cast<int>(target_.columns.size());
    while (rows.step()) {
      RowTexts texts(target_.columns.size());
      for (int column = 0; column < column_count; ++column) {
        if (rows.is_null(column)) continue;
        std::string text;
        append_stored_text(target_.columns[static_cast<std::size_t>(column)].type, TextUse::copy,
                           rows, column, text);
        texts[static_cast<std::size_t>(column)] = std::move(text);
      }
      comparison_.add_view_row(std::move(texts),
                               static_cast<std::uint64_t>(rows.integer(column_count)));
    }
    error_rows_ = snapshot_->error_rows(target_.view);
    // The store's snapshot goes before the source is read: an open one keeps its write-ahead log
    // from being emptied.
    rows.reset();
    snapshot_.reset();
  }

  // PostgreSQL gives no answer at all to a query with a row in error; the view does, without it.
  void read_source() {
    try {
      compare_source();
    } catch (const SourceFailed& failed) {
      if (error_rows_ == 0) throw;
      throw std::runtime_error("the view is degraded: " + std::to_string(error_rows_) +
                               " of its rows have no result (GET /v1/views/" + target_.view +
                               "/errors lists them), so PostgreSQL gives no answer to compare " +
                               "with: " + failed.what());
    }
  }

  void compare_source() {
    RowTexts texts(target_.columns.size());
    source_->run(
        target_.query,
        [&](std::span<const std::optional<std::string_view>> row) {
          DM_CHECK(row.size() == texts.size(), "the source gives another number of columns");
          for (std::size_t column = 0; column < row.size(); ++column)
            texts[column] = row[column] ? std::optional<std::string>(*row[column]) : std::nullopt;
          comparison_.add_source_row(texts);
          if (comparison_.source_rows % 10'000 == 0)
            control_.progress(comparison_.source_rows, comparison_.view_rows);
        },
        control_.stop());
    control_.progress(comparison_.source_rows, comparison_.source_rows);
  }

  const VerificationTarget& target_;
  JobControl& control_;
  RowComparison comparison_;
  std::unique_ptr<SourceQuery> source_;
  std::optional<StoreReader::Snapshot> snapshot_;
  std::uint64_t error_rows_ = 0;
};

}  // namespace

VerificationResult verify_view(const VerificationTarget& target, JobControl& control) {
  return Verification(target, control).run();
}

}  // namespace deltamill
