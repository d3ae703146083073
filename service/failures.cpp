// Decides what follows from a failure of the engine or an end of the source. Views that are at
// fault stop alone; only failures that no view is at fault for are counted, and after some in a row
// the process gives up.
#include "service/failures.h"

#include <algorithm>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr std::uint32_t failures_max = 8;
constexpr std::chrono::milliseconds first_pause(200);
constexpr std::chrono::milliseconds pause_max(10'000);

}  // namespace

EngineRemedy FailureCount::remedy_for(const EngineFailure& failure) {
  if (!failure.views.empty()) return StopViews{failure.views};
  const std::uint32_t count = ++in_a_row_;
  if (count > failures_max) return GiveUp{};
  return StartAgain{std::min(first_pause * (1U << (count - 1)), pause_max)};
}

SourceEnd source_end(const std::exception_ptr& reason, OnGap on_gap) {
  SourceEnd end;
  try {
    std::rethrow_exception(reason);
  } catch (const SourceFailed& failed) {
    end.message = failed.what();
    end.gap = failed.remedy() == Remedy::rebuild;
  } catch (const std::exception& failure) {
    end.message = failure.what();
  } catch (...) {
    end.message = "unknown failure";
  }
  end.begins_anew = end.gap && on_gap == OnGap::rebuild;
  return end;
}

}  // namespace deltamill
