// How far what readers see has come, how old that is, and how to wait for more. Implemented by the
// service, faked by HTTP's tests. All calls are thread-safe.
#pragma once

#include <cstdint>
#include <functional>

#include "service/http/subscription.h"
#include "views/data/frontier.h"

namespace deltamill {

class Positions {
 public:
  virtual ~Positions() = default;

  // Of the local store.
  [[nodiscard]] virtual Frontier store_frontier() const = 0;
  // Age in ms as the header Deltamill-Lag-Ms defines it, for an answer at this frontier.
  [[nodiscard]] virtual std::int64_t lag_ms(Frontier frontier) const = 0;
  // Makes the source say at once how far it is, until that is `lsn` at least.
  virtual void request_position(Lsn lsn) = 0;

  // Calls `moved` after each commit of the store and once when the service stops, on the thread
  // that did it: store_frontier() and stopping() are as of then or later.
  // REQUIRES: `moved` returns at once and neither subscribes nor ends a subscription.
  [[nodiscard]] virtual Subscription on_move(std::function<void()> moved) = 0;
  // The service stops: what waits gives up.
  [[nodiscard]] virtual bool stopping() const = 0;
};

}  // namespace deltamill
