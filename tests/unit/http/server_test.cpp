// The server over real sockets: raw bytes in, raw bytes out.
#include "service/http/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "service/http/client.h"
#include "tests/unit/http/http_fixture.h"
#include "tests/unit/http/raw_client.h"
#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

using std::chrono::milliseconds;

namespace {

Response echo(const Request& request) {
  Response response;
  response.set("Content-Type", "text/plain");
  response.body = request.method + " " + request.target + " " + request.body;
  return response;
}

const std::string get = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string get_last = "GET /b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at_byte = text.find(part); at_byte != std::string::npos;
       at_byte = text.find(part, at_byte + 1))
    ++found;
  return found;
}

bool starts(const std::string& text, const std::string& begin) {
  return text.starts_with(begin);
}

}  // namespace

TEST_CASE("a request is answered with length, date and identity") {
  Server server({}, echo);
  const std::string answer = RawClient(server).send(get_last).read_all();
  CHECK(starts(answer, "HTTP/1.1 200 OK\r\nDate: "));
  CHECK(answer.find("\r\nContent-Length: 7\r\n") != std::string::npos);
  CHECK(answer.find("\r\nX-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("\r\nX-Request-Id: ") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\nGET /b "));
}

TEST_CASE("requests sent together are answered in their order") {
  Server server({}, echo);
  const std::string answer = RawClient(server).send(get + get + get_last).read_all();
  CHECK(count(answer, "HTTP/1.1 200") == 3);
  CHECK(answer.find("GET /a ") < answer.find("GET /b "));
}

