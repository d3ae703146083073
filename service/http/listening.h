// What the connections of one listener share: its two kinds of threads, its limits, who waits for
// the store and who is silent between two requests.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>

#include "service/http/request_head.h"
#include "service/http/server_options.h"
#include "service/http/waiting_list.h"

namespace deltamill {

class Connection;

struct Listening {
  Listening(ServerOptions server_options, RequestHandler request_handler);
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  // What is waited for is there, or waiting is over for all: the listener or the service stops.
  [[nodiscard]] bool reached_by_store(Lsn position) const;
  [[nodiscard]] bool giving_up() const;
  // Any thread. Several moves that come before the list is looked at cost one look.
  void store_moved();

  // On the io thread.
  void connection_opened();
  void connection_ended();
  // Waits until no connection is left, for as long as `stop_deadline` says.
  void await_last_connection();

  const ServerOptions options;
  const RequestHandler handler;
  std::optional<Hosts> hosts;
  std::atomic<std::size_t> connection_count{0};
  std::atomic<bool> stopping{false};
  std::set<Connection*> idle;  // between two requests; of the io thread, as the next
  WaitingList waiting;

 private:
  std::atomic<bool> move_told_{false};
  std::mutex mutex_;
  std::condition_variable none_connected_;  // beside connection_count

 public:
  // Destroyed before what is above, which the connections that they still hold use.
  boost::asio::io_context io{1};
  boost::asio::thread_pool handler_threads;
};

}  // namespace deltamill
