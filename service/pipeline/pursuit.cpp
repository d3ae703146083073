// Compares each round with the one before.
#include "service/pipeline/pursuit.h"

namespace deltamill {

bool Pursuit::caught_up(std::uint64_t changes) {
  if (changes <= short_round_changes || ++rounds_ == rounds_max) return true;
  const bool no_shorter = changes > latest_ / 2;
  latest_ = changes;
  return no_shorter && changes <= bearable_round_changes;
}

}  // namespace deltamill
