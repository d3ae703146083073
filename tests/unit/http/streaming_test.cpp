// Bodies in pieces and waiting requests, over real sockets.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/unit/http/raw_client.h"

namespace deltamill {

namespace {

using std::chrono::milliseconds;

// Commits that streams and requests wait for, numbered from 1.
class Commits final : public Positions {
 public:
  [[nodiscard]] std::uint64_t last() const { return last_; }
  void commit() {
    ++last_;
    subscribers_.call_all();
  }
  void stop() {
    stopping_ = true;
    subscribers_.call_all();
  }

  // Waits until the frontier was looked at that often: twice by each before it sleeps.
  void await_looks(int count) const {
    for (int seen = looks_; seen < count; seen = looks_) looks_.wait(seen);
  }

  [[nodiscard]] Frontier store_frontier() const override {
    const Frontier frontier{Lsn(last_)};
    ++looks_;
    looks_.notify_all();
    return frontier;
  }
  [[nodiscard]] std::int64_t lag_ms(Frontier /*frontier*/) const override { return 0; }
  void request_position(Lsn /*lsn*/) override {}
  [[nodiscard]] Subscription on_move(std::function<void()> moved) override {
    return subscribers_.add(std::move(moved));
  }
  [[nodiscard]] bool stopping() const override { return stopping_; }

 private:
  std::atomic<std::uint64_t> last_{0};
  std::atomic<bool> stopping_{false};
  mutable std::atomic<int> looks_{0};
  Subscribers subscribers_;
};

// Every commit as a line, for ever.
class CommitLines final : public BodyStream {
 public:
  CommitLines(const Commits& commits, std::atomic<int>& open) : commits_(commits), open_(open) {
    ++open_;
  }
  ~CommitLines() override { --open_; }
  BodyPiece next() override {
    if (sent_ == commits_.last())
      return Wait{Lsn(sent_ + 1), std::chrono::steady_clock::now() + std::chrono::hours(1)};
    return std::to_string(++sent_) + "\n";
  }

 private:
  const Commits& commits_;
  std::atomic<int>& open_;
  std::uint64_t sent_ = 0;
};

// The given pieces; then the end, or what a broken store would throw.
class Pieces final : public BodyStream {
 public:
  Pieces(std::vector<std::string> pieces, bool broken)
      : pieces_(std::move(pieces)), broken_(broken) {}
  BodyPiece next() override {
    if (next_ < pieces_.size()) return pieces_[next_++];
    if (broken_) throw std::runtime_error("the store broke");
    return EndOfBody{};
  }

 private:
  std::vector<std::string> pieces_;
  bool broken_;
  std::size_t next_ = 0;
};

Server::Handler in_pieces(bool broken) {
  return [broken](const Request&) {
    Response response;
    response.body = "first,";
    response.rest =
        std::make_unique<Pieces>(std::vector<std::string>{"second,", "", "third"}, broken);
    return response;
  };
}

// Follows how many connections a server has.
class ConnectionCount {
 public:
  void follow(ServerOptions& options) {
    options.connections_changed = [this](std::size_t count) {
      const std::lock_guard lock(mutex_);
      count_ = count;
      changed_.notify_all();
    };
  }
  void await(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return count_ == count; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;  // guarded by mutex_
};

// Answers /N when commit N is there, /lines with all of them, / at once.
class CommitServer {
 public:
  explicit CommitServer(ServerOptions options) {
    options.positions = &commits_;
    connections_.follow(options);
    server_ = std::make_unique<Server>(options,
                                       [this](const Request& request) { return handle(request); });
  }

  [[nodiscard]] Server& server() { return *server_; }
  void commit() { commits_.commit(); }
  void stop_commits() { commits_.stop(); }
  void stop() { server_.reset(); }
  void await_connections(std::size_t count) { connections_.await(count); }
  void await_waiting(int count) const { commits_.await_looks(2 * count); }
  // Those that have waited stay in the handler until they are released.
  void hold_resumed() { held_ = true; }
  void release_resumed() {
    held_ = false;
    held_.notify_all();
  }
  void await_resumed(int count) {
    for (int seen = resumed; seen < count; seen = resumed) resumed.wait(seen);
  }
  [[nodiscard]] bool answers() {
    return RawClient(*server_)
        .send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .read_all()
        .ends_with("at once");
  }

