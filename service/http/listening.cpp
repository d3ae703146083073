// Counts the connections of a listener and wakes those that wait for the store.
#include "service/http/listening.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace deltamill {

namespace asio = boost::asio;

Listening::Listening(ServerOptions server_options, RequestHandler request_handler)
    : options(std::move(server_options)),
      handler(std::move(request_handler)),
      // The other half of the threads is for requests that come while many are let through.
      waiting(std::max<std::size_t>(1, options.handler_threads / 2)),
      handler_threads(options.handler_threads) {}

void Listening::connection_opened() {
  options.connections_changed(++connection_count);
}

// Under the lock, so that await_last_connection() cannot miss the last one between its look and its sleep.
void Listening::connection_ended() {
  const std::lock_guard lock(mutex_);
  options.connections_changed(--connection_count);
  if (connection_count == 0) none_connected_.notify_all();
}

bool Listening::reached_by_store(Lsn position) const {
  return options.positions != nullptr && options.positions->store_frontier().has_reached(position);
}

bool Listening::giving_up() const {
  return stopping || (options.positions != nullptr && options.positions->stopping());
}

void Listening::store_moved() {
  // Called by the sink's thread at each commit: it must not pile up work faster than it is done.
  if (move_told_.exchange(true)) return;
  asio::post(io, [this] {
    // Before the frontier is read: a move after that is told anew.
    move_told_ = false;
    if (giving_up())
      waiting.wake_all();
    else
      waiting.reached(options.positions->store_frontier());
  });
}

void Listening::await_last_connection() {
  std::unique_lock lock(mutex_);
  none_connected_.wait_for(lock, options.stop_deadline, [this] { return connection_count == 0; });
}

}  // namespace deltamill
