// Reading views: parse and check, wait for the position asked for, then everything from one
// snapshot.
#include "service/http/view_handlers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "service/http/page_reader.h"
#include "service/http/reading.h"
#include "service/http/row_sql.h"
#include "service/http/row_writer.h"
#include "service/http/rows_request.h"
#include "views/data/text_form.h"

namespace deltamill {
namespace {

constexpr std::size_t token_bytes_max =
    4096;  // a longer one would not fit the next request's target

Response answer(const Problem& problem, const Call& call) {
  return to_response(problem, path_of(call.request.target));
}

// 304 if the client has this answer already.
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
    if (part.empty() || name == "after" || name == "offset") continue;
    for (const char c : part)
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

tl::unexpected<Problem> not_singular(std::uint64_t rows) {
  return refuse(ProblemName::not_singular, "JSON object requested, multiple (or no) rows returned",
                "The result contains " + std::to_string(rows) + " rows");
}

// The answer of a snapshot that is open; nothing of it is of another frontier.
Checked<Response> rows_response(Site& site, const Call& call, const RowsRequest& request,
                                Reading& reading, Timing& timing) {
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const std::string tag =
      reading.entity_tag(site.definition(call.listener, request.terms.view), call, request.format);
  Response response = not_modified(call, tag).value_or(Response{});
  response.set("ETag", tag);
  if (response.status == 304) return response;
  const std::optional<std::uint64_t> total = count_rows(reading, view, request);
  if (total && request.window.offset > *total)
    return refuse(ProblemName::range_not_satisfiable, "Requested range not satisfiable",
                  "An offset of " + std::to_string(request.window.offset) +
                      " was requested, but there are only " + std::to_string(*total) + " rows.");
  BoundStatement rows(reading.snapshot(),
                      rows_sql(view, request.query, reading.table(), bounds_of(view, request)));
  timing.end("query");
  const Checked<Page> page = read_page(view, request, *rows, response.body);
  if (!page) return tl::unexpected<Problem>(page.error());
  timing.end("encode");
  if (request.format == RowFormat::single_object && page->rows != 1)
    return not_singular(page->rows);
  if (total && page->rows < *total) response.status = 206;
  response.set("Content-Type", content_type_of(request.format));
  response.set("Content-Range", content_range(request, page->rows, total));
  add_next_link(call, request, *page, response);
  return response;
}

struct RowRequest {
  ReadTerms terms;
  RowFormat format = RowFormat::json;
  RowQuery query;  // its members
};

Checked<Response> row_response(Site& site, const Call& call, const RowRequest& request,
                               Reading& reading, Timing& timing) {
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const Checked<std::vector<SqlValue>> key = parse_key(call.arguments[1], view);
  if (!key) return tl::unexpected<Problem>(key.error());
  const std::string tag =
      reading.entity_tag(site.definition(call.listener, request.terms.view), call, request.format);
  Response response = not_modified(call, tag).value_or(Response{});
  response.set("ETag", tag);
  if (response.status == 304) return response;
  BoundStatement row(reading.snapshot(),
                     row_sql(view, request.query.select, reading.table(), *key));
  const bool there = row->step();
  timing.end("query");
  if (!there)
    return refuse(ProblemName::unknown_row, "view \"" + view.name + "\" has no row of this key");
  RowWriter writer(RowFormat::single_object, view, request.query.select, response.body);
  writer.append(*row);
  timing.end("encode");
  response.set("Content-Type", content_type_of(request.format));
  return response;
}

Checked<RowQuery> parse_row_select(Site& site, const Call& call, const ReadTerms& terms) {
  const QueriedView& view = site.queried(call.listener, terms.view);
  if (!view.keyed()) return refuse(ProblemName::no_key, "view \"" + view.name + "\" has no key");
  const Checked<std::vector<Parameter>> parameters =
      parse_parameters(query_of(call.request.target));
  if (!parameters) return tl::unexpected<Problem>(parameters.error());
  for (const Parameter& parameter : *parameters)
    if (parameter.name != "select")
      return refuse(ProblemName::bad_query, "a row by its key takes no \"" + parameter.name + "\"");
  return parse_row_query(*parameters, view);
}

Checked<RowRequest> parse_row_request(Site& site, const Call& call) {
  RowRequest request;
  Checked<ReadTerms> terms = parse_terms(site, call);
  if (!terms) return tl::unexpected<Problem>(std::move(terms.error()));
  request.terms = std::move(*terms);
  Checked<RowQuery> query = parse_row_select(site, call, request.terms);
  if (!query) return tl::unexpected<Problem>(std::move(query.error()));
  request.query = std::move(*query);
  const Checked<RowFormat> format = row_format_of(call.request);
  if (!format) return tl::unexpected<Problem>(format.error());
  request.format = *format;
  return request;
}

void append_member(const char* name, std::string_view value, std::string& json) {
  json += name;
  append_json_string(value, json);
}

void append_key(const QueriedView& view, std::string& json) {
  json += ",\"key\":";
  if (!view.keyed()) {
    json += "null";
    return;
  }
  json += '[';
  for (const char* separator = ""; const std::uint32_t column : *view.key) {
    append_member(separator, view.columns[column].name, json);
    separator = ",";
  }
  json += ']';
}

void append_columns(const ServedView& served, const QueriedView& view, std::string& json) {
  json += ",\"columns\":[";
  const char* separator = "";
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (!view.visible[i]) continue;
    const Column& column = view.columns[i];
    json += separator;
    append_member("{\"name\":", column.name, json);
    append_member(
        ",\"type\":", served.type_names.empty() ? format_type(column.type) : served.type_names[i],
        json);
    json += column.nullable ? ",\"nullable\":true" : ",\"nullable\":false";
    const auto description = served.column_descriptions.find(column.name);
    const bool described = description != served.column_descriptions.end();
    append_member(",\"description\":", described ? description->second : "", json);
    json += '}';
    separator = ",";
  }
  json += ']';
}

// Gives the view's condition.
Condition append_view(Site& site, const Call& call, std::size_t offset,
                      const StoreReader::Snapshot& snapshot, std::string& json) {
  const ServedView& served = site.backend().views()[offset];
  const ViewState state = site.backend().view_state(offset);
  const QueriedView& view = site.queried(call.listener, offset);
  const bool there = !snapshot.table(served.name).empty();
  const Frontier frontier = there ? frontier_of(served, state, snapshot) : Frontier();
  append_member("{\"name\":", served.name, json);
  append_member(",\"description\":", served.description, json);
  append_member(",\"condition\":", to_string(state.condition), json);
  append_key(view, json);
  append_columns(served, view, json);
  append_member(",\"search\":[],\"frontier\":", to_string(frontier), json);
  json += ",\"lag_ms\":" + std::to_string(site.backend().lag_ms(frontier));
  json += ",\"rows\":" + std::to_string(there ? snapshot.row_count(served.name) : 0) + "}";
  return state.condition;
}

// From what is best for a reader to what is worst.
constexpr std::array conditions_worsening{Condition::live,  Condition::degraded, Condition::paused,
                                          Condition::stale, Condition::loading,  Condition::failed};

Condition worse_of(Condition left, Condition right) {
  const auto place = [](Condition condition) {
    return std::find(conditions_worsening.begin(), conditions_worsening.end(), condition);
  };
  return std::max(place(left), place(right)) == place(left) ? left : right;
}

// The catalogue of one snapshot. Its frontier is the store's, which a view that stopped following
// does not hold back: each view says its own. Its condition is the worst of the views listed, so
// that `live` means that all of them are; without views it is `live`.
Freshness append_catalogue(Site& site, const Call& call, const StoreReader::Snapshot& snapshot,
                           std::string& json) {
  Freshness freshness{snapshot.frontier(), site.backend().lag_ms(snapshot.frontier()),
                      Condition::live};
  append_member("{\"project\":", site.backend().project(), json);
  append_member(",\"frontier\":", to_string(snapshot.frontier()), json);
  append_member(",\"epoch\":", site.backend().epoch(), json);
  json += ",\"views\":[";
  const char* separator = "";
  for (std::size_t offset = 0; offset < site.backend().views().size(); ++offset) {
    if (!site.exists(call.listener, offset)) continue;
    json += separator;
    const Condition condition = append_view(site, call, offset, snapshot, json);
    freshness.condition = worse_of(freshness.condition, condition);
    separator = ",";
  }
  json += "]}";
  return freshness;
}

struct WaitTarget {
  Lsn lsn;
  std::optional<std::size_t> view;
  std::optional<std::string> sink;
};

Checked<WaitTarget> parse_wait(Site& site, const Call& call) {
  const Checked<std::vector<Parameter>> parameters =
      parse_parameters(query_of(call.request.target));
  if (!parameters) return tl::unexpected<Problem>(parameters.error());
  WaitTarget target;
  std::optional<Lsn> lsn;
  for (const auto& [name, value] : *parameters) {
    if (name == "lsn" && !lsn) {
      lsn = lsn_of(value);
      if (!lsn) return refuse(ProblemName::bad_lsn, "\"lsn\" is a position such as 0/16B3780");
    } else if (name == "view" && !target.view) {
      const Checked<std::size_t> view = site.find_view(call.listener, value);
      if (!view) return tl::unexpected<Problem>(view.error());
      target.view = *view;
    } else if (name == "sink" && !target.sink) {
      target.sink = value;
    } else {
      return refuse(ProblemName::bad_query, "\"" + name + "\" is unknown or given twice");
    }
  }
  if (!lsn) return refuse(ProblemName::bad_lsn, "\"lsn\" is missing");
  if (target.view && target.sink)
    return refuse(ProblemName::bad_query, "\"view\" and \"sink\" exclude each other");
  target.lsn = *lsn;
  return target;
}

// The frontier of what is waited for; nothing = no such sink.
std::optional<Frontier> frontier_of_target(Site& site, const WaitTarget& target) {
  if (target.sink) {
    for (const SinkState& sink : site.backend().sink_states())
      if (sink.name == *target.sink) return sink.frontier;
    return std::nullopt;
  }
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (!target.view) return snapshot.frontier();
  const ServedView& view = site.backend().views()[*target.view];
  return frontier_of(view, site.backend().view_state(*target.view), snapshot);
}

Checked<Frontier> wait_for_target(Site& site, const WaitTarget& target,
                                  std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Checked<void> waited = site.wait_for(target.lsn, patience);
  if (!waited) return tl::unexpected<Problem>(std::move(waited.error()));
  std::optional<Frontier> frontier;
  const auto settled = [&] {
    frontier = frontier_of_target(site, target);
    return !frontier || frontier->end() >= target.lsn;
  };
  waited = site.wait_until(deadline, settled);
  if (!waited) return tl::unexpected<Problem>(std::move(waited.error()));
  if (!frontier) return refuse(ProblemName::bad_query, "there is no sink \"" + *target.sink + "\"");
  if (frontier->end() < target.lsn) return tl::unexpected<Problem>(behind_problem(target.lsn));
  return *frontier;
}

}  // namespace

