// The jobs that an operator starts, looks at and cancels. Implemented by the service, faked by
// HTTP's tests. All calls are thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/pipeline/jobs.h"

namespace deltamill {

class JobDesk {
 public:
  virtual ~JobDesk() = default;

  // Starts a job and gives its id; nothing when one of that kind runs for the view (409
  // job_conflict).
  [[nodiscard]] virtual std::optional<std::string> start_rebuild(std::size_t view) = 0;
  // The verification's result shows at most `sample_max` of the differences.
  [[nodiscard]] virtual std::optional<std::string> start_verify(std::size_t view,
                                                                std::size_t sample_max) = 0;
  [[nodiscard]] virtual std::vector<JobStatus> all() const = 0;
  [[nodiscard]] virtual std::optional<JobStatus> find(const std::string& id) const = 0;
  // False = unknown or already finished.
  virtual bool cancel(const std::string& id) = 0;
};

}  // namespace deltamill
