// Attacks on request framing, one line each: what Boost 1.81's parser takes and a proxy reads
// otherwise.
#include "service/http/request_head.h"

#include <catch2/catch.hpp>

#include "tests/unit/http/thrown_problem.h"

namespace deltamill {

namespace {

std::string head(const std::string& fields, const std::string& line = "GET /v1/views HTTP/1.1") {
  return line + "\r\nHost: localhost\r\n" + fields + "\r\n";
}

// Status of the refusal; 0 = taken.
int refusal(const std::string& raw) {
  const auto problem = thrown_problem([&] { return read_head(raw); });
  return problem ? status_of(problem->name) : 0;
}

}  // namespace

TEST_CASE("a plain request is read") {
  const RequestHead read = read_head(head("X-Thing: a\r\nx-thing: b\r\n"));
  CHECK(read.request.method == "GET");
  CHECK(read.request.target == "/v1/views");
  CHECK(read.request.header("X-THING") == "a, b");
  CHECK(read.keep_alive);
  CHECK(read.body_bytes == 0);
  CHECK_FALSE(read_head(head("Connection: close\r\n")).keep_alive);
  CHECK_FALSE(read_head(head("Connection: keep-alive\r\n", "GET / HTTP/1.0")).keep_alive);
  CHECK(read_head(head("Content-Length: 2\r\n", "POST / HTTP/1.1")).body_bytes == 2);
}

TEST_CASE("no Transfer-Encoding is taken on a request") {
  for (const char* coding : {"chunked", "gzip", "identity", "chunked, identity", "Chunked", "",
                             "xchunked", "chunked, chunked"})
    CHECK(refusal(head("Transfer-Encoding: " + std::string(coding) + "\r\n", "POST / HTTP/1.1")) >=
          400);
  CHECK(refusal(head("Transfer-Encoding: gzip\r\n")) == 501);
  CHECK(refusal(head("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")) == 501);
  CHECK(refusal(head("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "POST / HTTP/1.1")) >=
        400);
}

TEST_CASE("lengths are given once and are numbers") {
  const std::string post = "POST / HTTP/1.1";
  CHECK(refusal(head("Content-Length: 2\r\nContent-Length: 3\r\n", post)) == 400);
  CHECK(refusal(head("Content-Length: 2\r\nContent-Length: 2\r\n", post)) == 400);
  for (const char* length : {"-1", "+2", "2, 2", "0x2", "2 2", "99999999999999999999999"})
    CHECK(refusal(head("Content-Length: " + std::string(length) + "\r\n", post)) >= 400);
  CHECK(refusal(head("Content-Length: 65536\r\n", post)) == 0);
  CHECK(refusal(head("Content-Length: 65537\r\n", post)) == 413);
}

TEST_CASE("a GET has no body") {
  CHECK(refusal(head("Content-Length: 1\r\n")) == 400);
  CHECK(refusal(head("Content-Length: 1\r\n", "HEAD / HTTP/1.1")) == 400);
  CHECK(refusal(head("Content-Length: 0\r\n")) == 0);
}

TEST_CASE("folded fields, bare line feeds and control characters are refused") {
  CHECK(refusal(head("X-A: b\r\n c\r\n")) == 400);
  CHECK(refusal(head("X-A: b\r\n\tc\r\n")) == 400);
  CHECK(refusal(head("X-A: b\nX-C: d\r\n")) == 400);
  CHECK(refusal("GET / HTTP/1.1\nHost: localhost\r\n\r\n") == 400);
  CHECK(refusal(head("X-A: b\rX-C: d\r\n")) == 400);
  CHECK(refusal(head(std::string("X-A: b\0c\r\n", 10))) == 400);
  CHECK(refusal(head("X-A: \x7f\r\n")) == 400);
}

TEST_CASE("field names are tokens, without blanks before the colon") {
  for (const char* field : {"X-A : b", "X A: b", ": b", "no colon", "X\"A: b"})
    CHECK(refusal(head(std::string(field) + "\r\n")) == 400);
}

TEST_CASE("there is exactly one Host") {
  CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refusal("GET / HTTP/1.0\r\n\r\n") == 400);
  CHECK(refusal(head("Host: localhost\r\n")) == 400);
}

TEST_CASE("targets are paths of visible ASCII") {
  for (const char* line : {"GET http://localhost/ HTTP/1.1", "GET v1 HTTP/1.1", "GET * HTTP/1.1",
                           "CONNECT a:1 HTTP/1.1", "GET /\x80 HTTP/1.1", "GET /a b HTTP/1.1"})
    CHECK(refusal(head("", line)) == 400);
  CHECK(refusal(head("", "OPTIONS * HTTP/1.1")) == 0);
  for (const char* line : {"GET / HTTP/2.0", "GET / HTTP/1.1 ", "GET  / HTTP/1.1", "GET /",
                           "GET / http/1.1", " GET / HTTP/1.1"})
    CHECK(refusal(head("", line)) == 400);
}

TEST_CASE("targets and headers have limits") {
  const auto target = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1";
  };
  CHECK(refusal(head("", target(8192))) == 0);
  CHECK(refusal(head("", target(8193))) == 414);
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X-" + std::to_string(i) + ": b\r\n";
  CHECK(refusal(head(fields)) == 0);
  CHECK(refusal(head(fields + "X-Last: b\r\n")) == 431);
  CHECK(refusal(head("X-A: " + std::string(16000, 'b') + "\r\n")) == 0);
  CHECK(refusal(head("X-A: " + std::string(16384, 'b') + "\r\n")) == 431);
}

TEST_CASE("a head that never ends is refused while it comes") {
  const auto refused = [](const std::string& raw) {
    const auto problem = thrown_problem([&] { return check_unfinished_head(raw), 0; });
    return problem ? status_of(problem->name) : 0;
  };
  CHECK(refused("GET /" + std::string(9000, 'a')) == 414);
  CHECK(refused(std::string(9000, 'G')) == 400);
  CHECK(refused("GET / HTTP/1.1\r\nX: " + std::string(17000, 'a')) == 431);
  CHECK(refused("GET / HTTP/1.1\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: loc") == 0);
}

TEST_CASE("only known hosts are answered") {
  const Hosts hosts({"10.0.0.7:8080", "Shop.Example"});
  for (const char* host : {"localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:8080", "10.0.0.7",
                           "shop.example", "shop.example:443", "shop.example."})
    CHECK(hosts.known(host, ""));
  CHECK(hosts.known("192.168.0.1:8080", "192.168.0.1"));
  for (const char* host :
       {"", "evil.example", "localhost.evil.example", "evil.example:8080", "192.168.0.1", ":80"})
    CHECK_FALSE(hosts.known(host, ""));
}

}  // namespace deltamill
