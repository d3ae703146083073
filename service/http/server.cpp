// The server as its users see it; the listener behind it is listening.h.
#include "service/http/server.h"

#include <utility>

#include "service/http/listening.h"

namespace deltamill {

Server::Server(ServerOptions options, Handler handler)
    : listening_(std::make_unique<Listening>(std::move(options), std::move(handler))) {}

Server::~Server() = default;

const std::string& Server::address() const {
  return listening_->address;
}

std::uint16_t Server::port() const {
  return listening_->port;
}

std::size_t Server::connections() const {
  return listening_->connection_count;
}

}  // namespace deltamill
