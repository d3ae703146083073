// A client for one request at a time. Plain sockets and poll(), because every step shares one
// deadline; Beast parses the answer.
#include "service/http/client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace deltamill {

namespace {

namespace beast_http = boost::beast::http;
using Clock = std::chrono::steady_clock;
using Parser = beast_http::response_parser<beast_http::string_body>;

constexpr std::size_t answer_bytes_max = std::size_t{1} << 30;

[[noreturn]] void fail(const std::string& what, int error) {
  throw NoAnswer(what + ": " + std::generic_category().message(error));
}

// A connected socket with a deadline for all that is done with it.
class Connection {
 public:
  Connection(int family, Clock::time_point deadline)
      : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
        deadline_(deadline) {
    if (socket_ < 0) fail("cannot make a socket", errno);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void connect(const sockaddr* address, socklen_t length) {
    if (::connect(socket_, address, length) == 0) return;
    if (errno != EINPROGRESS) fail("cannot connect", errno);
    // A socket that becomes writable has connected, or failed to: SO_ERROR says which.
    wait(POLLOUT);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) fail("cannot connect", error);
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      // MSG_NOSIGNAL: a server that is gone is an error here, not the end of the process.
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno == EAGAIN)
        wait(POLLOUT);
      else if (errno != EINTR)
        fail("cannot send", errno);
    }
  }

  // Empty = the server closed.
  std::string_view receive() {
    for (;;) {
      const ssize_t received = ::recv(socket_, bytes_, sizeof bytes_, 0);
      if (received >= 0) return {bytes_, static_cast<std::size_t>(received)};
      if (errno == EAGAIN)
        wait(POLLIN);
      else if (errno != EINTR)
        fail("cannot receive", errno);
    }
  }

 private:
  void wait(short events) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    pollfd polled{socket_, events, 0};
    const int ready = left > 0 ? ::poll(&polled, 1, static_cast<int>(left)) : 0;
    if (ready == 0) throw NoAnswer("no answer in time");
    // After a signal the caller tries its call again and waits again, for what is left.
    if (ready < 0 && errno != EINTR) fail("cannot wait for the socket", errno);
  }

  int socket_;
  Clock::time_point deadline_;
  char bytes_[16 << 10];
};

std::unique_ptr<Connection> connect_unix(const std::string& path, Clock::time_point deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) fail("the path of the socket is too long", EINVAL);
  std::memcpy(address.sun_path, path.data(), path.size());
  auto connection = std::make_unique<Connection>(AF_UNIX, deadline);
  connection->connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return connection;
}

// Tries the addresses of a name in turn.
std::unique_ptr<Connection> connect_tcp(const std::string& host, const std::string& port,
                                        Clock::time_point deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) throw NoAnswer("cannot resolve " + host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  std::string last = "cannot connect: no address";
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    try {
      auto connection = std::make_unique<Connection>(address->ai_family, deadline);
      connection->connect(address->ai_addr, address->ai_addrlen);
      return connection;
    } catch (const NoAnswer& failure) {
      last = failure.what();
    }
  }
  throw NoAnswer(last);
}

Response read_response(Connection& connection, bool without_body) {
  Parser parser;
  parser.body_limit(answer_bytes_max);
  // The whole body, chunked or to the end of the connection, bounded.
  parser.eager(true);
  parser.skip(without_body);
  std::string pending;
  boost::beast::error_code error;
  while (!parser.is_done()) {
    const std::string_view bytes = connection.receive();
    if (bytes.empty()) {
      if (!parser.got_some()) throw NoAnswer("the connection ended without an answer");
      // For a body without length the end of the connection is its end; for every other it is a
      // cut.
      parser.put_eof(error);
      if (error || !parser.is_done()) throw NoAnswer("the connection ended within the answer");
      break;
    }
    pending += bytes;
    const std::size_t used = parser.put(boost::asio::buffer(pending.data(), pending.size()), error);
    if (error && error != beast_http::error::need_more)
      throw NoAnswer("the answer is not HTTP: " + error.message());
    // Beast takes whole lines of a header; what it left comes again with more behind it.
    pending.erase(0, used);
  }
  Response response;
  auto message = parser.release();
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) response.set(field.name_string(), std::string(field.value()));
  response.body = std::move(message.body());
  return response;
}

}  // namespace

HttpClient::HttpClient(const std::string& address, std::chrono::milliseconds timeout)
    : timeout_(timeout) {
  if (address.starts_with("unix:")) {
    path_ = address.substr(5);
    return;
  }
  std::string rest = address.starts_with("http://") ? address.substr(7) : address;
  while (rest.ends_with('/')) rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  if (rest.find('/') != std::string::npos || colon == std::string::npos || colon == 0)
    throw std::invalid_argument("\"" + address + "\" is neither http://host:port nor unix:/path");
  host_ = rest.substr(0, colon);
  port_ = rest.substr(colon + 1);
  if (host_.starts_with('[') && host_.ends_with(']')) host_ = host_.substr(1, host_.size() - 2);
}

Response HttpClient::get(const std::string& target) {
  return send("GET", target, {}, "");
}

Response HttpClient::post(const std::string& target, const std::string& json) {
  return send("POST", target, {{"Content-Type", "application/json"}}, json);
}

Response HttpClient::erase(const std::string& target) {
  return send("DELETE", target, {}, "");
}

Response HttpClient::send(const std::string& method, const std::string& target,
                          const std::vector<Header>& headers, const std::string& body) {
  const auto deadline = Clock::now() + timeout_;
  const std::unique_ptr<Connection> connection =
      path_.empty() ? connect_tcp(host_, port_, deadline) : connect_unix(path_, deadline);
  const bool v6 = host_.find(':') != std::string::npos;
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: ";
  request += path_.empty() ? (v6 ? "[" + host_ + "]" : host_) + ":" + port_ : "localhost";
  request += "\r\nConnection: close\r\n";
  for (const Header& header : headers) request += header.name + ": " + header.value + "\r\n";
  if (!body.empty() || method == "POST")
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n" + body;
  connection->send(request);
  return read_response(*connection, method == "HEAD");
}

std::optional<std::string> header_of(const Response& response, std::string_view name) {
  for (const Header& header : response.headers)
    if (equals_ignoring_case(header.name, name)) return header.value;
  return std::nullopt;
}

}  // namespace deltamill
