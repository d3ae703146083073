// Reading views: parse and check, wait for the position asked for, then everything from one
// snapshot.
#include "service/http/view_handlers.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "service/http/page_reader.h"
#include "service/http/reading.h"
#include "service/http/row_key.h"
#include "service/http/row_sql.h"
#include "service/http/row_writer.h"
#include "service/http/rows_request.h"
#include "views/data/text_form.h"

namespace deltamill {
namespace {

constexpr std::size_t token_bytes_max =
    4096;  // a longer one would not fit the next request's target

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

Problem not_singular(std::uint64_t rows) {
  return {ProblemName::not_singular, "JSON object requested, multiple (or no) rows returned",
          "The result contains " + std::to_string(rows) + " rows"};
}

// The answer of a snapshot that is open; nothing of it is of another frontier.
Response rows_response(Site& site, const Call& call, const RowsRequest& request, Reading& reading,
                       Timing& timing) {
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const std::string tag =
      reading.entity_tag(site.definition(call.listener, request.terms.view), call, request.format);
  Response response = not_modified(call, tag).value_or(Response{});
  response.set("ETag", tag);
  if (response.status == 304) return response;
  const std::optional<std::uint64_t> total = count_rows(reading, view, request);
  if (total && request.window.offset > *total)
    throw Problem(ProblemName::range_not_satisfiable, "Requested range not satisfiable",
                  "An offset of " + std::to_string(request.window.offset) +
                      " was requested, but there are only " + std::to_string(*total) + " rows.");
  BoundStatement rows(reading.snapshot(),
                      rows_sql(view, request.query, reading.table(), bounds_of(view, request)));
  timing.end("query");
  const Page page = read_page(view, request, *rows, response.body);
  timing.end("encode");
  if (request.format == RowFormat::single_object && page.rows != 1) throw not_singular(page.rows);
  if (total && page.rows < *total) response.status = 206;
  response.set("Content-Type", content_type_of(request.format));
  response.set("Content-Range", content_range(request, page.rows, total));
  add_next_link(call, request, page, response);
  return response;
}

struct RowRequest {
  ReadTerms terms;
  RowFormat format = RowFormat::json;
  RowQuery query;  // its members
};

Response row_response(Site& site, const Call& call, const RowRequest& request, Reading& reading,
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
  RowWriter writer(RowFormat::single_object, view, request.query.select, response.body);
  writer.append(*row);
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
  const ServedView& served = site.status().views()[offset];
  const ViewState state = site.status().view_state(offset);
  const QueriedView& view = site.queried(call.listener, offset);
  const bool there = !snapshot.table(served.name).empty();
  const Frontier frontier = there ? frontier_of(served, state, snapshot) : Frontier();
  append_member("{\"name\":", served.name, json);
  append_member(",\"description\":", served.description, json);
  append_member(",\"condition\":", to_string(state.condition), json);
  append_key(view, json);
  append_columns(served, view, json);
  append_member(",\"search\":[],\"frontier\":", to_string(frontier), json);
  json += ",\"lag_ms\":" + std::to_string(site.positions().lag_ms(frontier));
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
  Freshness freshness{snapshot.frontier(), site.positions().lag_ms(snapshot.frontier()),
                      Condition::live};
  append_member("{\"project\":", site.status().project(), json);
  append_member(",\"frontier\":", to_string(snapshot.frontier()), json);
  append_member(",\"epoch\":", site.status().epoch(), json);
  json += ",\"views\":[";
  const char* separator = "";
  for (std::size_t offset = 0; offset < site.status().views().size(); ++offset) {
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

WaitTarget parse_wait(Site& site, const Call& call) {
  WaitTarget target;
  std::optional<Lsn> lsn;
  for (const auto& [name, value] : parse_parameters(query_of(call.request.target))) {
    if (name == "lsn" && !lsn) {
      lsn = lsn_of(value);
      if (!lsn) throw Problem(ProblemName::bad_lsn, "\"lsn\" is a position such as 0/16B3780");
    } else if (name == "view" && !target.view) {
      target.view = site.find_view(call.listener, value);
    } else if (name == "sink" && !target.sink) {
      target.sink = value;
    } else {
      throw Problem(ProblemName::bad_query, "\"" + name + "\" is unknown or given twice");
    }
  }
  if (!lsn) throw Problem(ProblemName::bad_lsn, "\"lsn\" is missing");
  if (target.view && target.sink)
    throw Problem(ProblemName::bad_query, "\"view\" and \"sink\" exclude each other");
  target.lsn = *lsn;
  return target;
}

// The frontier of what is waited for; nothing = no such sink.
std::optional<Frontier> frontier_of_target(Site& site, const WaitTarget& target) {
  if (target.sink) {
    for (const SinkState& sink : site.status().sink_states())
      if (sink.name == *target.sink) return sink.frontier;
    return std::nullopt;
  }
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (!target.view) return snapshot.frontier();
  const ServedView& view = site.status().views()[*target.view];
  return frontier_of(view, site.status().view_state(*target.view), snapshot);
}

Frontier wait_for_target(Site& site, const WaitTarget& target, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  site.wait_for(target.lsn, patience);
  std::optional<Frontier> frontier;
  const auto settled = [&] {
    frontier = frontier_of_target(site, target);
    return !frontier || frontier->has_reached(target.lsn);
  };
  site.wait_until(deadline, settled);
  if (!frontier) throw Problem(ProblemName::bad_query, "there is no sink \"" + *target.sink + "\"");
  if (!frontier->has_reached(target.lsn)) throw behind_problem(target.lsn);
  return *frontier;
}

// Answers with `respond`; its problems tell the freshness of what was read, as its answers do.
template <typename Respond>
Response answer_reading(const Call& call, const Reading& reading, const CommonTerms& terms,
                        const Timing& timing, Respond respond) {
  Response response;
  try {
    response = respond();
  } catch (const Problem& problem) {
    response = to_response(problem, path_of(call.request.target));
  }
  add_headers(reading.freshness(), terms, response);
  response.set("Server-Timing", timing.text());
  return response;
}

}  // namespace

Response list_views(Site& site, const Call& call) {
  CommonTerms terms = parse_common_terms(call.request);
  // Nothing is counted here, so that preference is not applied.
  std::erase_if(terms.preferences.applied,
                [](const std::string& applied) { return applied.starts_with("count="); });
  if (terms.min_lsn) site.wait_for(*terms.min_lsn, terms.preferences.patience());
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (terms.min_lsn && !snapshot.frontier().has_reached(*terms.min_lsn))
    throw behind_problem(*terms.min_lsn);
  Response response;
  const Freshness freshness = append_catalogue(site, call, snapshot, response.body);
  response.set("Content-Type", "application/json");
  add_headers(freshness, terms, response);
  return response;
}

Response read_rows(Site& site, const Call& call) {
  Timing timing;
  const RowsRequest request = parse_rows_request(site, call);
  timing.end("parse");
  Reading reading = Reading::begin(site, request.terms, timing);
  return answer_reading(call, reading, request.terms, timing,
                        [&] { return rows_response(site, call, request, reading, timing); });
}

Response read_row(Site& site, const Call& call) {
  Timing timing;
  const RowRequest request = parse_row_request(site, call);
  timing.end("parse");
  Reading reading = Reading::begin(site, request.terms, timing);
  return answer_reading(call, reading, request.terms, timing,
                        [&] { return row_response(site, call, request, reading, timing); });
}

Response wait_for_position(Site& site, const Call& call) {
  const WaitTarget target = parse_wait(site, call);
  const Preferences preferences = parse_preferences(call.request.header("Prefer").value_or(""));
  const Frontier frontier = wait_for_target(site, target, preferences.patience());
  Response response;
  append_member("{\"frontier\":", to_string(frontier), response.body);
  response.body += "}";
  response.set("Content-Type", "application/json");
  response.set("Cache-Control", "no-store");
  return response;
}

}  // namespace deltamill
