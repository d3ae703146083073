// Connections as coroutines on one io_context; handlers on a pool of threads.
// House rule for g++ 12: callables and temporaries get a name before the co_await that uses them.
#include "service/http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <ctime>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "service/http/request_head.h"
#include "service/http/target.h"

namespace deltamill {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using TcpAcceptor = asio::ip::tcp::acceptor;
using UnixAcceptor = asio::local::stream_protocol::acceptor;
using Clock = std::chrono::steady_clock;
template <typename T>
using Task = asio::awaitable<T>;

constexpr std::size_t read_bytes = 16 << 10;
constexpr std::size_t head_check_bytes = 1 << 10;
constexpr std::size_t write_together_bytes = 64 << 10;  // head and body in one piece up to here
constexpr std::size_t overload_connections = 64;        // beyond the maximum, answered with 503
constexpr auto linger_deadline = std::chrono::seconds(1);
constexpr std::size_t linger_bytes_max = 256 << 10;
constexpr auto accept_backoff = std::chrono::milliseconds(100);
constexpr auto stop_deadline = std::chrono::seconds(5);

// Where the end of a head may begin, if it was not in the first `seen` bytes.
std::size_t end_search_begin(std::size_t seen) {
  return seen < 3 ? 0 : seen - 3;
}

std::string make_request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, random(), 16).ptr;
  return {digits, end};
}

// The client's id if it is harmless in a header and in a trace event.
std::string request_id_of(const Request& request) {
  const std::string given = request.header("X-Request-Id").value_or("");
  const bool harmless = !given.empty() && given.size() <= 128 &&
                        given.find_first_not_of(
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789-_.:") == std::string::npos;
  return harmless ? given : make_request_id();
}

std::string date_now() {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  const auto length = std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                    days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                    months.at(static_cast<std::size_t>(utc.tm_mon)),
                                    utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

void append_field(std::string_view name, std::string_view value, std::string& head) {
  head += name;
  head += ": ";
  for (const char c : value) head += c == '\r' || c == '\n' ? ' ' : c;
  head += "\r\n";
}

// The head of an answer. A 204 and a 304 have no length.
std::string head_of(const Response& response, const std::string& request_id, bool keep_alive) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += std::string_view(reason.data(), reason.size());
  head += "\r\n";
  append_field("Date", date_now(), head);
  for (const Header& header : response.headers) append_field(header.name, header.value, head);
  append_field("X-Request-Id", request_id, head);
  append_field("X-Content-Type-Options", "nosniff", head);
  if (response.status != 204 && response.status != 304)
    append_field("Content-Length",
                 std::to_string(response.size_without_body.value_or(response.body.size())), head);
  append_field("Connection", keep_alive ? "keep-alive" : "close", head);
  head += "\r\n";
  return head;
}

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
  acceptor.set_option(TcpAcceptor::reuse_address(true));
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on " + listen + ": " + error.message());
  return acceptor;
}

// A socket file that nobody answers on is what a killed process left behind.
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
  if (!error && ::chmod(path.c_str(), 0660) != 0) error = asio::error::access_denied;
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on unix:" + path + ": " + error.message());
  return acceptor;
}

constexpr std::string_view unix_prefix = "unix:";

}  // namespace

// Everything of one listener. Connections live on its thread alone.
struct Server::Listening {
  Listening(ServerOptions server_options, Handler request_handler);
  ~Listening();

  void bind();
  template <typename Acceptor>
  Task<void> accept_all(Acceptor& acceptor);
  void welcome(Socket socket, std::string local_address);
  void close_idle();

  const ServerOptions options;
  const Handler handler;
  std::string address;
  std::uint16_t port = 0;
  std::optional<Hosts> hosts;
  std::atomic<std::size_t> connection_count{0};
  std::atomic<bool> stopping{false};
  class Connection;
  std::set<Connection*> idle;  // of the thread `mover`
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::thread_pool pool;
  std::optional<TcpAcceptor> tcp;
  std::optional<UnixAcceptor> local;
  std::thread mover;
};

