// A body that comes in pieces, and what it, like a whole answer, may wait for.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "views/data/lsn.h"

namespace deltamill {

// Ends when the store has reached the position, at the latest at the deadline.
struct Wait {
  std::optional<Lsn> position;  // nothing = the deadline alone
  std::chrono::steady_clock::time_point deadline;
};

struct EndOfBody {};

// The next bytes; or nothing yet, ask again after the wait; or the end.
using BodyPiece = std::variant<std::string, Wait, EndOfBody>;

// Makes a body while it is being sent. A piece is asked for when the client has taken the one
// before, so a slow client holds one piece and no thread; while it waits it holds an entry in a
// list.
class BodyStream {
 public:
  // On the listener's thread, as soon as the client is gone: does not block.
  virtual ~BodyStream() = default;
  // On a handler thread, which may change from piece to piece; may block as a handler may. What it
  // throws ends the connection before the end of the body: the client sees that its answer is cut.
  [[nodiscard]] virtual BodyPiece next() = 0;
};

}  // namespace deltamill
