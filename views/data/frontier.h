// The only position that is stored or compared. The rule: apply a transaction iff its commit is not
// reflected, then the frontier is its end. Time passes between transactions, in ticks: the second
// part of a position counts those that apply at its LSN.
//
//   (0/20, 0) ──tick──► (0/20, 1) ──tick──► (0/20, 2) ──transaction 0/20 … 0/58──► (0/58, 0)
#pragma once

#include "views/data/lsn.h"

namespace deltamill {

// An exclusive position: every transaction with commit_lsn < end is fully reflected, no other is,
// and of the ticks that apply at `end` the first `tick`. Positions are compared here only: there is
// no operator with an Lsn, so nobody chooses between < and <= again.
class Frontier {
 public:
  constexpr Frontier() = default;
  constexpr explicit Frontier(Lsn end, std::uint64_t tick = 0) : end_(end), tick_(tick) {}
  [[nodiscard]] constexpr bool reflects(Lsn commit_lsn) const { return commit_lsn < end_; }
  // Whoever waits for a position of the source's log has to wait no longer.
  [[nodiscard]] constexpr bool has_reached(Lsn position) const { return end_ >= position; }
  // The parts, for storing, printing and confirming to PostgreSQL.
  [[nodiscard]] constexpr Lsn end() const { return end_; }
  [[nodiscard]] constexpr std::uint64_t tick() const { return tick_; }
  constexpr auto operator<=>(const Frontier&) const = default;

 private:
  Lsn end_;
  std::uint64_t tick_ = 0;
};

static_assert(!Frontier(Lsn(0x20)).reflects(Lsn(0x20)));  // the next one may commit at end_lsn
static_assert(Frontier(Lsn(0x20)).reflects(Lsn(0x1f)));
static_assert(Frontier(Lsn(0x20)).has_reached(Lsn(0x20)));
static_assert(!Frontier(Lsn(0x20), 7).has_reached(Lsn(0x21)));
static_assert(Frontier(Lsn(0x20), 7) > Frontier(Lsn(0x20)));
static_assert(Frontier(Lsn(0x20), 7) < Frontier(Lsn(0x21)));

// "0/16B3780", and "0/16B3780+3" after three ticks. PostgreSQL is told end() alone.
[[nodiscard]] inline std::string to_string(Frontier frontier) {
  std::string text = to_string(frontier.end());
  if (frontier.tick() != 0) text += '+' + std::to_string(frontier.tick());
  return text;
}

}  // namespace deltamill
