// The source thread as a state machine. Everything that fails within a state is caught in one
// place, Thread::step, which decides by the remedy: wait and connect again, or end.
#include "service/source/source.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>
#include <variant>

#include "service/mutex.h"
#include "service/source/bulk_catch_up.h"
#include "service/source/change_stream.h"
#include "service/source/inheritance.h"
#include "service/source/preparation.h"
#include "service/source/slot_watch.h"
#include "service/source/source_catalog.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

using namespace std::chrono_literals;

// A lost connection is tried again soon. What needs somebody to act (a slot in use, no free
// connection) is asked for slowly.
constexpr auto delay_min = 100ms;
constexpr auto delay_max = 3s;
constexpr auto slow_delay_max = 30s;
constexpr auto settled_after = 2s;  // a stream that lived this long starts counting attempts anew
constexpr auto status_interval_max = 1s;

// One struct per state with what is only known in it: an attempt that is being made cannot be read
// while we stream.
struct Idle {};
struct Connecting {
  int attempt = 0;                                  // failures so far
  std::uint64_t bulk_bytes = bulk_first_bytes_max;  // to read at once of a large backlog; 0 = none
};
struct CatchingUp {
  int attempt = 0;
  BulkRequest request;
};
struct Streaming {
  std::unique_ptr<ChangeStream> stream;
  int attempt = 0;
  Clock::Time since;
};
struct Waiting {
  int attempt = 0;
  Clock::Time until;
  std::string reason;
};
struct Ended {
  SourcePhase phase = SourcePhase::stopped;
  std::string reason;
  std::exception_ptr cause;  // nothing after stop()
};
using State = std::variant<Idle, Connecting, CatchingUp, Streaming, Waiting, Ended>;

SourcePhase phase_of(const State& state) {
  if (const auto* ended = std::get_if<Ended>(&state)) return ended->phase;
  if (std::holds_alternative<Connecting>(state)) return SourcePhase::connecting;
  if (std::holds_alternative<CatchingUp>(state)) return SourcePhase::catching_up;
  if (std::holds_alternative<Streaming>(state)) return SourcePhase::streaming;
  if (std::holds_alternative<Waiting>(state)) return SourcePhase::waiting;
  return SourcePhase::idle;
}

std::string reason_of(const State& state) {
  if (const auto* ended = std::get_if<Ended>(&state)) return ended->reason;
  if (const auto* waiting = std::get_if<Waiting>(&state)) return waiting->reason;
  return {};
}

// Doubles with each attempt; the jitter keeps several services from knocking together after a
// restart.
std::chrono::milliseconds retry_delay(int attempt, std::chrono::milliseconds longest) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const auto full =
      std::min<std::chrono::milliseconds>(delay_min * (1 << std::min(attempt, 12)), longest);
  return full / 2 + full / 2 * static_cast<int>(random() % 1000) / 1000;
}

SourceHandlers complete(SourceHandlers handlers) {
  if (!handlers.on_end) handlers.on_end = [](const std::exception_ptr&) {};
  if (!handlers.on_trouble) handlers.on_trouble = [](const std::string&) {};
  if (!handlers.on_connected) handlers.on_connected = [](std::uint64_t) {};
  if (!handlers.on_progress) handlers.on_progress = [](const SourceProgress&) {};
  if (!handlers.on_inherited) handlers.on_inherited = [](const std::vector<InheritedTable>&) {};
  if (!handlers.on_position) handlers.on_position = [](Lsn, std::int64_t) {};
  if (!handlers.on_connecting) handlers.on_connecting = [](Lsn, std::int64_t) {};
  return handlers;
}

}  // namespace

const char* to_string(SourcePhase phase) {
  switch (phase) {
    case SourcePhase::idle: return "idle";
    case SourcePhase::connecting: return "connecting";
    case SourcePhase::catching_up: return "catching up";
    case SourcePhase::streaming: return "streaming";
    case SourcePhase::waiting: return "waiting";
    case SourcePhase::gap: return "gap";
    case SourcePhase::failed: return "failed";
    case SourcePhase::stopped: return "stopped";
  }
  return "failed";
}

struct Source::Thread {
  Thread(const SourceOptions& source_options, Journal& source_journal, Clock& source_clock,
         const SourceHandlers& source_handlers)
      : options(source_options),
        journal(source_journal),
        clock(source_clock),
        handlers(source_handlers) {}

