// The HTTP interface as one table; finding the route of a request; what all answers share: turning
// failures into problems, compression, counting.
#include "service/http/routes.h"

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/http/admin_handlers.h"
#include "service/http/gzip.h"
#include "service/http/media_type.h"
#include "service/http/target.h"
#include "service/http/view_handlers.h"

namespace deltamill {

namespace {

Answer not_available(Site& site, const Call& call);

struct Route {
  const char* method;
  const char* pattern;
  Listener listener;  // open routes are answered by both listeners
  Answer (*handler)(Site& site, const Call& call);
  enum class Query : std::uint8_t { taken, refused } query = Query::taken;
};

// Handlers that look at no parameter. Probes are not among them: what asks them may add its own.
constexpr Route::Query no_query = Route::Query::refused;

constexpr std::array routes{
    Route{"GET", "/v1/views", Listener::open, list_views, no_query},
    Route{"GET", "/v1/views/{view}", Listener::open, read_rows},
    Route{"GET", "/v1/views/{view}/rows/{key}", Listener::open, read_row},
    Route{"GET", "/v1/views/{view}/search", Listener::open, not_available},
    Route{"GET", "/v1/views/{view}/changes", Listener::open, not_available},
    Route{"GET", "/v1/changes", Listener::open, not_available},
    Route{"GET", "/v1/snapshot", Listener::open, not_available},
    Route{"GET", "/v1/wait", Listener::open, wait_for_position},
    Route{"GET", "/openapi.json", Listener::open, not_available},

    Route{"GET", "/healthz", Listener::admin, show_health},
    Route{"GET", "/readyz", Listener::admin, show_readiness},
    Route{"GET", "/metrics", Listener::admin, show_metrics},
    Route{"GET", "/v1/status", Listener::admin, show_status, no_query},
    Route{"GET", "/v1/graph", Listener::admin, not_available},
    Route{"GET", "/v1/views/{view}/explain", Listener::admin, explain_view, no_query},
    Route{"GET", "/v1/views/{view}/errors", Listener::admin, show_errors, no_query},
    Route{"GET", "/v1/plan", Listener::admin, not_available},
    Route{"POST", "/v1/apply", Listener::admin, not_available},
    Route{"POST", "/v1/views/{view}/rebuild", Listener::admin, start_rebuild, no_query},
    Route{"POST", "/v1/views/{view}/rollback", Listener::admin, not_available},
    Route{"POST", "/v1/views/{view}/pause", Listener::admin, not_available},
    Route{"POST", "/v1/views/{view}/resume", Listener::admin, not_available},
    Route{"POST", "/v1/views/{view}/verify", Listener::admin, start_verify, no_query},
    Route{"GET", "/v1/jobs", Listener::admin, list_jobs, no_query},
    Route{"GET", "/v1/jobs/{id}", Listener::admin, show_job, no_query},
    Route{"DELETE", "/v1/jobs/{id}", Listener::admin, cancel_job, no_query},
    Route{"GET", "/", Listener::admin, not_available},
};

constexpr const char* no_route = "none";

Response answer(const Problem& problem, const Request& request) {
  return to_response(problem, path_of(request.target));
}

Answer not_available(Site& /*site*/, const Call& /*call*/) {
  throw Problem(ProblemName::not_implemented, "not available in this version");
}

using Segments = std::vector<std::string_view>;

// The arguments of a path that has the form of a pattern; nothing = it has another form. Segments
// are compared as they came: a path has one spelling, and an encoded slash splits nothing.
std::optional<Segments> match(std::string_view pattern, const Segments& path) {
  const Segments parts = path_segments(pattern);
  if (parts.size() != path.size()) return std::nullopt;
  Segments arguments;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{'))
      arguments.push_back(path[i]);
    else if (parts[i] != path[i])
      return std::nullopt;
  }
  return arguments;
}

// A key may hold slashes and dots; a name may not.
std::string decode_argument(std::string_view pattern, std::string_view segment, bool last) {
  if (!last || !pattern.ends_with("{key}")) return decode_segment(segment);
  std::optional<std::string> key = percent_decode(segment, false);
  if (!key || segment == "." || segment == "..")
    throw Problem(ProblemName::bad_request, "the key is not percent-encoded UTF-8 without NUL");
  return std::move(*key);
}

// A path with . or .. in it may mean something else to a proxy in front of us, which resolves them:
// so it is refused as malformed rather than as unknown.
bool has_dot_segment(const Segments& path) {
  for (const std::string_view segment : path) {
    const std::optional<std::string> decoded = percent_decode(segment, false);
    if (!decoded || *decoded == "." || *decoded == "..") return true;
  }
  return false;
}

struct Found {
  const Route* route = nullptr;  // of the request's method
  const char* pattern = no_route;
  Segments arguments;
  std::string allowed;  // methods of the path, for Allow; empty = unknown path
};

// All rows are looked at: 405 has to name every method that the path does take (RFC 9110, section
// 15.5.6). Routes of operators do not exist on the open listener: not forbidden, unknown.
Found find_route(Listener listener, std::string_view method, const Segments& path) {
  Found found;
  for (const Route& route : routes) {
    if (route.listener == Listener::admin && listener != Listener::admin) continue;
    std::optional<Segments> arguments = match(route.pattern, path);
    if (!arguments) continue;
    const std::string_view own = route.method;
    found.pattern = route.pattern;
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(own);
    if (own == "GET") found.allowed += ", HEAD";
    if (own != method && !(own == "GET" && method == "HEAD")) continue;
    found.route = &route;
    found.arguments = std::move(*arguments);
  }
  if (!found.allowed.empty()) found.allowed += ", OPTIONS";
  return found;
}

Response refuse_method(const Found& found, const Request& request) {
  Response response;
  if (request.method == "OPTIONS")
    response.status = 204;
  else
    response = answer({ProblemName::method_not_allowed,
                       "method " + request.method + " is not one of " + found.allowed},
                      request);
  response.set("Allow", found.allowed);
  return response;
}

// REQUIRES: `found` says which routes the path has.
Answer handle(Site& site, Listener listener, const Request& request, const Found& found) {
  if (found.allowed.empty()) {
    if (has_dot_segment(path_segments(path_of(request.target))))
      throw Problem(ProblemName::bad_request, "the path is not plain percent-encoded UTF-8");
    throw Problem(ProblemName::unknown_path, "there is no such path");
  }
  if (found.route == nullptr) return refuse_method(found, request);
  const Route& route = *found.route;
  // A parameter that is ignored looks as if it worked.
  if (route.query == Route::Query::refused && !query_of(request.target).empty())
    throw Problem(ProblemName::bad_query, "this path takes no parameters");
  Call call{request, listener, {}};
  for (std::size_t i = 0; i < found.arguments.size(); ++i) {
    const bool last = i + 1 == found.arguments.size();
    call.arguments.push_back(decode_argument(route.pattern, found.arguments[i], last));
  }
  return route.handler(site, call);
}

// What a failed store means to a client.
Problem problem_of(const SqliteError& error) {
  constexpr int interrupt = 9;  // SQLITE_INTERRUPT
  if ((error.code & 0xff) == interrupt)
    return {ProblemName::query_timeout, "the query took too long"};
  // SQLITE_BUSY and kin: another process holds the store for a moment.
  if (error.retryable()) return {ProblemName::overloaded, "the view store is busy"};
  return {ProblemName::internal, "the view store failed"};
}

// The one place where what a request cannot have becomes its answer.
Answer answer_safely(Site& site, const Request& request, const std::function<Answer()>& step) {
  try {
    return step();
  } catch (const Problem& problem) {
    return answer(problem, request);
  } catch (const QueryTimeout&) {
    return answer({ProblemName::overloaded, "too many queries are running"}, request);
  } catch (const SqliteError& error) {
    const Problem problem = problem_of(error);
    if (problem.name == ProblemName::internal) site.options().report_failure(error.what());
    return answer(problem, request);
    // What was not expected: to the operators in full, to the client without a word of it.
  } catch (const std::exception& error) {
    site.options().report_failure(error.what());
    return answer({ProblemName::internal, "the request failed; the service goes on"}, request);
  }
}

// Tells of what a client only sees as an answer that is cut.
class ReportedBody : public BodyStream {
 public:
  ReportedBody(Site& site, std::unique_ptr<BodyStream> body)
      : site_(site), body_(std::move(body)) {}

