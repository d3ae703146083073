// Two coroutines per client on the io thread: one serves, the other holds the deadline.
// House rule for g++ 12: callables and temporaries get a name before the co_await that uses them.
#include "service/http/connection.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "service/http/target.h"

namespace deltamill {

namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
template <typename T>
using Task = asio::awaitable<T>;

constexpr std::size_t read_bytes = 16 << 10;
constexpr std::size_t head_check_bytes = 1 << 10;
constexpr std::size_t write_together_bytes = 64 << 10;  // head and body in one piece up to here
constexpr auto linger_deadline = std::chrono::seconds(1);
constexpr std::size_t linger_bytes_max = 256 << 10;

// Where the end of a head may begin, if it was not in the first `seen` bytes.
std::size_t end_search_begin(std::size_t seen) {
  return seen < 3 ? 0 : seen - 3;
}

}  // namespace

void Connection::start(Listening& listening, Socket socket, std::string local_address,
                       bool overloaded) {
  auto connection = std::make_shared<Connection>(listening, std::move(socket),
                                                 std::move(local_address), overloaded);
  // Both hold the connection; the last to end destroys it.
  asio::co_spawn(listening.io, watch_deadline(connection), asio::detached);
  asio::co_spawn(listening.io, serve(connection), asio::detached);
}

Connection::Connection(Listening& listening, Socket socket, std::string local_address,
                       bool overloaded)
    : listening_(listening),
      socket_(std::move(socket)),
      deadline_timer_(listening.io),
      wait_timer_(listening.io),
      local_address_(std::move(local_address)),
      overloaded_(overloaded) {
  listening_.connection_opened();
}

Connection::~Connection() {
  // It ends by itself: a listener that stops must not find it and close it.
  listening_.idle.erase(this);
  listening_.connection_ended();
}

void Connection::close() {
  Error ignored;
  socket_.close(ignored);
}

// The watching coroutine wakes from the cancelled wait and sleeps anew, up to the new deadline.
void Connection::set_deadline(Clock::time_point deadline) {
  deadline_ = deadline;
  deadline_timer_.cancel();
}

// Closes the socket when the deadline passes; then whatever waits on it ends.
Task<void> Connection::watch_deadline(std::shared_ptr<Connection> self) {
  while (!self->done_) {
    if (self->deadline_ <= Clock::now()) {
      self->close();
      self->deadline_ = Clock::time_point::max();
    }
    Error ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    self->deadline_timer_.expires_at(self->deadline_);
    co_await self->deadline_timer_.async_wait(token);
  }
}

Task<void> Connection::serve(std::shared_ptr<Connection> self) {
  co_await self->serve_requests();
  self->done_ = true;
  self->close();
  self->deadline_timer_.cancel();
}

