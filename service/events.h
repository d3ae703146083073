// What the supervisor is told by other threads.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "service/clock.h"
#include "service/mutex.h"
#include "service/pipeline/engine.h"
#include "service/source/source.h"

namespace deltamill {

// The source's thread has ended by itself.
struct SourceEnded {
  std::exception_ptr reason;
};
// A view that has stopped is to be taken up again.
struct Resume {
  std::uint32_t view = 0;
};
// Other tables have come to inherit from tables that views read.
struct Inherited {
  std::vector<InheritedTable> tables;
};
// The rows of a view cannot be kept by a sink.
struct ViewFailed {
  std::uint32_t view = 0;
  std::string message;
};
using Event = std::variant<EngineFailure, ViewFailed, SourceEnded, Resume, Inherited>;

// Any thread tells, one listens.
class Events {
 public:
  // The clock outlives it.
  explicit Events(Clock& clock) : clock_(clock) {}

  void tell(Event event);
  // Makes next() return once without an event: something that it does not tell of has changed.
  void wake();
  // Nothing = the deadline has passed, stop was requested, or it was woken.
  [[nodiscard]] std::optional<Event> next(Clock::Time deadline, const std::stop_token& stop);

 private:
  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Event> events_ DM_GUARDED_BY(mutex_);
  bool woken_ DM_GUARDED_BY(mutex_) = false;
};

}  // namespace deltamill
