// The composition root: builds the stages in flow order and destroys them in reverse.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "service/answers/process_status.h"
#include "service/answers/store_positions.h"
#include "service/answers/view_jobs.h"
#include "service/deployment/resolve.h"
#include "service/engine_events.h"
#include "service/engine_run.h"
#include "service/listeners.h"
#include "service/run_file.h"
#include "service/sinks.h"
#include "service/source_run.h"

namespace deltamill {

struct ServiceOptions {
  bool once = false;              // stop when every view has reached the source's present position
  std::optional<Frontier> until;  // stop exactly here
  ReportProgress progress;        // may be empty
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
  [[nodiscard]] std::unique_ptr<Journal> open_journal_in_state();
  void show_what_is_stored();
  void note_age_of_stored(Frontier stored);

  const ResolvedProject project_;
  const ServiceOptions options_;
  const Settings& settings_;
  const Deployment& deployment_;
  Trace& trace_;
  SystemClock clock_;
  Metrics metrics_;
  StateLock lock_;
  Heartbeat heartbeat_{clock_};
  Events events_{clock_};
  Board board_;
  ErrorLists errors_;
  LagTracker lag_;

  std::unique_ptr<Journal> journal_;
  Source source_;
  EngineSlot engine_slot_{clock_};
  Sinks sinks_;
  StoreReader store_;
  StorePositions positions_;
  Conditions conditions_;
  const EngineEars ears_;
  ViewJobs jobs_;
  ProcessStatus status_;
  EngineRun engine_;
  std::unique_ptr<Listeners> listeners_;  // while it runs
};

}  // namespace deltamill
