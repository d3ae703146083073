// Reading views: parse and check, wait for the position asked for, then everything from one
// snapshot.
#include "service/http/view_handlers.h"

#include <memory>
#include <optional>
#include <utility>

#include "service/http/deadline.h"
#include "service/http/reading.h"
#include "service/http/row_key.h"
#include "service/http/row_sql.h"
#include "service/http/row_writer.h"
#include "service/http/rows_body.h"
#include "service/http/rows_request.h"

namespace deltamill {

namespace {

using SteadyClock = std::chrono::steady_clock;

// A longer one would not fit the next request's target.
constexpr std::size_t token_bytes_max = 4096;
constexpr std::chrono::milliseconds permit_retry{20};

// 304 if the client has this answer already (RFC 9110, section 13.1.2).
std::optional<Response> not_modified(const Call& call, const std::string& tag) {
  if (!matches(call.request.header("If-None-Match"), tag)) return std::nullopt;
  Response response;
  response.status = 304;
  return response;
}

// How many rows the filter lets through, if the client asks.
std::optional<std::uint64_t> count_rows(Reading& reading, const QueriedView& view,
                                        const RowsRequest& request) {
  if (!request.terms.preferences.count) return std::nullopt;
  BoundStatement count(reading.snapshot(), count_sql(view, request.query, reading.table()));
  count->step();
  return static_cast<std::uint64_t>(count->integer(0));
}

std::string content_range(const RowsRequest& request, std::uint64_t rows,
                          std::optional<std::uint64_t> total) {
  const std::uint64_t first = request.window.offset;
  const std::string sent =
      rows == 0 ? "*" : std::to_string(first) + "-" + std::to_string(first + rows - 1);
  return sent + "/" + (total ? std::to_string(*total) : "*");
}

// The same query from the next row on.
std::string next_link(const Call& call, const RowsRequest& request, const std::string& token) {
  std::string link = "<";
  link += path_of(call.request.target);
  link += "?";
  std::string_view query = query_of(call.request.target);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const auto name = percent_decode(part.substr(0, part.find('=')), true);
    // The token says where to go on; an offset would be skipped once more.
    if (part.empty() || name == "after" || name == "offset") continue;
    for (const char c : part)
      // These end a link or its parameters (RFC 8288) and may stand in a query undecoded.
      link += c == '<' || c == '>' || c == '"' ? percent_encode({&c, 1}) : std::string(1, c);
    link += '&';
  }
  if (request.window.from_range) link += "limit=" + std::to_string(request.window.limit) + "&";
  return link + "after=" + token + ">; rel=\"next\"";
}

void add_next_link(const Call& call, const RowsRequest& request, const Page& page,
                   Response& response) {
  if (!page.more || !page.last) return;
  const std::string token = encode_page_token(*page.last);
  if (token.size() <= token_bytes_max) response.set("Link", next_link(call, request, token));
}

Problem not_singular(std::uint64_t rows) {
  return {ProblemName::not_singular, "JSON object requested, multiple (or no) rows returned",
          "The result contains " + std::to_string(rows) + " rows"};
}

// The answer of a snapshot that is open; nothing of it is of another frontier. Nothing = the answer
// is large, and as many as may be are open.
std::optional<Response> rows_response(Site& site, const Call& call,
                                      const std::shared_ptr<const RowsRequest>& rows,
                                      Reading reading, Timing& timing) {
  const RowsRequest& request = *rows;
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const std::string tag =
      reading.entity_tag(site.definition(call.listener, request.terms.view), call, request.format);
  Response response = not_modified(call, tag).value_or(Response{});
  response.set("ETag", tag);
  // Without touching a row: the tag is made of the frontier and the definition.
  if (response.status == 304) return response;
  const std::optional<std::uint64_t> total = count_rows(reading, view, request);
  if (total && request.window.offset > *total)
    throw Problem(ProblemName::range_not_satisfiable, "Requested range not satisfiable",
                  "An offset of " + std::to_string(request.window.offset) +
                      " was requested, but there are only " + std::to_string(*total) + " rows.");
  // The body takes the snapshot along: later pages of the answer come from the same frontier,
  // whatever is committed meanwhile.
  auto body = std::make_unique<RowsBody>(site, view, rows, std::move(reading));
  timing.end("query");
  // The first page is made before the status line goes out, so an error in it is an answer, not a
  // cut.
  const std::optional<Page> page = body->begin(response.body);
  if (!page) return std::nullopt;
  timing.end("encode");
  if (request.format == RowFormat::single_object && page->rows != 1) throw not_singular(page->rows);
  if (total && page->rows < *total) response.status = 206;
  response.set("Content-Type", content_type_of(request.format));
  response.set("Content-Range", content_range(request, page->rows, total));
  add_next_link(call, request, *page, response);
  if (!body->whole()) response.rest = std::move(body);
  return response;
}

struct RowRequest {
  ReadTerms terms;
  RowFormat format = RowFormat::json;
  RowQuery query;  // its members
};

Response row_response(Site& site, const Call& call, const RowRequest& request, Reading reading,
                      Timing& timing) {
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const std::vector<SqlValue> key = parse_key(call.arguments[1], view);
  const std::string tag =
      reading.entity_tag(site.definition(call.listener, request.terms.view), call, request.format);
  Response response = not_modified(call, tag).value_or(Response{});
  response.set("ETag", tag);
  if (response.status == 304) return response;
  BoundStatement row(reading.snapshot(), row_sql(view, request.query.select, reading.table(), key));
  const bool there = row->step();
  timing.end("query");
  if (!there)
    throw Problem(ProblemName::unknown_row, "view \"" + view.name + "\" has no row of this key");
  RowWriter(RowFormat::single_object, view, request.query.select).append(*row, response.body);
  timing.end("encode");
  response.set("Content-Type", content_type_of(request.format));
  return response;
}

RowQuery parse_row_select(Site& site, const Call& call, const ReadTerms& terms) {
  const QueriedView& view = site.queried(call.listener, terms.view);
  if (!view.keyed()) throw Problem(ProblemName::no_key, "view \"" + view.name + "\" has no key");
  const std::vector<Parameter> parameters = parse_parameters(query_of(call.request.target));
  for (const Parameter& parameter : parameters)
    if (parameter.name != "select")
      throw Problem(ProblemName::bad_query, "a row by its key takes no \"" + parameter.name + "\"");
  return parse_row_query(parameters, view);
}

RowRequest parse_row_request(Site& site, const Call& call) {
  RowRequest request;
  request.terms = parse_terms(site, call);
  request.query = parse_row_select(site, call, request.terms);
  request.format = row_format_of(call.request);
  return request;
}

// Answers with `respond`, which gives nothing when it has to be asked again. Its problems tell the
// freshness of what was read, as its answers do.
template <typename Respond>
std::optional<Response> answer_reading(const Call& call, const CommonTerms& terms, Timing& timing,
                                       Reading reading, Respond respond) {
  const Freshness freshness = reading.freshness();
  std::optional<Response> response;
  try {
    response = respond(std::move(reading));
  } catch (const Problem& problem) {
    response = to_response(problem, path_of(call.request.target));
  }
  if (!response) return std::nullopt;
  add_headers(freshness, terms, *response);
  response->set("Server-Timing", timing.text());
  return response;
}

// Reads, again and again while as many large answers as may be are open.
Answer answer_rows(Site& site, const Call& call, const std::shared_ptr<const RowsRequest>& request,
                   const std::shared_ptr<Timing>& timing, SteadyClock::time_point give_up) {
  const auto read = [&site, call, request, timing, give_up](Reading reading) -> Answer {
    const auto respond = [&](Reading opened) {
      return rows_response(site, call, request, std::move(opened), *timing);
    };
    std::optional<Response> response =
        answer_reading(call, request->terms, *timing, std::move(reading), respond);
    if (response) return std::move(*response);
    const SteadyClock::time_point now = SteadyClock::now();
    if (now >= give_up || site.positions().stopping())
      throw Problem(ProblemName::overloaded, "too many large answers are being sent");
    return Waiting{{std::nullopt, now + permit_retry}, [&site, call, request, timing, give_up] {
                     return answer_rows(site, call, request, timing, give_up);
                   }};
  };
  return begin_reading(site, request->terms, timing, read);
}

}  // namespace

Answer read_rows(Site& site, const Call& call) {
  const auto timing = std::make_shared<Timing>();
  const auto request = std::make_shared<const RowsRequest>(parse_rows_request(site, call));
  timing->end("parse");
  return answer_rows(site, call, request, timing, deadline_of(site.options().query_timeout));
}

Answer read_row(Site& site, const Call& call) {
  const auto timing = std::make_shared<Timing>();
  const auto request = std::make_shared<const RowRequest>(parse_row_request(site, call));
  timing->end("parse");
  const auto read = [&site, call, request, timing](Reading reading) -> Answer {
    const auto respond = [&](Reading opened) {
      return row_response(site, call, *request, std::move(opened), *timing);
    };
    return *answer_reading(call, request->terms, *timing, std::move(reading), respond);
  };
  return begin_reading(site, request->terms, timing, read);
}

}  // namespace deltamill