  std::atomic<int> open_streams{0};
  std::atomic<int> resumed{0};
  std::chrono::steady_clock::duration patience = std::chrono::hours(1);

 private:
  Answer handle(const Request& request) {
    Response response;
    if (request.target == "/lines") {
      response.rest = std::make_unique<CommitLines>(commits_, open_streams);
      return response;
    }
    if (request.target == "/") {
      response.body = "at once";
      return response;
    }
    const Lsn position(std::stoul(request.target.substr(1)));
    return Waiting{{position, std::chrono::steady_clock::now() + patience}, [this] {
                     ++resumed;
                     resumed.notify_all();
                     held_.wait(true);
                     Response late;
                     late.body = "at " + std::to_string(commits_.last());
                     return late;
                   }};
  }

  std::atomic<bool> held_{false};
  Commits commits_;
  ConnectionCount connections_;
  std::unique_ptr<Server> server_;
};

std::string get(const std::string& target, const std::string& version = "1.1") {
  return "GET " + target + " HTTP/" + version + "\r\nHost: localhost\r\n\r\n";
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

int thread_count() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  return 0;
}

// Both ends of the connections are in this process.
void allow_connections(rlim_t count) {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur =
      std::min<rlim_t>(files.rlim_max, std::max<rlim_t>(files.rlim_cur, 2 * count + 200));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
}

ServerOptions few_threads(std::size_t connections_max) {
  ServerOptions options;
  options.handler_threads = 2;
  options.connections_max = connections_max;
  return options;
}

using Clients = std::vector<std::unique_ptr<RawClient>>;

Clients connect(Server& server, std::size_t count, const std::string& request) {
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<RawClient>(server));
    clients.back()->send(request);
  }
  return clients;
}

}  // namespace

TEST_CASE("a body in pieces is sent in chunks, and the connection goes on") {
  Server server({}, in_pieces(false));
  RawClient client(server);
  for (int round = 0; round < 2; ++round) {
    const std::string answer = client.send(get("/")).read_until("\r\n0\r\n\r\n");
    CHECK(answer.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(answer.find("Content-Length") == std::string::npos);
    CHECK(body_of(answer) == "6\r\nfirst,\r\n7\r\nsecond,\r\n5\r\nthird\r\n0\r\n\r\n");
  }
}

TEST_CASE("HTTP/1.0 gets a body in pieces up to the end of the connection") {
  Server server({}, in_pieces(false));
  RawClient client(server);
  const std::string answer = client.send(get("/", "1.0")).read_all();
  CHECK(answer.find("Transfer-Encoding") == std::string::npos);
  CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
  CHECK(body_of(answer) == "first,second,third");
  CHECK_FALSE(client.reset());
}

TEST_CASE("HEAD ends with the head, whatever the body") {
  Server server({}, in_pieces(false));
  RawClient client(server);
  const std::string head = "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answer = client.send(head + head).read_until("\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("Content-Length") == std::string::npos);
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a body that breaks ends the connection without its last chunk") {
  Server server({}, in_pieces(true));
  CHECK(body_of(RawClient(server).send(get("/")).read_all()) ==
        "6\r\nfirst,\r\n7\r\nsecond,\r\n5\r\nthird\r\n");
  RawClient old(server);
  old.send(get("/", "1.0")).read_all();
  CHECK(old.reset());
}

