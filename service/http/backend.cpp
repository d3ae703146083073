// Names of the conditions of a view, as every interface prints them.
#include "service/http/backend.h"

namespace deltamill {

const char* to_string(Condition condition) {
  switch (condition) {
    case Condition::loading: return "loading";
    case Condition::live: return "live";
    case Condition::degraded: return "degraded";
    case Condition::paused: return "paused";
    case Condition::stale: return "stale";
    case Condition::failed: return "failed";
  }
  return "failed";
}

}  // namespace deltamill
