// One listener from its address to its end: binds, accepts connections up to a bound, starts them,
// and stops all of it in order.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "service/http/listening.h"
#include "service/http/subscription.h"

namespace deltamill {

class Acceptor {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using TcpAcceptor = boost::asio::ip::tcp::acceptor;
  using UnixAcceptor = boost::asio::local::stream_protocol::acceptor;

  // Binds and starts. Throws std::runtime_error, naming the address.
  Acceptor(ServerOptions options, RequestHandler handler);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const { return listening_.connection_count; }

 private:
  void bind();
  template <typename AnyAcceptor>
  boost::asio::awaitable<void> accept_all(AnyAcceptor& acceptor);
  void accept(Socket socket, std::string local_address);
  void close_idle();

  Listening listening_;
  std::string address_;
  std::uint16_t port_ = 0;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::optional<TcpAcceptor> tcp_;
  std::optional<UnixAcceptor> local_;
  Subscription moves_;
  std::thread io_thread_;
};

}  // namespace deltamill
