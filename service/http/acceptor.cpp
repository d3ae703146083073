// Binds the socket, accepts connections, and ends them in order.
#include "service/http/acceptor.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <utility>

#include "service/http/connection.h"

namespace deltamill {

namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using TcpAcceptor = Acceptor::TcpAcceptor;
using UnixAcceptor = Acceptor::UnixAcceptor;

constexpr std::size_t overload_connections = 64;  // beyond the maximum, answered with 503
constexpr auto accept_backoff = std::chrono::milliseconds(100);
constexpr std::string_view unix_prefix = "unix:";

struct TcpAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};

TcpAddress parse_address(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("\"" + listen + "\" names no port");
  TcpAddress address{listen.substr(0, colon), 0};
  const char* const end = listen.data() + listen.size();
  const auto [stop, error] = std::from_chars(listen.data() + colon + 1, end, address.port);
  if (error != std::errc{} || stop != end)
    throw std::runtime_error("\"" + listen + "\" names no port");
  if (address.host.size() >= 2 && address.host.front() == '[' && address.host.back() == ']')
    address.host = address.host.substr(1, address.host.size() - 2);
  if (address.host == "localhost") address.host = "127.0.0.1";
  return address;
}

TcpAcceptor bind_tcp(asio::io_context& io, const std::string& listen) {
  const TcpAddress address = parse_address(listen);
  Error error;
  const asio::ip::address host = asio::ip::make_address(address.host, error);
  if (error) throw std::runtime_error("\"" + listen + "\" is not an IP address with a port");
  const asio::ip::tcp::endpoint endpoint(host, address.port);
  TcpAcceptor acceptor(io);
  acceptor.open(endpoint.protocol());
  // A restart finds the port in TIME_WAIT and may have it all the same.
  acceptor.set_option(TcpAcceptor::reuse_address(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on " + listen + ": " + error.message());
  return acceptor;
}

// A socket file that nobody answers on is what a killed process left behind; on one that somebody
// answers on, bind() fails and says so.
void remove_stale_socket(asio::io_context& io, const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
  asio::local::stream_protocol::socket probe(io);
  Error error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error) ::unlink(path.c_str());
}

UnixAcceptor bind_unix(asio::io_context& io, const std::string& path) {
  if (path.empty() || path.size() > 100)
    throw std::runtime_error("the path of a unix socket has 1 to 100 bytes: \"" + path + "\"");
  remove_stale_socket(io, path);
  Error error;
  UnixAcceptor acceptor(io);
  acceptor.open();
  acceptor.bind(asio::local::stream_protocol::endpoint(path), error);
  // Before listen(): nobody gets in who may not.
  if (!error && ::chmod(path.c_str(), 0660) != 0) error = asio::error::access_denied;
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on unix:" + path + ": " + error.message());
  return acceptor;
}

// The address at which a client reached us, as a Host would name it; empty on unix sockets.
std::string local_address_of(const asio::ip::tcp::socket& socket) {
  Error error;
  const asio::ip::tcp::endpoint endpoint = socket.local_endpoint(error);
  if (error) return {};
  const std::string text = endpoint.address().to_string();
  return endpoint.address().is_v6() ? "[" + text + "]" : text;
}

std::string local_address_of(const asio::local::stream_protocol::socket& /*socket*/) {
  return {};
}

}  // namespace

Acceptor::Acceptor(ServerOptions options, RequestHandler handler)
    : listening_(std::move(options), std::move(handler)), work_(listening_.io.get_executor()) {
  bind();
  if (tcp_) asio::co_spawn(listening_.io, accept_all(*tcp_), asio::detached);
  if (local_) asio::co_spawn(listening_.io, accept_all(*local_), asio::detached);
  if (Positions* const positions = listening_.options.positions)
    moves_ = positions->on_move([this] { listening_.store_moved(); });
  io_thread_ = std::thread([this] { listening_.io.run(); });
}

void Acceptor::bind() {
  std::vector<std::string> names = listening_.options.hosts;
  if (listening_.options.listen.starts_with(unix_prefix)) {
    local_.emplace(bind_unix(listening_.io, listening_.options.listen.substr(unix_prefix.size())));
    address_ = listening_.options.listen;
  } else {
    tcp_.emplace(bind_tcp(listening_.io, listening_.options.listen));
    const asio::ip::tcp::endpoint endpoint = tcp_->local_endpoint();
    port_ = endpoint.port();
    const std::string host = endpoint.address().to_string();
    address_ = (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port_);
    names.push_back(address_);
  }
  listening_.hosts.emplace(std::move(names));
}

template <typename AnyAcceptor>
asio::awaitable<void> Acceptor::accept_all(AnyAcceptor& acceptor) {
  while (!listening_.stopping) {
    Error error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    auto socket = co_await acceptor.async_accept(token);
    if (error == asio::error::operation_aborted) co_return;
    if (!error) {
      std::string local_address = local_address_of(socket);
      Socket general(std::move(socket));
      accept(std::move(general), std::move(local_address));
      continue;
    }
    // Out of file descriptors, for instance: the next moment may have some.
    asio::steady_timer pause(listening_.io, accept_backoff);
    Error ignored;
    auto pause_token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await pause.async_wait(pause_token);
  }
}

// A few beyond the maximum are told so; who comes after them is not worth the answer.
void Acceptor::accept(Socket socket, std::string local_address) {
  Error ignored;
  // The count only changes on this thread, so the bound holds exactly.
  if (listening_.connection_count >= listening_.options.connections_max + overload_connections) {
    socket.close(ignored);
    return;
  }
  // Answers are written whole: waiting for more to send (Nagle) only delays them.
  if (!local_address.empty()) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const bool overloaded = listening_.connection_count >= listening_.options.connections_max;
  Connection::start(listening_, std::move(socket), std::move(local_address), overloaded);
}

// A copy, since closing takes a connection out of the set.
void Acceptor::close_idle() {
  const std::set<Connection*> silent = listening_.idle;
  for (Connection* const connection : silent) connection->close();
}

// First nobody comes and nobody waits any more; then who is being answered has a while to be; then
// the rest is let go.
Acceptor::~Acceptor() {
  moves_ = {};
  listening_.stopping = true;
  asio::post(listening_.io, [this] {
    Error ignored;
    if (tcp_) tcp_->close(ignored);
    if (local_) local_->close(ignored);
    close_idle();
    listening_.waiting.wake_all();
  });
  listening_.await_last_connection();
  work_.reset();
  listening_.io.stop();
  if (io_thread_.joinable()) io_thread_.join();
  // After the io thread: a handler that finishes posts back to `io`, which still exists.
  listening_.handler_threads.stop();
  listening_.handler_threads.join();
  if (local_) ::unlink(listening_.options.listen.c_str() + unix_prefix.size());
}

}  // namespace deltamill