// One client. Shared by the two coroutines that serve and watch it: the last to end destroys it.
class Server::Listening::Connection {
 public:
  Connection(Listening& listening, Socket socket, std::string local_address, bool overloaded)
      : listening_(listening),
        socket_(std::move(socket)),
        timer_(listening.io),
        local_address_(std::move(local_address)),
        overloaded_(overloaded) {
    listening_.options.connections_changed(++listening_.connection_count);
  }
  ~Connection() {
    listening_.idle.erase(this);
    listening_.options.connections_changed(--listening_.connection_count);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static Task<void> serve(std::shared_ptr<Connection> self);
  static Task<void> watch(std::shared_ptr<Connection> self);

  void close() {
    Error ignored;
    socket_.close(ignored);
  }

 private:
  enum class Outcome : std::uint8_t { complete, refused, closed };

  Task<void> serve_requests();
  Task<Outcome> receive();
  Task<Outcome> receive_head();
  Task<Outcome> receive_body();
  Task<bool> receive_some();
  Task<Response> answer();
  void count_refused(const Response& response) const;
  Task<bool> send(Response response, bool keep_alive);
  Task<bool> send_bytes(std::string_view bytes);
  Task<void> linger();

  void check_head();
  // Runs a check of the head; the problem it throws becomes the refusal. False = refused.
  template <typename Check>
  bool passes(Check check);
  Response overloaded_answer() const;
  void set_deadline(Clock::time_point deadline) {
    deadline_ = deadline;
    timer_.cancel();
  }

  Listening& listening_;
  Socket socket_;
  asio::steady_timer timer_;
  std::string local_address_;
  bool overloaded_;
  bool done_ = false;
  bool fresh_ = true;  // no request came yet
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point first_byte_;
  std::string buffer_;  // received, not yet consumed
  RequestHead head_;
  Response refusal_;
};

// Closes the socket when the deadline passes; then whatever waits on it ends.
Task<void> Server::Listening::Connection::watch(std::shared_ptr<Connection> self) {
  while (!self->done_) {
    if (self->deadline_ <= Clock::now()) {
      self->close();
      self->deadline_ = Clock::time_point::max();
    }
    Error ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    self->timer_.expires_at(self->deadline_);
    co_await self->timer_.async_wait(token);
  }
}

Task<void> Server::Listening::Connection::serve(std::shared_ptr<Connection> self) {
  co_await self->serve_requests();
  self->done_ = true;
  self->close();
  self->timer_.cancel();
}

Task<void> Server::Listening::Connection::serve_requests() {
  for (;;) {
    const Outcome outcome = co_await receive();
    if (outcome == Outcome::closed) co_return;
    if (outcome == Outcome::refused) {
      Response refusal = std::move(refusal_);
      count_refused(refusal);
      const bool sent = co_await send(std::move(refusal), false);
      if (sent) co_await linger();
      co_return;
    }
    set_deadline(Clock::time_point::max());
    Response response = co_await answer();
    const bool keep_alive = head_.keep_alive && !response.close && !listening_.stopping;
    const bool sent = co_await send(std::move(response), keep_alive);
    if (!sent) co_return;
    if (!keep_alive) {
      co_await linger();
      co_return;
    }
    fresh_ = false;
  }
}

Task<Server::Listening::Connection::Outcome> Server::Listening::Connection::receive() {
  head_ = {};
  const Outcome outcome = co_await receive_head();
  if (outcome != Outcome::complete) co_return outcome;
  co_return co_await receive_body();
}

// Ends with the head in head_, its bytes taken off the buffer.
Task<Server::Listening::Connection::Outcome> Server::Listening::Connection::receive_head() {
  const ServerOptions& options = listening_.options;
  first_byte_ = Clock::now();
  const bool idle = !fresh_ && buffer_.empty();
  set_deadline(first_byte_ + (idle ? options.idle_deadline : options.header_deadline));
  if (buffer_.empty()) {
    listening_.idle.insert(this);
    if (listening_.stopping) co_return Outcome::closed;
    const bool received = co_await receive_some();
    listening_.idle.erase(this);
    if (!received) co_return Outcome::closed;
    if (idle) first_byte_ = Clock::now();
    set_deadline(first_byte_ + options.header_deadline);
  }
  std::size_t checked_bytes = 0;
  std::size_t end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    // Not per byte of a client that sends them singly: each look is at the whole.
    const bool line_ended = buffer_.find('\n', checked_bytes) != std::string::npos;
    if (line_ended || buffer_.size() - checked_bytes >= head_check_bytes) {
      checked_bytes = buffer_.size();
      if (!passes([this] { check_unfinished_head(buffer_); })) co_return Outcome::refused;
    }
    const bool received = co_await receive_some();
    if (!received) co_return Outcome::closed;
    end = buffer_.find("\r\n\r\n", end_search_begin(checked_bytes));
  }
  co_return passes([this] { check_head(); }) ? Outcome::complete : Outcome::refused;
}

