// The only position that is stored or compared. The rule: apply a transaction iff its commit is not
// reflected, then the frontier is its end.
#pragma once

#include "views/data/lsn.h"

namespace deltamill {

// An exclusive position: every transaction with commit_lsn < end is fully reflected, no other is.
// It has no operator with an Lsn, so nobody chooses between < and <= again.
class Frontier {
 public:
  constexpr Frontier() = default;
  constexpr explicit Frontier(Lsn end) : end_(end) {}
  [[nodiscard]] constexpr bool reflects(Lsn commit_lsn) const { return commit_lsn < end_; }
  // The position as it is stored, printed and confirmed to PostgreSQL.
  [[nodiscard]] constexpr Lsn end() const { return end_; }
  constexpr auto operator<=>(const Frontier&) const = default;

 private:
  Lsn end_;
};

static_assert(!Frontier(Lsn(0x20)).reflects(Lsn(0x20)));  // the next one may commit at end_lsn
static_assert(Frontier(Lsn(0x20)).reflects(Lsn(0x1f)));

[[nodiscard]] inline std::string to_string(Frontier frontier) {
  return to_string(frontier.end());
}

}  // namespace deltamill
