// Where the store is, and how old what it lacks is. The frontier is stored first and told of
// afterwards: whoever is woken finds it.
#include "service/answers/store_positions.h"

namespace deltamill {

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
  return lag_.lag_ms(frontier, clock_.wall_us());
}

}  // namespace deltamill