Task<void> Connection::serve_requests() {
  for (;;) {
    const Outcome outcome = co_await receive();
    if (outcome == Outcome::closed) co_return;
    if (outcome == Outcome::refused) {
      Response refusal = std::move(refusal_);
      count_refused(refusal);
      // The rest of what came is not known to be a request: nothing more is read as one.
      const bool sent = co_await send(std::move(refusal), false);
      if (sent) co_await linger();
      co_return;
    }
    // While the answer is made no deadline holds: the handler has its own, and no bytes are due.
    set_deadline(Clock::time_point::max());
    Response response = co_await answer();
    if (client_gone_) co_return;
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

Task<Connection::Outcome> Connection::receive() {
  head_ = {};
  const Outcome outcome = co_await receive_head();
  if (outcome != Outcome::complete) co_return outcome;
  co_return co_await receive_body();
}

// Ends with the head in head_, its bytes taken off the buffer.
Task<Connection::Outcome> Connection::receive_head() {
  const ServerOptions& options = listening_.options;
  first_byte_ = Clock::now();
  // Pipelined requests may be there already. Between two requests a client may be silent for longer
  // than within one.
  const bool idle = !fresh_ && buffer_.empty();
  set_deadline(first_byte_ + (idle ? options.idle_deadline : options.header_deadline));
  if (buffer_.empty()) {
    listening_.idle.insert(this);
    // Looked at after it is in the list: either the stop finds it there, or it sees the stop here.
    if (listening_.stopping) co_return Outcome::closed;
    const bool received = co_await receive_some();
    listening_.idle.erase(this);
    if (!received) co_return Outcome::closed;
    if (idle) first_byte_ = Clock::now();
    set_deadline(first_byte_ + options.header_deadline);
  }
  // What is wrong or too large is refused before the head is complete: a client that never ends it
  // would else fill memory until its deadline.
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
bool Connection::passes(Check check) {
  try {
    check();
    return true;
  } catch (const Problem& problem) {
    const std::string_view target = head_.request.target;
    refusal_ = to_response(problem, target.empty() ? "/" : path_of(target));
    return false;
  }
}

// An unknown Host may be a page of another site that a browser was talked into sending (DNS
// rebinding), so it gets nothing (SECURITY).
void Connection::check_head() {
  const std::size_t end = buffer_.find("\r\n\r\n") + 4;
  RequestHead head = read_head(std::string_view(buffer_).substr(0, end));
  head_ = std::move(head);
  buffer_.erase(0, end);
  head_.request.id = request_id_of(head_.request);
  head_.request.received = first_byte_;
  if (!listening_.hosts->known(*head_.request.header("Host"), local_address_))
    throw Problem(ProblemName::unknown_host, "this service does not answer to that Host");
}

Task<Connection::Outcome> Connection::receive_body() {
  set_deadline(first_byte_ + listening_.options.request_deadline);
  // RFC 9110, section 10.1.1: such a client waits for our word. One that has sent its body already
  // needs none.
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
Task<bool> Connection::receive_some() {
  std::array<char, read_bytes> bytes;
  Error error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const auto target = asio::buffer(bytes);
  const std::size_t received = co_await socket_.async_read_some(target, token);
  if (error || received == 0) co_return false;
  buffer_.append(bytes.data(), received);
  co_return true;
}

void Connection::count_refused(const Response& response) const {
  const std::chrono::duration<double> took = Clock::now() - first_byte_;
  listening_.options.refused(response.status, took.count());
}

Response Connection::overloaded_answer() const {
  Response response =
      to_response({ProblemName::overloaded, "too many connections"}, path_of(head_.request.target));
  response.close = true;
  return response;
}

Response Connection::broken_answer() const {
  Response response;
  response.status = 500;
  response.close = true;
  count_refused(response);
  return response;
}

// Asks the handler, and as long as it wants to be called again, waits in between. Without an answer
// when the client is gone.
Task<Response> Connection::answer() {
  if (overloaded_) {
    Response overloaded = overloaded_answer();
    count_refused(overloaded);
    co_return overloaded;
  }
  // References to these locals go to the handler's thread: this coroutine stands still until the
  // work is done, so they live.
  Answer outcome;
  std::function<Answer()> step = [this] { return listening_.handler(head_.request); };
  const std::function<void()> work = [&] {
    try {
      outcome = step();
    } catch (...) {
      outcome = broken_answer();
    }
  };
  co_await on_handler_thread(work);
  while (auto* const waiting = std::get_if<Waiting>(&outcome)) {
    const Wait until = waiting->until;
    step = std::move(waiting->then);
    std::optional<WaitingList::Entry> entry;
    co_await wait(until, entry);
    if (client_gone_) co_return Response{};
    co_await on_handler_thread(work);
  }
  co_return std::get<Response>(std::move(outcome));
}

// Runs the work, which throws nothing, while this thread serves others. The work outlives the task.
Task<void> Connection::on_handler_thread(const std::function<void()>& work) {
  auto start = [this, &work](auto finish) {
    // The way back leads through the io thread, the only one on which this connection's state is
    // touched.
    asio::post(listening_.handler_threads, [this, &work, finish = std::move(finish)]() mutable {
      work();
      asio::post(listening_.io, [finish = std::move(finish)]() mutable { finish(); });
    });
  };
  auto token = asio::use_awaitable;
  auto done = asio::async_initiate<decltype(token), void()>(start, token);
  co_await std::move(done);
}

bool Connection::over(const Wait& until) const {
  return client_gone_ || listening_.giving_up() || until.deadline <= Clock::now() ||
         (until.position && listening_.reached_by_store(*until.position));
}

// Until the position is reached, the deadline passes, the client is gone or the listener stops.
// Woken for no reason it goes on waiting: only what `over` sees ends it. The caller keeps the entry
// until it has done what was waited for.
Task<void> Connection::wait(Wait until, std::optional<WaitingList::Entry>& entry) {
  client_gone_ = false;
  // In the list first, looked at afterwards: a move in between is not missed. Without a position it
  // is woken at the end only, or by its deadline.
  entry.emplace(listening_.waiting, until.position.value_or(Lsn(UINT64_MAX)),
                [this] { wait_timer_.cancel(); });
  if (over(until)) co_return;
  watch_client();
  while (!over(until)) {
    Error ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    wait_timer_.expires_at(until.deadline);
    co_await wait_timer_.async_wait(token);
  }
  Error ignored;
  socket_.cancel(ignored);  // the watch of the client
}

// A client that closes its side while its answer waits is gone. One that sends its next request
// meanwhile is there; whether it stays is seen when it is answered.
void Connection::watch_client() {
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](Error error) {
    // The wait is over.
    if (error) return;
    char byte = 0;
    const ssize_t peeked = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked > 0) return;
    if (peeked < 0 && (errno == EAGAIN || errno == EINTR)) return self->watch_client();
    self->client_gone_ = true;
    self->wait_timer_.cancel();
  });
}

Task<bool> Connection::send(Response response, bool keep_alive) {
  // A head that was refused before it was read has none.
  if (head_.request.id.empty()) head_.request.id = make_request_id();
  const Framing framing = framing_of(response, head_.takes_chunks);
  std::string bytes = response_head(response, framing, head_.request.id, keep_alive);
  // The fields are those of the GET, its length included; the body stays here (RFC 9110, section
  // 9.3.2).
  if (head_.request.method == "HEAD" || framing == Framing::no_body)
    co_return co_await send_bytes(bytes);
  if (response.rest) {
    append_piece(response.body, framing, bytes);
    co_return co_await send_pieces(*response.rest, framing, std::move(bytes));
  }
  // One write, one packet mostly. A large body is not copied for it.
  if (bytes.size() + response.body.size() <= write_together_bytes) {
    bytes += response.body;
    co_return co_await send_bytes(bytes);
  }
  const bool sent = co_await send_bytes(bytes);
  if (!sent) co_return false;
  co_return co_await send_bytes(response.body);
}

// `bytes`: what goes before the next piece. What is there is sent before another piece is asked
// for, so that a body that waits shows what it has.
Task<bool> Connection::send_pieces(BodyStream& body, Framing framing, std::string bytes) {
  BodyPiece piece;
  std::optional<WaitingList::Entry> entry;
  bool failed = false;
  const std::function<void()> work = [&] {
    try {
      piece = body.next();
    } catch (...) {
      failed = true;
    }
  };
  for (;;) {
    const bool sent = co_await send_bytes(bytes);
    if (!sent) co_return false;
    if (std::holds_alternative<EndOfBody>(piece)) co_return true;
    bytes.clear();
    set_deadline(Clock::time_point::max());
    co_await on_handler_thread(work);
    entry.reset();
    if (failed) {
      cut(framing);
      co_return false;
    }
    if (const auto* const until = std::get_if<Wait>(&piece)) {
      // A body that would wait although all waiting is over ends as one that is cut.
      if (listening_.giving_up()) co_return false;
      const Wait pause = *until;
      co_await wait(pause, entry);
      if (client_gone_) co_return false;
    } else if (const auto* const text = std::get_if<std::string>(&piece)) {
      append_piece(*text, framing, bytes);
    } else {
      append_end(framing, bytes);
    }
  }
}

// The client must not take what it has for the whole. Chunks show it by their missing end; where
// the end of the connection is the end of the body, only a reset does.
void Connection::cut(Framing framing) {
  Error ignored;
  if (framing == Framing::closed_after)
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

Task<bool> Connection::send_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    // A client may read as slowly as it likes, as long as it reads: the deadline is for each write,
    // not for all.
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
Task<void> Connection::linger() {
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

}  // namespace deltamill
