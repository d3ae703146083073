// Keeps frontier, generations and commits of views.db: view_store.h. Rows, frontier and the state
// of generations change in one SQLite transaction, so whoever reads the file sees them at one
// position.
#include "sinks/sqlite/view_store.h"

#include <algorithm>

#include "sinks/sqlite/migrate.h"
#include "sinks/sqlite/open_store.h"
#include "sinks/sqlite/stored_frontier.h"
#include "sinks/sqlite/table_sql.h"
#include "views/data/check.h"

namespace deltamill {

namespace {

// Trying again helps when another connection is in the way, or once there is space again.
bool retryable(const SqliteError& error) {
  return error.retryable() || error.disk_full();
}

void refuse_unfit(const std::vector<SinkView>& views) {
  for (const SinkView& view : views)
    for (const StoreRefusal& refusal : refusals_of(view))
      throw SinkFailed("cannot keep view \"" + view.name + "\" in SQLite: " + refusal.reason,
                       false);
}

}  // namespace

// Every entry goes through here. Whatever goes wrong, nothing stays open and nothing is in the
// store: the write lock is given back at once, and the worker may try again or reload.
template <typename Work>
auto SqliteSink::guarded(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SqliteError& error) {
    roll_back();
    throw SinkFailed(std::string("views.db: ") + error.what(), retryable(error));
  } catch (const MigrationRefused& error) {
    roll_back();
    throw SinkFailed(error.what(), false);
  } catch (...) {
    roll_back();
    throw;
  }
}

template <typename Work>
void SqliteSink::transact(Work&& work) {
  const bool joined = open_;
  begin();
  work();
  if (joined) return;
  // Under the write lock, so between this look and the COMMIT nobody else takes over.
  require_own_instance();
  database_->execute("COMMIT");
  open_ = false;
}

SqliteSink::SqliteSink(const std::string& path, std::string journal_epoch,
                       std::string instance_epoch, std::vector<SinkView> views,
                       const SqliteSinkOptions& options)
    : path_(path),
      journal_epoch_(std::move(journal_epoch)),
      instance_epoch_(std::move(instance_epoch)),
      views_(std::move(views)),
      options_(options) {
  refuse_unfit(views_);
  open();
}

void SqliteSink::open() {
  guarded([&] {
    // Statements before the connection that they belong to.
    pending_keys_.reset();
    database_ = open_store(path_, {options_.cache_bytes, options_.checkpoint_bytes * 2});
    file_ = identity_of(path_);
    pending_keys_ = std::make_unique<PendingKeys>(*database_);
    begin();
    // One transaction: another process sees the store either as it was or as ours, and of two that
    // start at once the later one owns it.
    take_over();
    drop_unfinished();
    freeze_what_does_not_follow();
    database_->execute("COMMIT");
    open_ = false;
  });
}

bool SqliteSink::reopen() {
  DM_CHECK(!open_, "the store is looked at again between commits");
  // The same file, and nobody else has taken it over: nothing happened but a failed commit.
  if (database_ != nullptr && identity_of(path_) == file_) {
    const bool ours = guarded([&] { return is_own_instance(); });
    if (ours) return false;
  }
  roll_back();
  // Numbers given out in the other file mean nothing in this one.
  last_numbers_.clear();
  open();
  return true;
}

SqliteSink::~SqliteSink() {
  roll_back();
}

void SqliteSink::begin() {
  if (open_) return;
  // Immediate: the write lock is taken now, not in the middle of a commit, where SQLite could only
  // fail.
  database_->execute("BEGIN IMMEDIATE");
  open_ = true;
}

void SqliteSink::roll_back() noexcept {
  // What was prepared on tables that may not exist any more goes first.
  tables_.clear();
  activated_.clear();
  demoted_.clear();
  open_ = false;
  if (pending_keys_ != nullptr) pending_keys_->forget();
  if (database_ != nullptr) database_->rollback();
}