template <typename Check>
bool Server::Listening::Connection::passes(Check check) {
  try {
    check();
    return true;
  } catch (const Problem& problem) {
    const std::string_view target = head_.request.target;
    refusal_ = to_response(problem, target.empty() ? "/" : path_of(target));
    return false;
  }
}

void Server::Listening::Connection::check_head() {
  const std::size_t end = buffer_.find("\r\n\r\n") + 4;
  RequestHead head = read_head(std::string_view(buffer_).substr(0, end));
  head_ = std::move(head);
  buffer_.erase(0, end);
  head_.request.id = request_id_of(head_.request);
  head_.request.received = first_byte_;
  if (!listening_.hosts->known(*head_.request.header("Host"), local_address_))
    throw Problem(ProblemName::unknown_host, "this service does not answer to that Host");
}

Task<Server::Listening::Connection::Outcome> Server::Listening::Connection::receive_body() {
  set_deadline(first_byte_ + listening_.options.request_deadline);
  if (head_.expects_continue && buffer_.size() < head_.body_bytes) {
    const std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await send_bytes(go_on);
    if (!sent) co_return Outcome::closed;
    set_deadline(first_byte_ + listening_.options.request_deadline);
  }
  while (buffer_.size() < head_.body_bytes) {
    const bool received = co_await receive_some();
    if (!received) co_return Outcome::closed;
  }
  head_.request.body = buffer_.substr(0, head_.body_bytes);
  buffer_.erase(0, head_.body_bytes);
  co_return Outcome::complete;
}

// False = the client left, or a deadline passed.
Task<bool> Server::Listening::Connection::receive_some() {
  std::array<char, read_bytes> bytes;
  Error error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const auto target = asio::buffer(bytes);
  const std::size_t received = co_await socket_.async_read_some(target, token);
  if (error || received == 0) co_return false;
  buffer_.append(bytes.data(), received);
  co_return true;
}

void Server::Listening::Connection::count_refused(const Response& response) const {
  const std::chrono::duration<double> took = Clock::now() - first_byte_;
  listening_.options.refused(response.status, took.count());
}

Response Server::Listening::Connection::overloaded_answer() const {
  Response response =
      to_response({ProblemName::overloaded, "too many connections"}, path_of(head_.request.target));
  response.close = true;
  return response;
}

// Runs the handler on the pool; meanwhile this thread serves others.
Task<Response> Server::Listening::Connection::answer() {
  if (overloaded_) {
    Response overloaded = overloaded_answer();
    count_refused(overloaded);
    co_return overloaded;
  }
  auto start = [this](auto finish) {
    asio::post(listening_.pool, [this, finish = std::move(finish)]() mutable {
      Response response;
      try {
        response = listening_.handler(head_.request);
      } catch (...) {
        response = {};
        response.status = 500;
        response.close = true;
        count_refused(response);
      }
      asio::post(listening_.io,
                 [finish = std::move(finish), response = std::move(response)]() mutable {
                   finish(std::move(response));
                 });
    });
  };
  auto token = asio::use_awaitable;
  auto handled = asio::async_initiate<decltype(token), void(Response)>(start, token);
  co_return co_await std::move(handled);
}

