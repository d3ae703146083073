// The address, limits and deadlines of one HTTP listener, and whom it tells what.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
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

// Called by several threads at once. May block; must not throw (what it throws ends as an empty
// 500). The request lives until its answer is sent.
using RequestHandler = std::function<Answer(const Request& request)>;

}  // namespace deltamill
