// One listener: its sockets, its two kinds of threads, and what its connections share.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "service/http/request_head.h"
#include "service/http/server.h"
#include "service/http/waiting_list.h"

namespace deltamill {

class Connection;

struct Listening {
  using Socket = boost::asio::generic::stream_protocol::socket;
  using TcpAcceptor = boost::asio::ip::tcp::acceptor;
  using UnixAcceptor = boost::asio::local::stream_protocol::acceptor;

  // Binds and starts. Throws std::runtime_error, naming the address.
  Listening(ServerOptions server_options, Server::Handler request_handler);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  // What is waited for is there, or waiting is over for all: the listener or the service stops.
  [[nodiscard]] bool reached_by_store(Lsn position) const;
  [[nodiscard]] bool giving_up() const;

  // On the io thread.
  void connection_opened();
  void connection_ended();

  const ServerOptions options;
  const Server::Handler handler;
  std::string address;
  std::uint16_t port = 0;
  std::optional<Hosts> hosts;
  std::atomic<std::size_t> connection_count{0};
  std::atomic<bool> stopping{false};
  std::set<Connection*> idle;  // between two requests; of the io thread, as the next
  WaitingList waiting;

 private:
  std::mutex mutex_;
  std::condition_variable none_connected_;  // beside connection_count

 public:
  // Destroyed before what is above, which the connections that they still hold use.
  boost::asio::io_context io{1};
  boost::asio::thread_pool handler_threads;

 private:
  void bind();
  template <typename Acceptor>
  boost::asio::awaitable<void> accept_all(Acceptor& acceptor);
  void accept(Socket socket, std::string local_address);
  void close_idle();
  // Any thread. Several moves that come before the list is looked at cost one look.
  void store_moved();

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
  std::atomic<bool> move_told_{false};
  std::optional<TcpAcceptor> tcp_;
  std::optional<UnixAcceptor> local_;
  Subscription moves_;
  std::thread io_thread_;
};

}  // namespace deltamill