TEST_CASE("pieces are made as the client takes them") {
  class Endless final : public BodyStream {
   public:
    explicit Endless(std::atomic<std::size_t>& made) : made_(made) {}
    BodyPiece next() override {
      ++made_;
      return std::string(std::size_t{64} << 10, 'x');
    }

   private:
    std::atomic<std::size_t>& made_;
  };
  std::atomic<std::size_t> made{0};
  ServerOptions options = few_threads(10);
  options.write_stall = milliseconds(200);
  ConnectionCount connections;
  connections.follow(options);
  Server server(options, [&made](const Request& request) {
    Response response;
    if (request.target == "/") response.rest = std::make_unique<Endless>(made);
    return response;
  });
  const Clients silent = connect(server, 5, get("/"));
  connections.await(5);
  CHECK(RawClient(server).send(get("/other")).read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  connections.await(0);
  CHECK(made > 0);
  CHECK(made < 2000);  // what five sockets hold
}

TEST_CASE("a thousand open streams hold no thread and get every commit in its order") {
  allow_connections(1100);
  CommitServer commits(few_threads(1100));
  const int threads = thread_count();
  const Clients clients = connect(commits.server(), 1000, get("/lines"));
  for (const auto& client : clients)
    CHECK(client->read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(commits.open_streams == 1000);
  CHECK(commits.answers());
  for (int i = 0; i < 3; ++i) commits.commit();
  for (const auto& client : clients)
    CHECK(client->read_until("3\n\r\n") == "2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n");
  CHECK(thread_count() == threads);
}

TEST_CASE("two thousand waiting requests hold no thread and each is called at its position") {
  allow_connections(2100);
  CommitServer commits(few_threads(2100));
  const int threads = thread_count();
  const Clients sooner = connect(commits.server(), 1000, get("/1"));
  const Clients later = connect(commits.server(), 1000, get("/2"));
  commits.await_connections(2000);
  CHECK(commits.answers());
  CHECK(thread_count() == threads);
  commits.commit();
  for (const auto& client : sooner) CHECK(client->read_until("at 1").ends_with("at 1"));
  CHECK(commits.resumed == 1000);
  commits.commit();
  for (const auto& client : later) CHECK(client->read_until("at 2").ends_with("at 2"));
}

TEST_CASE("requests that are let through leave a thread to those that come") {
  CommitServer commits(few_threads(10));
  const Clients clients = connect(commits.server(), 5, get("/1"));
  commits.await_waiting(5);
  commits.hold_resumed();
  commits.commit();
  commits.await_resumed(1);
  CHECK(commits.answers());
  CHECK(commits.resumed == 1);
  commits.release_resumed();
  for (const auto& client : clients) CHECK(client->read_until("at 1").ends_with("at 1"));
}

TEST_CASE("as many may wait as may be connected, the next is overloaded") {
  CommitServer commits(few_threads(5));
  const Clients clients = connect(commits.server(), 5, get("/1"));
  commits.await_connections(5);
  CHECK(RawClient(commits.server()).send(get("/1")).read_all().starts_with("HTTP/1.1 503"));
  commits.commit();
  for (const auto& client : clients) CHECK(client->read_until("at 1").ends_with("at 1"));
}

TEST_CASE("a wait ends at its deadline") {
  CommitServer commits(few_threads(5));
  commits.patience = milliseconds(20);
  CHECK(RawClient(commits.server()).send(get("/1")).read_until("at 0").ends_with("at 0"));
}

TEST_CASE("a request that comes while the one before it waits is answered after it") {
  CommitServer commits(few_threads(5));
  RawClient client(commits.server());
  client.send(get("/1") + get("/"));
  CHECK(commits.answers());
  commits.commit();
  const std::string answers = client.read_until("at once");
  CHECK(answers.find("at 1") < answers.find("at once"));
}

TEST_CASE("what is kept for a client that is gone is freed at once") {
  CommitServer commits(few_threads(5));
  {
    RawClient stream(commits.server());
    static_cast<void>(stream.send(get("/lines")).read_until("\r\n\r\n"));
    RawClient waiting(commits.server());
    waiting.send(get("/1"));
    commits.await_connections(2);
    CHECK(commits.open_streams == 1);
  }
  commits.await_connections(0);
  CHECK(commits.open_streams == 0);
  CHECK(commits.resumed == 0);
}

TEST_CASE(
    "who waits is called when the service or the server stops, and what would wait on is cut") {
  CommitServer commits(few_threads(5));
  RawClient stream(commits.server());
  static_cast<void>(stream.send(get("/lines")).read_until("\r\n\r\n"));
  RawClient waiting(commits.server());
  waiting.send(get("/1"));
  commits.await_connections(2);
  CHECK(commits.answers());  // whoever came before has been handled
  SECTION("the service") {
    commits.stop_commits();
  }
  SECTION("the server") {
    commits.stop();
  }
  CHECK(waiting.read_until("at 0").ends_with("at 0"));
  CHECK(stream.read_all().empty());
  CHECK(commits.open_streams == 0);
}

}  // namespace deltamill
