// Where the store is, and how old what it lacks is. The frontier is stored first and told of
// afterwards: whoever is woken finds it.
#include "service/answers/store_positions.h"

namespace deltamill {

StorePositions::StorePositions(Source& source, Clock& clock) : source_(source), clock_(clock) {
  lag_.heard(clock.wall_us());  // a source that never says anything is silent from here on
}

void StorePositions::committed(Frontier frontier) {
  store_frontier_.store(frontier);
  lag_.reached(frontier);
  subscribers_.call_all();
}

void StorePositions::stop_waiting() {
  stopping_ = true;
  subscribers_.call_all();
}

std::int64_t StorePositions::lag_ms(Frontier frontier) const {
  lag_.heard(source_.status().latest_message_time);
  return lag_.lag_ms(frontier, clock_.wall_us());
}

}  // namespace deltamill