Task<bool> Server::Listening::Connection::send(Response response, bool keep_alive) {
  if (head_.request.id.empty()) head_.request.id = make_request_id();
  std::string head = head_of(response, head_.request.id, keep_alive);
  if (head.size() + response.body.size() <= write_together_bytes) {
    head += response.body;
    response.body.clear();
  }
  const bool sent = co_await send_bytes(head);
  if (!sent || response.body.empty()) co_return sent;
  co_return co_await send_bytes(response.body);
}

Task<bool> Server::Listening::Connection::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    set_deadline(Clock::now() + listening_.options.write_stall);
    Error error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const auto source = asio::buffer(bytes.data(), bytes.size());
    const std::size_t sent = co_await socket_.async_write_some(source, token);
    if (error) co_return false;
    bytes.remove_prefix(sent);
  }
  co_return true;
}

// A socket closed with bytes unread resets the connection and may take the answer with it: read on
// for a moment.
Task<void> Server::Listening::Connection::linger() {
  Error ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  set_deadline(Clock::now() + linger_deadline);
  std::size_t discarded = 0;
  while (discarded < linger_bytes_max) {
    buffer_.clear();
    const bool received = co_await receive_some();
    if (!received) co_return;
    discarded += buffer_.size();
  }
}

namespace {

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

template <typename Acceptor>
Task<void> Server::Listening::accept_all(Acceptor& acceptor) {
  while (!stopping) {
    Error error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    auto socket = co_await acceptor.async_accept(token);
    if (error == asio::error::operation_aborted) co_return;
    if (!error) {
      std::string local_address = local_address_of(socket);
      Socket general(std::move(socket));
      welcome(std::move(general), std::move(local_address));
      continue;
    }
    // Out of file descriptors, for instance: the next moment may have some.
    asio::steady_timer pause(io, accept_backoff);
    Error ignored;
    auto pause_token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await pause.async_wait(pause_token);
  }
}

void Server::Listening::welcome(Socket socket, std::string local_address) {
  Error ignored;
  if (connection_count >= options.connections_max + overload_connections) {
    socket.close(ignored);
    return;
  }
  if (!local_address.empty()) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const bool overloaded = connection_count >= options.connections_max;
  auto connection =
      std::make_shared<Connection>(*this, std::move(socket), std::move(local_address), overloaded);
  asio::co_spawn(io, Connection::watch(connection), asio::detached);
  asio::co_spawn(io, Connection::serve(connection), asio::detached);
}

void Server::Listening::close_idle() {
  const std::set<Connection*> waiting = idle;
  for (Connection* const connection : waiting) connection->close();
}

Server::Listening::Listening(ServerOptions server_options, Handler request_handler)
    : options(std::move(server_options)),
      handler(std::move(request_handler)),
      pool(options.handler_threads) {
  bind();
  if (tcp) asio::co_spawn(io, accept_all(*tcp), asio::detached);
  if (local) asio::co_spawn(io, accept_all(*local), asio::detached);
  mover = std::thread([this] { io.run(); });
}

void Server::Listening::bind() {
  std::vector<std::string> names = options.hosts;
  if (options.listen.starts_with(unix_prefix)) {
    local.emplace(bind_unix(io, options.listen.substr(unix_prefix.size())));
    address = options.listen;
  } else {
    tcp.emplace(bind_tcp(io, options.listen));
    const asio::ip::tcp::endpoint endpoint = tcp->local_endpoint();
    port = endpoint.port();
    const std::string host = endpoint.address().to_string();
    address = (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
    names.push_back(address);
  }
  hosts.emplace(std::move(names));
}

Server::Listening::~Listening() {
  stopping = true;
  asio::post(io, [this] {
    Error ignored;
    if (tcp) tcp->close(ignored);
    if (local) local->close(ignored);
    close_idle();
  });
  const auto until = Clock::now() + stop_deadline;
  while (connection_count > 0 && Clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  work.reset();
  io.stop();
  if (mover.joinable()) mover.join();
  pool.stop();
  pool.join();
  if (local) ::unlink(options.listen.c_str() + unix_prefix.size());
}

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