  void run(const std::stop_token& stop) {
    enter(Connecting{});
    while (!std::holds_alternative<Ended>(state))
      // A stop ends whatever state we are in; it is looked at between steps only, and steps look at
      // it themselves.
      enter(stop.stop_requested() ? State(Ended{}) : step(stop));
    if (const auto& ended = std::get<Ended>(state); ended.cause) handlers.on_end(ended.cause);
  }

  State step(const std::stop_token& stop) {
    try {
      if (std::holds_alternative<Connecting>(state)) return connect(std::get<Connecting>(state));
      if (const auto* bulk = std::get_if<CatchingUp>(&state)) return catch_up(*bulk, stop);
      if (std::holds_alternative<Waiting>(state)) return wait(std::get<Waiting>(state), stop);
      // Returns when asked to stop, after a clean end; everything else is thrown.
      std::get<Streaming>(state).stream->run(stop);
      return Ended{};
    } catch (const SourceFailed& error) {
      return after(error, error.remedy());
    } catch (const JournalFull& error) {
      // It may have room the next moment, and then everything is to go on.
      return after(error, Remedy::retry);
    } catch (const JournalFailed& error) {
      // The disk is failing. WAL stays with PostgreSQL meanwhile, and its owner sees the
      // slot fall behind: better than reading on without keeping it.
      return after(error, Remedy::retry_slowly);
    } catch (const std::exception& error) {
      // Broken invariants and malformed messages: the server would send the same again.
      return Ended{SourcePhase::failed, error.what(), std::current_exception()};
    }
  }

  State after(const std::exception& error, Remedy remedy) {
    if (remedy == Remedy::rebuild)
      return Ended{SourcePhase::gap, error.what(), std::current_exception()};
    if (remedy == Remedy::stop)
      return Ended{SourcePhase::failed, error.what(), std::current_exception()};
    const int attempt = failures() + 1;
    handlers.on_trouble(error.what());
    const auto longest =
        remedy == Remedy::retry ? std::chrono::milliseconds(delay_max) : slow_delay_max;
    return Waiting{attempt, clock.now() + retry_delay(attempt - 1, longest), error.what()};
  }

  // Failures in a row. A stream that held for a while has shown that the cause is over, so the next
  // failure starts with the shortest pause.
  [[nodiscard]] int failures() const {
    if (const auto* connecting = std::get_if<Connecting>(&state)) return connecting->attempt;
    const auto* streaming = std::get_if<Streaming>(&state);
    return streaming != nullptr && clock.now() - streaming->since < settled_after
               ? streaming->attempt
               : 0;
  }

  State connect(const Connecting& connecting) {
    LibpqSession replication(session_settings(options, true));
    SqlSession sql(session_settings(options, false));
    const std::int64_t asked_at = clock.wall_us();
    const ServerState server = read_server(replication, sql);
    const auto stored = journal.identity();
    if (!stored)
      throw SourceFailed("follow the change log", "the journal was not prepared", Remedy::stop);
    // Pieces of a transaction that the lost connection broke off: PostgreSQL sends all of it again,
    // from its begin. What this returns is durable, and the only place to continue from.
    const Frontier frontier = journal.discard_incomplete();
    const SlotState slot = read_slot(sql, options.slot);
    // Before anything is confirmed: the server accepts every position, also of another history, and
    // would then skip what we never saw (POSTGRES 0.2).
    check_continuable(*stored, frontier, server, slot);
    // Lag is known from here on, not only after the first message.
    raise(progress.position, server.flushed);
    progress.at_connecting = server.flushed.value;
    handlers.on_connecting(server.flushed, asked_at);
    // Not to wait for the timer to learn that we are there.
    progress.wanted.ask(server.flushed, clock.now());
    // Not while somebody else holds the slot: moving it would fail, and that somebody may be our
    // own connection of a moment ago, whose end the server has not noticed yet.
    if (!slot.active &&
        frontier.has_reached(Lsn(slot.confirmed_flush.value + bulk_backlog_bytes_min)))
      confirm_ahead(sql, frontier);
    if (connecting.bulk_bytes != 0 && !slot.active &&
        server.flushed.value - frontier.end().value >= bulk_backlog_bytes_min)
      // Far behind, one SQL call decodes the backlog several times faster than a walsender sends it
      // (POSTGRES 2).
      return CatchingUp{
          connecting.attempt,
          {options.slot, options.publication, frontier, server.flushed, connecting.bulk_bytes}};
    // START_REPLICATION takes the slot: from here on nobody else can move it.
    auto stream =
        std::make_unique<ChangeStream>(std::move(replication),
                                       StreamStart{options.slot, options.publication, frontier,
                                                   status_interval(server.wal_sender_timeout_ms)},
                                       journal, clock, progress, wakeup);
    // Again, before the first confirmation: between the check above and the start of the stream the
    // slot was free, and a position below its confirmed one is fast-forwarded without a word.
    check_continuable(*stored, frontier, server, read_slot(sql, options.slot));
    handlers.on_connected(++connections);
    const MutexLock lock(mutex);
    identity = stored;
    return Streaming{std::move(stream), connecting.attempt, clock.now()};
  }

