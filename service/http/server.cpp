// The server as its users see it; the listener behind it is acceptor.h.
#include "service/http/server.h"

#include <utility>

#include "service/http/acceptor.h"

namespace deltamill {

Server::Server(ServerOptions options, Handler handler)
    : acceptor_(std::make_unique<Acceptor>(std::move(options), std::move(handler))) {}

Server::~Server() = default;

const std::string& Server::address() const {
  return acceptor_->address();
}

std::uint16_t Server::port() const {
  return acceptor_->port();
}

std::size_t Server::connections() const {
  return acceptor_->connections();
}

}  // namespace deltamill
