// Sockets, framing, limits and deadlines of one HTTP listener. Knows no route: requests go to a
// handler.
//
//   io thread  ──request──►  handler thread, which may block  ──answer──►  io thread
//       ▲  ▲                      │
//       │  └── piece of a body ◄──┤   the next one when the client has taken this one
//       └───── not yet ◄──────────┘   in a list by position, until a commit or a deadline
//
// A connection has one request at a time, so the queue to the handlers, and what is parked, are
// bounded by the number of connections. What waits, for a position or for a slow client, holds no
// thread. A client that closes its side while its answer waits is gone, and all that was kept for
// it is freed at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "service/http/server_options.h"

namespace deltamill {

class Acceptor;

class Server {
 public:
  using Handler = RequestHandler;

  // Binds and starts. Throws std::runtime_error, naming the address, when that fails.
  Server(ServerOptions options, Handler handler);
  // Stops: no new connection, idle ones closed, running requests answered, waiting ones called
  // at once.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens: "127.0.0.1:8080" with the port that was bound, or "unix:/path".
  [[nodiscard]] const std::string& address() const;
  // 0 on a unix socket.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  std::unique_ptr<Acceptor> acceptor_;
};

}  // namespace deltamill
