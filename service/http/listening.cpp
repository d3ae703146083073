// Binds the socket, accepts connections up to a bound, wakes those that wait for the store, and
// ends all of it in order.
#include "service/http/listening.h"

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
using TcpAcceptor = Listening::TcpAcceptor;
using UnixAcceptor = Listening::UnixAcceptor;

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

Listening::Listening(ServerOptions server_options, Server::Handler request_handler)
    : options(std::move(server_options)),
      handler(std::move(request_handler)),
      // The other half of the threads is for requests that come while many are let through.
      waiting(std::max<std::size_t>(1, options.handler_threads / 2)),
      handler_threads(options.handler_threads) {
  bind();
  if (tcp_) asio::co_spawn(io, accept_all(*tcp_), asio::detached);
  if (local_) asio::co_spawn(io, accept_all(*local_), asio::detached);
  if (options.positions != nullptr) moves_ = options.positions->on_move([this] { store_moved(); });
  io_thread_ = std::thread([this] { io.run(); });
}

void Listening::bind() {
  std::vector<std::string> names = options.hosts;
  if (options.listen.starts_with(unix_prefix)) {
    local_.emplace(bind_unix(io, options.listen.substr(unix_prefix.size())));
    address = options.listen;
  } else {
    tcp_.emplace(bind_tcp(io, options.listen));
    const asio::ip::tcp::endpoint endpoint = tcp_->local_endpoint();
    port = endpoint.port();
    const std::string host = endpoint.address().to_string();
    address = (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
    names.push_back(address);
  }
  hosts.emplace(std::move(names));
}

template <typename Acceptor>
asio::awaitable<void> Listening::accept_all(Acceptor& acceptor) {
  while (!stopping) {
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
    asio::steady_timer pause(io, accept_backoff);
    Error ignored;
    auto pause_token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await pause.async_wait(pause_token);
  }
}

// A few beyond the maximum are told so; who comes after them is not worth the answer.
void Listening::accept(Socket socket, std::string local_address) {
  Error ignored;
  // The count only changes on this thread, so the bound holds exactly.
  if (connection_count >= options.connections_max + overload_connections) {
    socket.close(ignored);
    return;
  }
  // Answers are written whole: waiting for more to send (Nagle) only delays them.
  if (!local_address.empty()) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const bool overloaded = connection_count >= options.connections_max;
  Connection::start(*this, std::move(socket), std::move(local_address), overloaded);
}

void Listening::connection_opened() {
  options.connections_changed(++connection_count);
}

// Under the lock, so that the destructor cannot miss the last one between its look and its sleep.
void Listening::connection_ended() {
  const std::lock_guard lock(mutex_);
  options.connections_changed(--connection_count);
  if (connection_count == 0) none_connected_.notify_all();
}

bool Listening::reached_by_store(Lsn position) const {
  return options.positions != nullptr && options.positions->store_frontier().has_reached(position);
}

bool Listening::giving_up() const {
  return stopping || (options.positions != nullptr && options.positions->stopping());
}

void Listening::store_moved() {
  // Called by the sink's thread at each commit: it must not pile up work faster than it is done.
  if (move_told_.exchange(true)) return;
  asio::post(io, [this] {
    // Before the frontier is read: a move after that is told anew.
    move_told_ = false;
    if (giving_up())
      waiting.wake_all();
    else
      waiting.reached(options.positions->store_frontier());
  });
}

// A copy, since closing takes a connection out of the set.
void Listening::close_idle() {
  const std::set<Connection*> silent = idle;
  for (Connection* const connection : silent) connection->close();
}

// First nobody comes and nobody waits any more; then who is being answered has a while to be; then
// the rest is let go.
Listening::~Listening() {
  moves_ = {};
  stopping = true;
  asio::post(io, [this] {
    Error ignored;
    if (tcp_) tcp_->close(ignored);
    if (local_) local_->close(ignored);
    close_idle();
    waiting.wake_all();
  });
  {
    std::unique_lock lock(mutex_);
    none_connected_.wait_for(lock, options.stop_deadline, [this] { return connection_count == 0; });
  }
  work_.reset();
  io.stop();
  if (io_thread_.joinable()) io_thread_.join();
  // After the io thread: a handler that finishes posts back to `io`, which still exists.
  handler_threads.stop();
  handler_threads.join();
  if (local_) ::unlink(options.listen.c_str() + unix_prefix.size());
}

}  // namespace deltamill
