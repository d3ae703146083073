// Brings one sink up by a replay of its own: begin, load, chase, join (catch_up.h draws it). The
// replay reads the journal beside the engine; only the join makes the engine wait, for the time of
// a short round.
#include "service/pipeline/catch_up.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "service/pipeline/pursuit.h"

namespace deltamill {

namespace {

// A sink that is away is asked again after a pause that doubles.
constexpr std::chrono::milliseconds retry_delay_min(200);
constexpr std::chrono::milliseconds retry_delay_max(10'000);
constexpr std::chrono::milliseconds room_wait(50);
constexpr std::chrono::milliseconds engine_wait(20);
constexpr std::chrono::seconds journal_wait(5);

}  // namespace

CatchUp::CatchUp(Plan plan) : plan_(std::move(plan)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

CatchUp::~CatchUp() = default;

void CatchUp::loop(const std::stop_token& stop) {
  std::chrono::milliseconds delay = retry_delay_min;
  while (!stop.stop_requested()) {
    try {
      if (attempt(stop)) return;
    } catch (const SinkFailed& failed) {
      // The store does not answer. Nobody waits for this sink, so there is no limit to the
      // attempts.
      plan_.follower.tell_trouble(failed.retryable, failed.what());
    } catch (const std::exception& failed) {
      // The engine reads the same changes: what is wrong with them, it says itself.
      plan_.follower.detach(failed.what());
    }
    if (!plan_.clock.pause_for(delay, stop)) return;
    delay = std::min(delay * 2, retry_delay_max);
  }
}

// Everything from the start: what an earlier attempt wrote into unfinished generations is dropped
// by begin(), what it committed is below the stored frontier and left out.
bool CatchUp::attempt(const std::stop_token& stop) {
  plan_.follower.detach(plan_.follower.error());
  ViewStream stream(plan_.journal, plan_.views, plan_.limits);
  const std::optional<SinkFollower::Cuts> cuts = plan_.follower.begin(stream.bases(), stop);
  if (!cuts) return false;
  stream.cut_at(cuts->stored);
  stream.cut_at(cuts->activation);
  return load(stream, stop) && chase(stream, stop) && join(stream, stop);
}

bool CatchUp::load(ViewStream& stream, const std::stop_token& stop) {
  const bool all = stream.load(
      [&](const SharedDeltas& deltas, std::uint64_t /*base_rows*/) {
        wait_for_room(stop);
        // A follower that detached itself says no; load() sees it below and begins again.
        (void)plan_.follower.push(deltas);
        check_memory(stream);
      },
      stop);
  return all && plan_.follower.attached();
}

// Until the engine is near and the sink has taken all that was read: joined with a full queue it would
// be too far behind again at once. A sink that is always slower than the source stays here, at its
// own pace.
bool CatchUp::chase(ViewStream& stream, const std::stop_token& stop) {
  plan_.follower.at_boundary(stream.frontier());
  Pursuit pursuit;
  while (plan_.follower.attached() && !stop.stop_requested()) {
    const std::uint64_t before = changes_;
    // Where the engine was a moment ago, never more: joining needs equality, and a stream cannot go
    // back.
    const Frontier goal = plan_.engine.frontier();
    if (goal < stream.frontier() && !plan_.clock.pause_for(engine_wait, stop)) return false;
    // The journal may be ahead of the engine; the sink must not be.
    if (!advance_to(goal, stream, Pace::of_sink, stop) || !drain(stop)) return false;
    const std::uint64_t changes = changes_ - before;
    if (pursuit.caught_up(changes) && changes <= Pursuit::bearable_round_changes) return true;
  }
  return false;
}

bool CatchUp::drain(const std::stop_token& stop) {
  while (plan_.follower.attached() && !stop.stop_requested())
    if (plan_.follower.wait_until_drained(plan_.clock.now() + room_wait)) return true;
  return false;
}

// Within the engine's pause the replay reads the little that is left, then the follower hangs on
// the engine: the next delta it gets is the one behind. The queue may exceed its bound by that
// little, since the engine must not wait for this sink.
bool CatchUp::join(ViewStream& stream, const std::stop_token& stop) {
  while (!joined_ && plan_.follower.attached() && !stop.stop_requested()) {
    const bool ran = plan_.engine.run([&](EnginePause& pause) {
      if (!advance_to(pause.frontier(), stream, Pace::of_engine, stop)) return;
      // After a restart the engine may still have to come to where this replay began.
      if (stream.frontier() != pause.frontier() || !plan_.follower.attached()) return;
      joined_ = true;
      pause.join(plan_.follower);
    });
    // The engine has ended; whoever ended it ends this replay too.
    if (!ran) return false;
    if (!joined_ && !plan_.clock.pause_for(engine_wait, stop)) return false;
  }
  return joined_;
}

// REQUIRES: `goal` is an end of a batch of the engine.
bool CatchUp::advance_to(Frontier goal, ViewStream& stream, Pace pace,
                         const std::stop_token& stop) {
  stream.cut_at(goal);
  while (stream.frontier() < goal || stream.within_transaction()) {
    const auto step = stream.next(stop, plan_.clock.now() + journal_wait);
    // Everything up to the engine's frontier is durable, so nothing comes only when we are to stop.
    if (!step || !plan_.follower.attached()) return false;
    changes_ += step->batch.changes.size();
    if (pace == Pace::of_sink) wait_for_room(stop);
    (void)plan_.follower.push(step->deltas);
    if (step->batch.complete) plan_.follower.at_boundary(stream.frontier());
    check_memory(stream);
  }
  return true;
}

void CatchUp::wait_for_room(const std::stop_token& stop) {
  while (!stop.stop_requested() && plan_.follower.attached() &&
         !plan_.follower.wait_for_room(plan_.clock.now() + room_wait)) {
  }
}

void CatchUp::check_memory(const ViewStream& stream) const {
  const std::size_t left = plan_.memory_left();
  if (stream.memory_bytes() <= left) return;
  throw std::runtime_error(fmt::format(
      "memory_limit leaves {} MiB to replay the views for this sink alone, which needs more",
      left >> 20));
}

}  // namespace deltamill