Response list_views(Site& site, const Call& call) {
  Checked<CommonTerms> terms = parse_common_terms(call.request);
  if (!terms) return answer(terms.error(), call);
  // Nothing is counted here, so that preference is not applied.
  std::erase_if(terms->preferences.applied,
                [](const std::string& applied) { return applied.starts_with("count="); });
  if (terms->min_lsn) {
    const Checked<void> reached = site.wait_for(*terms->min_lsn, terms->preferences.patience());
    if (!reached) return answer(reached.error(), call);
  }
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (terms->min_lsn && snapshot.frontier().end() < *terms->min_lsn)
    return answer(behind_problem(*terms->min_lsn), call);
  Response response;
  const Freshness freshness = append_catalogue(site, call, snapshot, response.body);
  response.set("Content-Type", "application/json");
  add_headers(freshness, *terms, response);
  return response;
}

Response read_rows(Site& site, const Call& call) {
  Timing timing;
  const Checked<RowsRequest> request = parse_rows_request(site, call);
  if (!request) return answer(request.error(), call);
  timing.end("parse");
  Checked<Reading> reading = Reading::begin(site, request->terms, timing);
  if (!reading) return answer(reading.error(), call);
  Checked<Response> outcome = rows_response(site, call, *request, *reading, timing);
  Response response = outcome ? std::move(*outcome) : answer(outcome.error(), call);
  add_headers(reading->freshness(), request->terms, response);
  response.set("Server-Timing", timing.text());
  return response;
}

Response read_row(Site& site, const Call& call) {
  Timing timing;
  const Checked<RowRequest> request = parse_row_request(site, call);
  if (!request) return answer(request.error(), call);
  timing.end("parse");
  Checked<Reading> reading = Reading::begin(site, request->terms, timing);
  if (!reading) return answer(reading.error(), call);
  Checked<Response> outcome = row_response(site, call, *request, *reading, timing);
  Response response = outcome ? std::move(*outcome) : answer(outcome.error(), call);
  add_headers(reading->freshness(), request->terms, response);
  response.set("Server-Timing", timing.text());
  return response;
}

Response wait_for_position(Site& site, const Call& call) {
  const Checked<WaitTarget> target = parse_wait(site, call);
  if (!target) return answer(target.error(), call);
  const Checked<Preferences> preferences =
      parse_preferences(call.request.header("Prefer").value_or(""));
  if (!preferences) return answer(preferences.error(), call);
  const Checked<Frontier> frontier = wait_for_target(site, *target, preferences->patience());
  if (!frontier) return answer(frontier.error(), call);
  Response response;
  append_member("{\"frontier\":", to_string(*frontier), response.body);
  response.body += "}";
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace deltamill
