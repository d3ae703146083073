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

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/http/answer.h"
#include "service/http/message.h"
#include "service/http/positions.h"

namespace deltamill {

struct ServerOptions {
  // address:port, [address]:port, port 0 = any free one; or unix:/path
  std::string listen = "127.0.0.1:0";
  std::vector<std::string> hosts;  // Host names besides the listen address and the loopback names
  std::size_t connections_max = 1024;
  std::size_t handler_threads = 64;
  std::chrono::milliseconds header_deadline{5'000};    // from the first byte, or from accepting
  std::chrono::milliseconds request_deadline{10'000};  // header and body, from the first byte
  std::chrono::milliseconds idle_deadline{60'000};     // between two requests
  std::chrono::milliseconds write_stall{10'000};       // without a byte taken by the client
  std::chrono::milliseconds stop_deadline{5'000};      // for answers under way when it stops
  // Whose store's commits answers wait for; outlives the server. nullptr: they wait for deadlines.
  Positions* positions = nullptr;
  // Told how many are open whenever that changes; on the listener's thread.
  std::function<void(std::size_t connections)> connections_changed = [](std::size_t) {};
  // Told of every answer that the handler did not give: refused heads, too many connections, a
  // handler that threw. Called by several threads at once; must not throw.
  std::function<void(int status, double seconds)> refused = [](int, double) {};
};

struct Listening;

class Server {
 public:
  // Called by several threads at once. May block; must not throw (what it throws ends as an empty
  // 500). The request lives until its answer is sent.
  using Handler = std::function<Answer(const Request& request)>;

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
  std::unique_ptr<Listening> listening_;
};

}  // namespace deltamill
