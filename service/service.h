// The composition root: builds the stages in flow order, watches over them, destroys them in
// reverse.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "service/board.h"
#include "service/deployment/resolve.h"
#include "service/http/routes.h"
#include "service/http/server.h"
#include "service/http/site.h"
#include "service/operations.h"
#include "service/run_file.h"
#include "service/source/retained_wal.h"
#include "service/telemetry/trace.h"
#include "sinks/sqlite/view_store.h"

namespace deltamill {

struct ServiceOptions {
  bool once = false;              // stop when every view has reached the source's present position
  std::optional<Frontier> until;  // stop exactly here
  // Rows read so far and expected: of a snapshot (`what` is a table) or of loading views.
  std::function<void(const std::string& what, std::uint64_t rows, std::uint64_t total)> progress;
};

// One run of the service. Throws what keeps it from starting; afterwards problems are trace events.
class Service {
 public:
  Service(ResolvedProject project, ServiceOptions options, Trace& trace);
  ~Service();

  // Runs until `stop` or until the options say so. True = done as asked, false = it had to give up.
  // Throws SourceFailed when the source cannot be used as it is.
  [[nodiscard]] bool run(const std::stop_token& stop);

 private:
  // What the control thread is told by the others.
  struct SourceEnded {
    std::exception_ptr reason;
  };
  struct Resume {
    std::uint32_t view = 0;
  };
  struct Inherited {
    std::vector<InheritedTable> tables;
  };
  struct ViewFailed {
    std::uint32_t view = 0;
    std::string message;
  };
  using Event = std::variant<EngineFailure, ViewFailed, SourceEnded, Resume, Inherited>;

  void open_sink();
  void reload_sink();
  void open_stores();
  void start_listening();
  [[nodiscard]] std::unique_ptr<Server> listen(const std::string& address, Listener listener,
                                               Site& site, std::size_t handler_threads);
  void stop_listening();
  // Tries as long as that can help; false = stopped. Throws SourceFailed.
  [[nodiscard]] bool prepare_source(const std::stop_token& stop, bool new_history);
  void show_condition(std::uint32_t view);
  void stand_still(std::uint32_t view);
  void start_engine();
  void stop_engine();
  void watch();
  [[nodiscard]] bool supervise(const std::stop_token& stop);
  [[nodiscard]] bool handle(const Event& event, const std::stop_token& stop);
  [[nodiscard]] bool handle_engine(const EngineFailure& failure, const std::stop_token& stop);
  [[nodiscard]] bool handle_source(const SourceEnded& ended, const std::stop_token& stop);
  void restart_engine(const char* reason);
  void stop_view(std::uint32_t view, const std::string& reason);
  [[nodiscard]] bool reads(std::uint32_t reader, std::uint32_t view) const;
  void resume_view(std::uint32_t view);
  [[nodiscard]] std::map<std::uint32_t, std::string> views_over(
      const std::vector<InheritedTable>& tables) const;
  void handle_inherited(const Inherited& inherited);
  void stop_views_without_children();
  [[nodiscard]] bool restart_after_gap(const std::stop_token& stop, const std::string& reason);
  [[nodiscard]] std::optional<Event> next_event();
  void tell(Event event);
  void remember_lag(Frontier stored);
  [[nodiscard]] bool reached_goal() const;
  [[nodiscard]] bool missed_goal() const;
  [[nodiscard]] bool passed_until();
  [[nodiscard]] const std::string& name_of(std::uint32_t view) const;
  void trace_activation(std::uint32_t view);
  [[nodiscard]] EngineListeners engine_listeners();
  [[nodiscard]] SinkFollowerListeners follower_listeners();
  // What the sink has of a view: rows that follow, rows of its definition at all.
  struct Standing {
    bool current = false;
    bool readable = false;
  };
  [[nodiscard]] Standing standing_of(std::uint32_t view);
  [[nodiscard]] SourceHandlers source_handlers();
  [[nodiscard]] bool pause(std::chrono::milliseconds duration, const std::stop_token& stop) const;

  const ResolvedProject project_;
  const ServiceOptions options_;
  const Settings& settings_;
  Trace& trace_;
  Metrics metrics_;
  StateLock lock_;
  Board board_;
  ErrorLists errors_;
  std::vector<bool> told_live_;  // by view; written by the engine's thread or while there is none

  std::unique_ptr<Journal> journal_;
  std::unique_ptr<SqliteSink> sink_;
  std::unique_ptr<SinkFollower> follower_;  // of sink_, which only its thread uses
  std::string sink_epoch_;                  // of the journal that the sink was opened under
  std::unique_ptr<StoreReader> store_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Operations> operations_;
  std::unique_ptr<Site> public_site_;
  std::unique_ptr<Site> admin_site_;
  std::unique_ptr<Server> public_server_;  // nullptr: off
  std::unique_ptr<Server> admin_server_;
  std::unique_ptr<Engine> engine_;
  std::array<std::atomic<std::size_t>, 2> connections_{};  // of the listeners

  RetainedWalAlarm retained_wal_alarm_{settings_.source.warn_retained_wal_bytes};
  std::optional<Lsn> goal_;                         // of --once
  std::atomic<std::uint32_t> engine_failures_ = 0;  // without a commit between

  std::mutex events_mutex_;
  std::deque<Event> events_;  // guarded by events_mutex_
};

}  // namespace deltamill