  // After a bulk call: moves the slot over WAL that would otherwise be decoded once more by the
  // next call or the stream. Only faster, so a failure is left to them.
  void confirm_ahead(SqlSession& sql, Frontier durable) {
    try {
      advance_slot(sql, options.slot, durable);
      raise(progress.confirmed, durable.end());
    } catch (const SourceFailed& error) {
      handlers.on_trouble(error.what());
    }
  }

  // Bulk reading is only ever faster: what fails there, gaps aside, is left to the stream to
  // overcome or report.
  State catch_up(const CatchingUp& bulk, const std::stop_token& stop) {
    try {
      const std::uint64_t changes = catch_up_in_bulk(session_settings(options, false), bulk.request,
                                                     journal, clock, progress, wakeup, stop);
      return Connecting{bulk.attempt, changes >= bulk_changes_min ? bulk_bytes_max : 0};
    } catch (const SourceFailed& error) {
      if (error.remedy() == Remedy::rebuild) throw;
      handlers.on_trouble(error.what());
      return Connecting{bulk.attempt, 0};
    }
  }

  // Often enough for the server's timeout, and so that an idle source advances each second.
  static std::chrono::milliseconds status_interval(std::int64_t timeout_ms) {
    const std::chrono::milliseconds third(timeout_ms / 3);
    return timeout_ms == 0 ? status_interval_max
                           : std::min<std::chrono::milliseconds>(third, status_interval_max);
  }

  State wait(const Waiting& waiting, const std::stop_token& stop) {
    clock.pause_until(waiting.until, stop);
    return Connecting{waiting.attempt};
  }

  // `state` is this thread's own; what others may see of it is copied under the lock.
  void enter(State next) {
    const MutexLock lock(mutex);
    state = std::move(next);
    phase = phase_of(state);
    reason = reason_of(state);
  }

  const SourceOptions& options;
  Journal& journal;
  Clock& clock;
  const SourceHandlers& handlers;
  Wakeup wakeup;
  StreamProgress progress;
  std::atomic<std::uint64_t> connections{0};
  State state;  // of the source thread; others see phase and reason
  mutable Mutex mutex;
  SourcePhase phase DM_GUARDED_BY(mutex) = SourcePhase::idle;
  std::string reason DM_GUARDED_BY(mutex);
  std::optional<SourceIdentity> identity DM_GUARDED_BY(mutex);
  std::set<Oid> expected DM_GUARDED_BY(mutex);           // tables that must be published
  std::set<Oid> read_without_only DM_GUARDED_BY(mutex);  // tables that must have no children
  std::unique_ptr<SlotWatch> watch DM_GUARDED_BY(mutex);
  std::jthread worker;
};

Source::Source(SourceOptions options, Journal& journal, Clock& clock, SourceHandlers handlers)
    : options_(std::move(options)), journal_(journal), handlers_(complete(std::move(handlers))) {
  check_replication_name("slot", options_.slot);
  check_replication_name("publication", options_.publication);
  // A url that cannot be parsed is refused here, not at the first attempt to connect.
  static_cast<void>(connection_string(session_settings(options_, false)));
  thread_ = std::make_unique<Thread>(options_, journal_, clock, handlers_);
}

Source::~Source() {
  stop();
}