void SqliteSink::take_over() {
  Statement store = database_->prepare("SELECT epoch, frontier FROM deltamill_store");
  const bool fresh = !store.step();
  epoch_changed_ = !fresh && store.text(0) != journal_epoch_;
  store.reset();
  if (epoch_changed_)
    // Positions of the other journal mean nothing in this one; what was built from it keeps its
    // own.
    database_->execute(
        "UPDATE deltamill_generations SET (frozen, frozen_tick) = "
        "(SELECT frontier, tick FROM deltamill_store) "
        "WHERE frozen IS NULL; UPDATE deltamill_store SET frontier = 0, tick = 0, complete_at = 0");
  Statement own = database_->prepare(
      fresh ? "INSERT INTO deltamill_store (id, epoch, instance) VALUES (1, ?1, ?2)"
            : "UPDATE deltamill_store SET epoch = ?1, instance = ?2");
  own.bind(1, std::string_view(journal_epoch_)).bind(2, std::string_view(instance_epoch_)).run();
}

// A build cannot be resumed: which of its rows had come is known to nobody. Its number is not used
// again.
void SqliteSink::drop_unfinished() {
  std::vector<std::pair<std::string, std::int64_t>> unfinished;
  Statement rows =
      database_->prepare("SELECT view, number FROM deltamill_generations WHERE state = 'building'");
  while (rows.step()) unfinished.emplace_back(rows.text(0), rows.integer(1));
  rows.reset();
  for (const auto& [view, number] : unfinished) drop_rows(view, number);
}

// A view whose definition changed, or that left the project, gets no deltas any more: its rows stay
// readable, as of the frontier at which they stop.
void SqliteSink::freeze_what_does_not_follow() {
  std::vector<std::pair<std::string, std::int64_t>> left;
  Statement rows = database_->prepare(
      // Collected first: SQLite does not say what a SELECT sees of rows that are updated under it.
      "SELECT view, number, definition FROM deltamill_generations WHERE frozen IS NULL");
  while (rows.step()) {
    const bool follows = std::ranges::any_of(views_, [&](const SinkView& view) {
      return view.name == rows.text(0) && view.definition == rows.text(2);
    });
    if (!follows) left.emplace_back(rows.text(0), rows.integer(1));
  }
  rows.reset();
  Statement freeze = database_->prepare(
      "UPDATE deltamill_generations SET (frozen, frozen_tick) = "
      "(SELECT frontier, tick FROM deltamill_store) "
      "WHERE view = ?1 AND number = ?2");
  for (const auto& [view, number] : left)
    freeze.bind(1, std::string_view(view)).bind(2, number).run();
}

Statement SqliteSink::prepare_for(const char* sql, Generation generation) {
  DM_CHECK(generation.view < views_.size(), "a generation of a view that the sink does not have");
  Statement statement = database_->prepare(sql);
  statement.bind(1, std::string_view(name_of(generation.view))).bind(2, generation.number);
  return statement;
}

Frontier SqliteSink::frontier() {
  return guarded([this] {
    Statement store = database_->prepare("SELECT frontier, tick FROM deltamill_store");
    return store.step() ? frontier_in(store, 0) : Frontier();
  });
}

std::int64_t SqliteSink::complete_at() {
  return guarded([this] {
    Statement store = database_->prepare("SELECT complete_at FROM deltamill_store");
    return store.step() ? store.integer(0) : 0;
  });
}

// Three conditions: readers see it, it has the view's definition, and it has followed to the
// store's frontier. Only then do deltas from here on make sense for it.
std::optional<Generation> SqliteSink::current(std::uint32_t view) {
  return guarded([&]() -> std::optional<Generation> {
    Statement found = database_->prepare(
        "SELECT number FROM deltamill_generations WHERE view = ?1 AND definition = ?2 "
        "AND state = 'current' AND frozen IS NULL");
    found.bind(1, std::string_view(name_of(view)));
    found.bind(2, std::string_view(views_[view].definition));
    if (!found.step()) return std::nullopt;
    return Generation{view, found.integer(0)};
  });
}