TEST_CASE("a request may come byte by byte, with its body") {
  Server server({}, echo);
  RawClient client(server);
  for (const char c : std::string("POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                                  "Connection: close\r\n\r\nbody"))
    client.send(std::string(1, c));
  CHECK(client.read_all().ends_with("POST /p body"));
}

TEST_CASE("a client that asks before it sends its body is told to go on") {
  Server server({}, echo);
  RawClient client(server);
  client.send(
      "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.send("body").read_all().ends_with("POST /p body"));
}

TEST_CASE("a refused request ends the connection, and its body is no second request") {
  Server server({}, echo);
  const std::string smuggled =
      "POST /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n" + get_last;
  std::string answer = RawClient(server).send(smuggled).read_all();
  CHECK(starts(answer, "HTTP/1.1 501 "));
  CHECK(count(answer, "HTTP/1.1") == 1);
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(answer.find("urn:deltamill:error:not_implemented") != std::string::npos);
  answer = RawClient(server)
               .send("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n" + get_last)
               .read_all();
  CHECK(starts(answer, "HTTP/1.1 400 "));
  CHECK(count(answer, "HTTP/1.1") == 1);
}

TEST_CASE("an unknown Host is refused, a configured one is not") {
  ServerOptions options;
  options.hosts = {"shop.example"};
  Server server(options, echo);
  const auto ask = [&server](const std::string& host) {
    return RawClient(server)
        .send("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
        .read_all();
  };
  CHECK(starts(ask("evil.example"), "HTTP/1.1 421 "));
  CHECK(starts(ask("shop.example:80"), "HTTP/1.1 200 "));
  CHECK(starts(ask(server.address()), "HTTP/1.1 200 "));
}

TEST_CASE("HTTP/1.0 is not kept alive") {
  Server server({}, echo);
  const std::string old = "GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
  const std::string answer = RawClient(server).send(old + old).read_all();
  CHECK(count(answer, "HTTP/1.1 200") == 1);
}

TEST_CASE("limits are answered before the head is complete") {
  Server server({}, echo);
  CHECK(starts(RawClient(server).send("GET /" + std::string(10000, 'a')).read_all(),
               "HTTP/1.1 414 "));
  CHECK(starts(RawClient(server).send("GET / HTTP/1.1\r\nX: " + std::string(20000, 'a')).read_all(),
               "HTTP/1.1 431 "));
}

TEST_CASE("request ids are echoed when they are harmless") {
  Server server({}, echo);
  const auto ask = [&server](const std::string& id) {
    return RawClient(server)
        .send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: " + id +
              "\r\n\r\n")
        .read_all();
  };
  CHECK(ask("abc-1").find("\r\nX-Request-Id: abc-1\r\n") != std::string::npos);
  CHECK(ask("a b\"c").find("a b\"c") == std::string::npos);
}

TEST_CASE("slow heads, slow bodies and idle connections are closed") {
  ServerOptions options;
  options.header_deadline = milliseconds(80);
  options.request_deadline = milliseconds(120);
  options.idle_deadline = milliseconds(100);
  Server server(options, echo);
  RawClient slow(server);
  RawClient silent(server);
  RawClient half(server);
  RawClient idle(server);
  half.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhal");
  idle.send(get);
  for (int i = 0; i < 15; ++i) {  // a byte at a time does not extend the deadline
    slow.send(i == 0 ? "G" : "E");
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(slow.read_all().empty());
  CHECK(silent.read_all().empty());
  CHECK(half.read_all().empty());
  CHECK(count(idle.read_all(), "HTTP/1.1 200") == 1);
}

TEST_CASE("hundreds of slow clients hold up nobody") {
  ServerOptions options;
  options.header_deadline = std::chrono::hours(1);
  Server server(options, echo);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(std::make_unique<RawClient>(server));
    slow.back()->send("GET /s");
  }
  CHECK(RawClient(server).send(get_last).read_all().ends_with("GET /b "));
  for (const auto& client : slow) {
    client->send(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    CHECK(client->read_all().ends_with("GET /s "));
  }
}

TEST_CASE("a client that is slow with its head is let go at its deadline") {
  ServerOptions options;
  options.header_deadline = milliseconds(20);
  Server server(options, echo);
  CHECK(RawClient(server).send("GET /").read_all().empty());
}

TEST_CASE("the number of open connections is told as it changes") {
  std::vector<std::size_t> told;
  {
    ServerOptions options;
    options.connections_changed = [&told](std::size_t count) { told.push_back(count); };
    Server server(options, echo);
    CHECK(RawClient(server).send(get_last).read_all().ends_with("GET /b "));
  }
  CHECK(told == std::vector<std::size_t>{1, 0});
}

TEST_CASE("what never becomes a request of a route is counted under none") {
  HttpFixture http({});
  ServerOptions options;
  options.refused = refusal_counter(http.site());
  {
    Server server(options, [](const Request&) -> Response { throw std::runtime_error("broken"); });
    const std::string line = "GET / HTTP/1.1\r\n";
    const std::vector<std::string> requests{
        line + "Host: evil.example\r\n\r\n",
        line + "\r\n",
        "GET /" + std::string(10000, 'a'),
        line + "X: " + std::string(20000, 'a'),
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n",
        get_last};
    for (const std::string& raw : requests)
      CHECK_FALSE(RawClient(server).send(raw).read_all().empty());
  }
  options.connections_max = 0;
  {
    Server full(options, echo);
    CHECK(starts(RawClient(full).send(get).read_all(), "HTTP/1.1 503 "));
  }
  CHECK(http.process.counted == std::vector<std::string>{"none 421", "none 400", "none 414",
                                                         "none 431", "none 413", "none 500",
                                                         "none 503"});
}

TEST_CASE("a client that does not read is let go") {
  ServerOptions options;
  options.write_stall = milliseconds(100);
  std::promise<void> gone;
  options.connections_changed = [&gone](std::size_t open) {
    if (open == 0) gone.set_value();
  };
  Server server(options, [](const Request&) {
    Response response;
    response.body = std::string(std::size_t{64} << 20, 'x');
    return response;
  });
  RawClient client(server);
  client.send(get);
  gone.get_future().wait();
  CHECK(server.connections() == 0);
}

TEST_CASE("connections beyond the maximum are told so") {
  ServerOptions options;
  options.connections_max = 1;
  Server server(options, echo);
  RawClient first(server);
  first.send(get).read_until("GET /a ");
  const std::string answer = RawClient(server).send(get).read_all();
  CHECK(starts(answer, "HTTP/1.1 503 "));
  CHECK(answer.find("urn:deltamill:error:overloaded") != std::string::npos);
  CHECK(starts(first.send(get_last).read_all(), "HTTP/1.1 200 "));
}

TEST_CASE("a handler that waits holds up nobody else") {
  std::promise<void> release;
  ServerOptions options;
  options.handler_threads = 2;
  Server server(options, [released = release.get_future().share()](const Request& request) {
    if (request.target == "/a") released.wait();
    return echo(request);
  });
  RawClient waiting(server);
  waiting.send(get);
  CHECK(RawClient(server).send(get_last).read_all().ends_with("GET /b "));
  release.set_value();
  CHECK(waiting.read_until("GET /a ").ends_with("GET /a "));
}

TEST_CASE("a handler that throws is a 500 and the server goes on") {
  Server server({}, [](const Request& request) -> Response {
    if (request.target == "/a") throw std::runtime_error("secret");
    return echo(request);
  });
  const std::string answer = RawClient(server).send(get).read_all();
  CHECK(starts(answer, "HTTP/1.1 500 "));
  CHECK(answer.find("secret") == std::string::npos);
  CHECK(RawClient(server).send(get_last).read_all().ends_with("GET /b "));
}

TEST_CASE("header values cannot end their line") {
  Server server({}, [](const Request&) {
    Response response;
    response.set("X-Evil", "a\r\nX-Injected: b");
    return response;
  });
  CHECK(RawClient(server).send(get_last).read_all().find("\r\nX-Injected") == std::string::npos);
}

TEST_CASE("a unix socket is answered and cleaned up, a stale one replaced") {
  const TemporaryStore store;
  ServerOptions options;
  options.listen = "unix:" + store.path() + ".sock";
  for (int round = 0; round < 2; ++round) {
    Server server(options, echo);
    struct stat status{};
    REQUIRE(::stat((store.path() + ".sock").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0660);
    CHECK(HttpClient(options.listen).get("/x").body == "GET /x ");
    CHECK_THROWS_WITH(Server(options, echo), Catch::Contains("cannot listen on unix:"));
    REQUIRE(::stat((store.path() + ".sock").c_str(), &status) == 0);
  }
  CHECK_FALSE(std::filesystem::exists(store.path() + ".sock"));
}

TEST_CASE("a taken port and a wrong address are named") {
  Server server({}, echo);
  ServerOptions taken;
  taken.listen = server.address();
  CHECK_THROWS_WITH(Server(taken, echo), Catch::Contains(server.address()));
  for (const char* listen : {"nonsense", "127.0.0.1:", "127.0.0.1:99999", "example.com:80"}) {
    ServerOptions wrong;
    wrong.listen = listen;
    CHECK_THROWS(Server(wrong, echo));
  }
}

TEST_CASE("the client gets, posts, deletes, and says when nobody answers") {
  Server server({}, echo);
  HttpClient client("http://" + server.address());
  CHECK(client.get("/x?y").body == "GET /x?y ");
  CHECK(client.post("/p", "{}").body == "POST /p {}");
  CHECK(client.erase("/d").body == "DELETE /d ");
  CHECK(header_of(client.get("/"), "content-type") == "text/plain");
  std::string address;
  {
    const Server gone({}, echo);
    address = gone.address();
  }
  CHECK_THROWS_AS(HttpClient(address).get("/"), NoAnswer);
  CHECK_THROWS_AS(HttpClient("ftp://x"), std::invalid_argument);
  CHECK_THROWS_AS(HttpClient("unix:/nonexistent").get("/"), NoAnswer);
}

TEST_CASE("the client gives up at its deadline") {
  std::promise<void> release;
  Server server({}, [released = release.get_future().share()](const Request& request) {
    released.wait();
    return echo(request);
  });
  HttpClient client("http://" + server.address(), milliseconds(60));
  CHECK_THROWS_AS(client.get("/"), NoAnswer);
  release.set_value();
}

TEST_CASE("a server stops while clients are connected") {
  ServerOptions options;
  options.stop_deadline = std::chrono::hours(1);  // for answers under way: there are none
  auto server = std::make_unique<Server>(options, echo);
  RawClient idle(*server);
  idle.send(get).read_until("GET /a ");
  RawClient fresh(*server);
  server.reset();
  CHECK(idle.read_all().empty());
}

}  // namespace deltamill
