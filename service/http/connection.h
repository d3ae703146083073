// One client: its requests one after the other, each received, handled and answered.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/http/answer.h"
#include "service/http/listening.h"
#include "service/http/request_head.h"
#include "service/http/response_head.h"

namespace deltamill {

// Lives on the io thread, shared by the two coroutines that serve and watch it: the last to end
// destroys it. While its handler, its body or its position is waited for it holds no thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  template <typename T>
  using Task = boost::asio::awaitable<T>;

  // Serves the client until it leaves or a deadline passes.
  static void start(Listening& listening, Socket socket, std::string local_address,
                    bool overloaded);

  Connection(Listening& listening, Socket socket, std::string local_address, bool overloaded);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // What waits on the socket ends.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Outcome : std::uint8_t { complete, refused, closed };

  static Task<void> serve(std::shared_ptr<Connection> self);
  static Task<void> watch_deadline(std::shared_ptr<Connection> self);
  Task<void> serve_requests();

  Task<Outcome> receive();
  Task<Outcome> receive_head();
  Task<Outcome> receive_body();
  Task<bool> receive_some();
  void check_head();
  // Runs a check of the head; the problem it throws becomes the refusal. False = refused.
  template <typename Check>
  bool passes(Check check);

  Task<Response> answer();
  Task<void> on_handler_thread(const std::function<void()>& work);
  Task<void> wait(Wait until, std::optional<WaitingList::Entry>& entry);
  [[nodiscard]] bool over(const Wait& until) const;
  void watch_client();
  [[nodiscard]] Response overloaded_answer() const;
  [[nodiscard]] Response broken_answer() const;
  void count_refused(const Response& response) const;

  Task<bool> send(Response response, bool keep_alive);
  Task<bool> send_pieces(BodyStream& body, Framing framing, std::string bytes);
  Task<bool> send_bytes(std::string_view bytes);
  void cut(Framing framing);
  Task<void> linger();

  void set_deadline(Clock::time_point deadline);

  Listening& listening_;
  Socket socket_;
  boost::asio::steady_timer deadline_timer_;
  boost::asio::steady_timer wait_timer_;
  std::string local_address_;
  bool overloaded_;
  bool done_ = false;
  bool client_gone_ = false;  // it closed its side while its answer waited
  bool fresh_ = true;         // no request came yet
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point first_byte_;
  std::string buffer_;  // received, not yet consumed
  RequestHead head_;
  Response refusal_;
};

}  // namespace deltamill