Generation SqliteSink::begin_generation(std::uint32_t view) {
  return guarded([&] {
    Generation generation{view, 0};
    transact([&] {
      Statement last =
          database_->prepare("SELECT last_number FROM deltamill_views WHERE view = ?1");
      last.bind(1, std::string_view(name_of(view)));
      // The larger of what the store has and what this process gave out: a number whose transaction
      // was rolled back was seen by others and must not come again.
      const std::int64_t stored_number = last.step() ? last.integer(0) : 0;
      last.reset();
      std::int64_t& given = last_numbers_[view];
      given = std::max(given, stored_number) + 1;
      generation.number = given;
      create_generation(view, given);
    });
    return generation;
  });
}

void SqliteSink::create_generation(std::uint32_t view, std::int64_t number) {
  const std::string table_name = generation_table_name(name_of(view), number);
  database_->execute(table_statements(views_[view], table_name).create);
  prepare_for("INSERT OR REPLACE INTO deltamill_views (view, last_number) VALUES (?1, ?2)",
              {view, number})
      .run();
  Statement insert = prepare_for(
      "INSERT INTO deltamill_generations "
      "(view, number, definition, table_name, state, epoch, created, created_tick, changed, "
      "changed_tick) "
      "SELECT ?1, ?2, ?3, ?4, 'building', epoch, frontier, tick, frontier, tick "
      "FROM deltamill_store",
      {view, number});
  insert.bind(3, std::string_view(views_[view].definition)).bind(4, std::string_view(table_name));
  insert.run();
}

GenerationTable& SqliteSink::table(Generation generation) {
  // Kept open across commits for its prepared statements.
  std::unique_ptr<GenerationTable>& open = tables_[{generation.view, generation.number}];
  if (open != nullptr) return *open;
  Statement found = prepare_for(
      "SELECT table_name FROM deltamill_generations WHERE view = ?1 AND number = ?2 "
      "AND state <> 'previous' AND frozen IS NULL",
      generation);
  DM_CHECK(found.step(), "view \"" + name_of(generation.view) + "\" has no generation " +
                             std::to_string(generation.number) + " that is written");
  const GenerationTable::Context context{*database_, *pending_keys_, ++tables_opened_};
  open = std::make_unique<GenerationTable>(context, views_[generation.view], generation.view,
                                           std::string(found.text(0)));
  return *open;
}

void SqliteSink::apply(Generation generation, const Delta& delta) {
  guarded([&] {
    begin();
    table(generation).apply(delta);
  });
}

// The table has no declared indexes before it is activated (to build an index over sorted rows
// costs far less than to keep one up to date); apart from that, rows are rows.
void SqliteSink::load(Generation generation, const Delta& delta) {
  apply(generation, delta);
}

void SqliteSink::add_error_rows(Generation generation, std::int64_t change) {
  guarded([&] {
    begin();
    prepare_for(
        "UPDATE deltamill_generations SET error_rows = error_rows + ?3 "
        "WHERE view = ?1 AND number = ?2",
        generation)
        .bind(3, change)
        .run();
  });
}

void SqliteSink::activate(Generation generation) {
  guarded([&] {
    begin();
    make_current(generation);
    drop_surplus(generation.view);
    activated_.push_back(generation);
  });
}

