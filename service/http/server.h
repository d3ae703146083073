// Sockets, framing, limits and deadlines of one HTTP listener. Knows no route: requests go to a
// handler.
//
//   one thread moves bytes  ──request──►  handler threads, which may block  ──response──►  the same
//   one thread
//
// A connection has one request at a time, so the queue to the handlers is bounded by the number of
// connections.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/http/message.h"

namespace deltamill {

struct ServerOptions {
  std::string listen =
      "127.0.0.1:0";  // address:port, [address]:port, port 0 = any free one; or unix:/path
  std::vector<std::string> hosts;  // Host names besides the listen address and the loopback names
  std::size_t connections_max = 1024;
  std::size_t handler_threads = 64;
  std::chrono::milliseconds header_deadline{5'000};    // from the first byte, or from accepting
  std::chrono::milliseconds request_deadline{10'000};  // header and body, from the first byte
  std::chrono::milliseconds idle_deadline{60'000};     // between two requests
  std::chrono::milliseconds write_stall{10'000};       // without a byte taken by the client
  // Told how many are open whenever that changes; on the listener's thread.
  std::function<void(std::size_t connections)> connections_changed = [](std::size_t) {};
  // Told of every answer that the handler did not give: refused heads, too many connections, a
  // handler that threw. Called by several threads at once; must not throw.
  std::function<void(int status, double seconds)> refused = [](int, double) {};
};

class Server {
 public:
  // Called by several threads at once. May block; must not throw (what it throws ends as an empty
  // 500).
  using Handler = std::function<Response(const Request& request)>;

  // Binds and starts. Throws std::runtime_error, naming the address, when that fails.
  Server(ServerOptions options, Handler handler);
  // Stops: no new connection, idle ones closed, running requests answered.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens: "127.0.0.1:8080" with the port that was bound, or "unix:/path".
  [[nodiscard]] const std::string& address() const;
  // 0 on a unix socket.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Listening;
  std::unique_ptr<Listening> listening_;
};

}  // namespace deltamill