// Before anything touches the publication: publishing such a table would make the application's own
// writes fail.
void Source::check_tables(const TableList& tables) const {
  for (const auto& table : tables)
    if (const auto problem = identity_problem(*table))
      throw SourceFailed("follow table " + quoted_table(table->schema, table->name),
                         problem->reason + "; run " + problem->statement, Remedy::stop);
}

Prepared Source::prepare(const PrepareRequest& request, const std::stop_token& stop) {
  check_tables(request.tables);
  Prepared prepared = Preparation(options_, journal_, handlers_, stop).run(request);
  // Positions of the old history would look as if we were ahead of the server.
  if (prepared.new_history) thread_->progress.forget();
  const MutexLock lock(thread_->mutex);
  thread_->expected.clear();
  for (const auto& table : request.tables) thread_->expected.insert(table->oid);
  thread_->read_without_only = request.read_without_only;
  return prepared;
}

void Source::start() {
  stop();
  const MutexLock lock(thread_->mutex);
  thread_->watch = std::make_unique<SlotWatch>(
      session_settings(options_, false),
      WatchOptions{.slot = options_.slot,
                   .publication = options_.publication,
                   .read_without_only = thread_->read_without_only,
                   .interval = options_.watch_interval,
                   .heartbeat = options_.heartbeat},
      thread_->clock, WatchHandlers{handlers_.on_inherited, handlers_.on_position});
  thread_->watch->expect_tables(thread_->expected);
  thread_->worker =
      std::jthread([thread = thread_.get()](const std::stop_token& token) { thread->run(token); });
}

void Source::stop() {
  thread_->worker.request_stop();
  thread_->wakeup.notify();
  // Not under the lock: the thread takes it on its way out.
  if (thread_->worker.joinable()) thread_->worker.join();
  std::unique_ptr<SlotWatch> watch;
  const MutexLock lock(thread_->mutex);
  // Taken out under the lock, ended without it (declared before the lock): its thread may be within
  // a statement.
  watch.swap(thread_->watch);
}

SourceStatus Source::status() const {
  // The stream's counters are atomics: a status never waits for the source thread.
  const StreamProgress& progress = thread_->progress;
  SourceStatus status;
  const MutexLock lock(thread_->mutex);
  status.phase = thread_->phase;
  status.connected =
      status.phase == SourcePhase::streaming || status.phase == SourcePhase::catching_up;
  status.reason = thread_->reason;
  status.identity = thread_->identity;
  status.position = Lsn(progress.position.load());
  if (const std::uint64_t position = progress.at_connecting; position != 0)
    status.position_at_connecting = Lsn(position);
  status.received = Lsn(progress.received.load());
  status.confirmed = Lsn(progress.confirmed.load());
  status.connections = thread_->connections.load();
  status.transactions = progress.transactions.load();
  status.changes = progress.changes.load();
  status.bytes = progress.bytes.load();
  if (!thread_->watch) return status;
  const SlotState slot = thread_->watch->slot();
  // The server's WAL goes on while our connection is lost; the watch has one of its own.
  status.position = std::max(status.position, thread_->watch->position());
  status.slot_active = slot.active || status.connected;
  status.wal_status = slot.wal_status;
  status.retained_bytes = slot.retained_bytes;
  status.safe_bytes = slot.safe_bytes;
  status.missing_tables = thread_->watch->missing_tables();
  return status;
}

void Source::request_position(Lsn position) {
  // Reached already; the stream need not be woken.
  if (journal_.durable().has_reached(position)) return;
  thread_->progress.wanted.ask(position, thread_->clock.now());
  thread_->wakeup.notify();
}

std::vector<InheritedTable> Source::inherited_tables() const {
  std::set<Oid> tables;
  {
    const MutexLock lock(thread_->mutex);
    tables = thread_->read_without_only;
  }
  if (tables.empty()) return {};
  SqlSession sql(session_settings(options_, false));
  return read_inheritance(sql, tables);
}

Lsn Source::current_wal_position() const {
  SqlSession sql(session_settings(options_, false));
  const pqxx::result row = sql.run("read the source's position", "SELECT pg_current_wal_lsn()");
  return lsn_of(row[0][0].c_str()).value_or(Lsn());
}

}  // namespace deltamill