void SqliteSink::make_current(Generation generation) {
  const SinkView& view = views_[generation.view];
  const std::string table_name = generation_table_name(view.name, generation.number);
  // Filled now, in one sort per index. Rows that wait for the end of the commit go into the indexes
  // as they are settled.
  for (const std::string& sql : table_statements(view, table_name).create_indexes)
    database_->execute(sql);
  Statement now = database_->prepare(
      "SELECT number FROM deltamill_generations WHERE view = ?1 AND state = 'current'");
  now.bind(1, std::string_view(view.name));
  // It is frozen by commit(), which knows at which frontier.
  if (now.step()) demoted_.push_back({generation.view, now.integer(0)});
  now.reset();
  database_
      ->prepare(
          "UPDATE deltamill_generations SET state = 'previous' WHERE view = ?1 AND state = "
          "'current'")
      .bind(1, std::string_view(view.name))
      .run();
  prepare_for(
      "UPDATE deltamill_generations SET state = 'current' "
      "WHERE view = ?1 AND number = ?2 AND state = 'building'",
      generation)
      .run();
  DM_CHECK(database_->changes() == 1, "only a generation that is being built becomes current");
  // The SQL view that others read follows at once: DDL is transactional in SQLite.
  database_->execute("DROP VIEW IF EXISTS " + quote_name(view.name));
  database_->execute(create_view_sql(view, table_name));
}

// The newest ones are kept, since those are what a rollback wants.
void SqliteSink::drop_surplus(std::uint32_t view) {
  std::vector<std::int64_t> surplus;
  Statement rows = database_->prepare(
      "SELECT number FROM deltamill_generations WHERE view = ?1 AND state = 'previous' "
      "ORDER BY number DESC LIMIT -1 OFFSET ?2");
  rows.bind(1, std::string_view(name_of(view)));
  rows.bind(2, static_cast<std::int64_t>(options_.keep_generations));
  while (rows.step()) surplus.push_back(rows.integer(0));
  rows.reset();
  for (const std::int64_t number : surplus) {
    tables_.erase({view, number});
    drop_rows(name_of(view), number);
  }
}

void SqliteSink::drop_rows(const std::string& view, std::int64_t number) {
  database_->execute("DROP TABLE IF EXISTS " + quote_name(generation_table_name(view, number)));
  database_->prepare("DELETE FROM deltamill_generations WHERE view = ?1 AND number = ?2")
      .bind(1, std::string_view(view))
      .bind(2, number)
      .run();
}

void SqliteSink::drop(Generation generation) {
  guarded([&] {
    Statement current = prepare_for(
        "SELECT 1 FROM deltamill_generations WHERE view = ?1 AND number = ?2 AND state = 'current'",
        generation);
    DM_CHECK(!current.step(), "the current generation of a view is not dropped");
    current.reset();
    tables_.erase({generation.view, generation.number});
    transact([&] { drop_rows(name_of(generation.view), generation.number); });
  });
}

bool SqliteSink::is_own_instance() {
  Statement store = database_->prepare("SELECT instance FROM deltamill_store");
  return store.step() && store.text(0) == instance_epoch_;
}

void SqliteSink::require_own_instance() {
  if (!is_own_instance()) throw FrontierMoved("views.db was taken over by another instance");
}

// An open connection would go on writing into a file that nobody finds any more, after the store
// was put back from a copy or removed. Looked at before each commit: one stat().
void SqliteSink::require_same_file() {
  if (identity_of(path_) != file_) throw FrontierMoved("another file stands at " + path_);
}

// The compare of compare-and-set. A position of another journal is no position, whatever its
// number.
void SqliteSink::require_position(Frontier previous) {
  Statement store = database_->prepare("SELECT epoch, frontier, tick FROM deltamill_store");
  if (!store.step() || store.text(0) != journal_epoch_ || frontier_in(store, 1) != previous)
    throw FrontierMoved("views.db is not at " + to_string(previous) + " of this journal");
}

