// The client against a server that says exactly what it is told, then hangs up.
#include "service/http/client.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>

namespace deltamill {

namespace {

// Answers one connection.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    thread_.join();
    ::close(listener_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  void serve() {
    const int connection = ::accept(listener_, nullptr, nullptr);
    std::string request;
    char byte = 0;
    while (!request.ends_with("\r\n\r\n") && ::recv(connection, &byte, 1, 0) == 1) request += byte;
    [[maybe_unused]] const ssize_t sent =
        ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    ::close(connection);
  }

  const std::string answer_;
  int listener_;
  std::string url_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("an answer is read to its length, or to the end of the connection") {
  const std::string head = GENERATE(as<std::string>{}, "Content-Length: 2\r\n", "");
  const OneAnswer server("HTTP/1.1 200 OK\r\n" + head + "\r\nok");
  const Response answer = HttpClient(server.url()).get("/");
  CHECK(answer.status == 200);
  CHECK(answer.body == "ok");
}

TEST_CASE("a server that hangs up is no answer") {
  const std::string bytes =
      GENERATE(as<std::string>{}, "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok");
  CAPTURE(bytes);
  const OneAnswer server(bytes);
  CHECK_THROWS_AS(HttpClient(server.url()).get("/"), NoAnswer);
}

}  // namespace deltamill