  BodyPiece next() override {
    try {
      return body_->next();
    } catch (const std::exception& error) {
      site_.options().report_failure(std::string("an answer was cut: ") + error.what());
      throw;
    }
  }

 private:
  Site& site_;
  std::unique_ptr<BodyStream> body_;
};

// Events are sent as they come, not when a block of them is full.
bool is_event_stream(const Response& response) {
  for (const Header& header : response.headers)
    if (equals_ignoring_case(header.name, "Content-Type"))
      return header.value == "text/event-stream";
  return false;
}

// Small answers cost more to pack than to send. A HEAD is compressed like its GET, for the same
// fields.
void compress(const Request& request, Response& response) {
  if (!response.rest && response.body.size() < gzip_bytes_min) return;
  if (is_event_stream(response)) return;
  if (!accepts_gzip(request.header("Accept-Encoding").value_or(""))) return;
  GzipEncoder encoder;
  std::string packed;
  encoder.append(response.body, packed);
  if (response.rest)
    response.rest = std::make_unique<GzipStream>(std::move(encoder), std::move(response.rest));
  else
    encoder.end(packed);
  response.body = std::move(packed);
  response.set("Content-Encoding", "gzip");
}

// What all answers share. An answer in pieces counts when its first piece is made.
void complete(Site& site, const Request& request, const char* pattern, Response& response) {
  try {
    compress(request, response);
    if (response.rest)
      response.rest = std::make_unique<ReportedBody>(site, std::move(response.rest));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - request.received;
    site.status().count_request(pattern, response.status, took.count());
  } catch (const std::exception& error) {
    site.options().report_failure(error.what());
    response = answer({ProblemName::internal, "the request failed; the service goes on"}, request);
  }
}

// A step of a request: from its arrival or from the end of a wait to the next wait or the answer.
Answer run_step(Site& site, const Request& request, const char* pattern,
                const std::function<Answer()>& step) {
  Answer outcome = answer_safely(site, request, step);
  if (auto* const waiting = std::get_if<Waiting>(&outcome)) {
    waiting->then = [&site, &request, pattern, then = std::move(waiting->then)] {
      return run_step(site, request, pattern, then);
    };
  } else {
    complete(site, request, pattern, std::get<Response>(outcome));
  }
  return outcome;
}

}  // namespace

Answer answer_request(Site& site, Listener listener, const Request& request) {
  const Segments path = path_segments(path_of(request.target));
  const Found found = find_route(listener, request.method, path);
  return run_step(site, request, found.pattern,
                  [&] { return handle(site, listener, request, found); });
}

// Called by the server, which knows no metrics and cannot do anything about an exception.
std::function<void(int status, double seconds)> refusal_counter(Site& site) {
  return [&site](int status, double seconds) {
    try {
      site.status().count_request(no_route, status, seconds);
    } catch (const std::exception& error) {
      site.options().report_failure(error.what());
    }
  };
}

}  // namespace deltamill