void SqliteSink::commit(Frontier previous, Frontier next) {
  DM_CHECK(previous <= next, "a sink's frontier does not go back");
  guarded([&] {
    begin();
    require_same_file();
    require_own_instance();
    require_position(previous);
    // 1. Rows that had to wait; a KeyConflict comes here at the latest. 2. What changed. 3. The
    // frontier, last: from COMMIT on all of it is there, or none.
    for (const auto& [key, generation_table] : tables_) generation_table->settle();
    record_changes(next);
    freeze_demoted(previous, next);
    // Without a later moment the one before still holds: what was complete stays so.
    Statement move = database_->prepare(
        "UPDATE deltamill_store SET frontier = ?1, tick = ?2, "
        "complete_at = coalesce(nullif(?3, 0), complete_at)");
    bind_frontier(move, 1, next).bind(3, options_.complete_at(next)).run();
    database_->execute("COMMIT");
    open_ = false;
    pending_keys_->forget();
    for (const auto& [key, generation_table] : tables_) generation_table->forget_changes();
    for (const Generation& generation : demoted_)
      tables_.erase({generation.view, generation.number});
    demoted_.clear();
    activated_.clear();
  });
}

void SqliteSink::record_changes(Frontier next) {
  Statement record = database_->prepare(
      "UPDATE deltamill_generations "
      "SET changed = ?3, changed_tick = ?4, row_count = row_count + ?5 "
      "WHERE view = ?1 AND number = ?2");
  const auto note = [&](TableKey key, std::int64_t row_count_change) {
    record.bind(1, std::string_view(name_of(key.first))).bind(2, key.second);
    bind_frontier(record, 3, next).bind(5, row_count_change).run();
  };
  for (const auto& [key, generation_table] : tables_)
    if (generation_table->changed()) note(key, generation_table->row_count_change());
  // A new generation counts as a change of the view, though none of its rows changed in this
  // commit: an ETag must not outlive the swap.
  for (const Generation& generation : activated_) note({generation.view, generation.number}, 0);
}

// Gives the generations that were replaced in this commit their own frontier: `next` for one that
// took deltas of this commit. One that took none may lack them, since its view's deltas went to the
// new generation, so nothing more is known than that it is as of `previous`.
void SqliteSink::freeze_demoted(Frontier previous, Frontier next) {
  for (const Generation& generation : demoted_) {
    const auto open = tables_.find({generation.view, generation.number});
    const bool moved = open != tables_.end() && open->second->changed();
    Statement freeze = prepare_for(
        "UPDATE deltamill_generations SET frozen = ?3, frozen_tick = ?4 "
        "WHERE view = ?1 AND number = ?2 AND frozen IS NULL",
        generation);
    bind_frontier(freeze, 3, moved ? next : previous).run();
  }
}

void SqliteSink::freeze(std::uint32_t view) {
  DM_CHECK(!open_, "a view is frozen between commits");
  guarded([&] {
    transact([&] {
      Statement freeze = database_->prepare(
          "UPDATE deltamill_generations SET (frozen, frozen_tick) = "
          "(SELECT frontier, tick FROM deltamill_store) "
          "WHERE view = ?1 AND state = 'current' AND frozen IS NULL");
      freeze.bind(1, std::string_view(name_of(view))).run();
    });
  });
}

bool SqliteSink::readable(std::uint32_t view) {
  return guarded([&] {
    Statement found = database_->prepare(
        "SELECT 1 FROM deltamill_generations WHERE view = ?1 AND definition = ?2 "
        "AND state = 'current'");
    found.bind(1, std::string_view(name_of(view)));
    found.bind(2, std::string_view(views_[view].definition));
    return found.step();
  });
}

void SqliteSink::abandon() {
  roll_back();
}

std::uint64_t SqliteSink::row_count(Generation generation) {
  return guarded([&]() -> std::uint64_t {
    Statement found = prepare_for(
        "SELECT row_count FROM deltamill_generations WHERE view = ?1 AND number = ?2", generation);
    return found.step() ? static_cast<std::uint64_t>(found.integer(0)) : 0;
  });
}

void SqliteSink::rest(bool idle) {
  if (open_) return;
  // Rare, large checkpoints: a page changed by many commits is then written back once, which halves
  // the cost of random updates.
  const std::uint64_t due = idle ? options_.idle_checkpoint_bytes : options_.checkpoint_bytes;
  if (database_->wal_bytes() >= due) guarded([this] { database_->checkpoint(); });
}

}  // namespace deltamill
