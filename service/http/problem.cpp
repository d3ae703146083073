// The problems of the HTTP interface with status, code and title, and their JSON: RFC 9457 with
// PostgREST's members beside it, so that its clients find what they look for.
#include "service/http/problem.h"

#include <array>
#include <string>
#include <utility>

#include "views/data/check.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

struct ProblemRow {
  ProblemName name;
  int status;
  const char* text;
  const char* code;
  const char* title;
};

constexpr std::array problem_rows{
    ProblemRow{ProblemName::bad_query, 400, "bad_query", "PGRST100", "The query is not understood"},
    ProblemRow{ProblemName::unknown_column, 400, "unknown_column", "42703", "Unknown column"},
    ProblemRow{ProblemName::bad_value, 400, "bad_value", "22P02", "Not a value of the type"},
    ProblemRow{ProblemName::unsupported_operator, 400, "unsupported_operator", "PGRST127",
               "Unsupported operator"},
    ProblemRow{ProblemName::too_many_conditions, 400, "too_many_conditions", "too_many_conditions",
               "Too many conditions"},
    ProblemRow{ProblemName::bad_after, 400, "bad_after", "bad_after", "Not a page of this query"},
    ProblemRow{ProblemName::bad_lsn, 400, "bad_lsn", "bad_lsn", "Not a position"},
    ProblemRow{ProblemName::bad_preference, 400, "bad_preference", "PGRST122",
               "Unknown preference"},
    ProblemRow{ProblemName::no_key, 400, "no_key", "no_key", "The view has no key"},
    ProblemRow{ProblemName::no_search, 400, "no_search", "no_search", "The view has no search"},
    ProblemRow{ProblemName::bad_request, 400, "bad_request", "bad_request", "Bad request"},
    ProblemRow{ProblemName::unknown_view, 404, "unknown_view", "PGRST205", "Unknown view"},
    ProblemRow{ProblemName::unknown_row, 404, "unknown_row", "unknown_row", "Unknown row"},
    ProblemRow{ProblemName::unknown_path, 404, "unknown_path", "PGRST125", "Unknown path"},
    ProblemRow{ProblemName::unknown_job, 404, "unknown_job", "unknown_job", "Unknown job"},
    ProblemRow{ProblemName::no_feed, 404, "no_feed", "no_feed", "The view has no feed"},
    ProblemRow{ProblemName::method_not_allowed, 405, "method_not_allowed", "PGRST117",
               "Method not allowed"},
    ProblemRow{ProblemName::not_acceptable, 406, "not_acceptable", "PGRST107", "Not acceptable"},
    ProblemRow{ProblemName::not_singular, 406, "not_singular", "PGRST116", "Not exactly one row"},
    ProblemRow{ProblemName::must_refetch, 409, "must_refetch", "must_refetch", "Fetch again"},
    ProblemRow{ProblemName::job_conflict, 409, "job_conflict", "job_conflict",
               "A job of this kind is running"},
    ProblemRow{ProblemName::body_too_large, 413, "body_too_large", "body_too_large",
               "Body too large"},
    ProblemRow{ProblemName::uri_too_long, 414, "uri_too_long", "uri_too_long", "URI too long"},
    ProblemRow{ProblemName::unsupported_media_type, 415, "unsupported_media_type",
               "unsupported_media_type", "Unsupported media type"},
    ProblemRow{ProblemName::range_not_satisfiable, 416, "range_not_satisfiable", "PGRST103",
               "Range not satisfiable"},
    ProblemRow{ProblemName::unknown_host, 421, "unknown_host", "unknown_host", "Unknown host"},
    ProblemRow{ProblemName::too_many_requests, 429, "too_many_requests", "too_many_requests",
               "Too many requests"},
    ProblemRow{ProblemName::header_too_large, 431, "header_too_large", "header_too_large",
               "Header too large"},
    ProblemRow{ProblemName::internal, 500, "internal", "internal", "Internal error"},
    ProblemRow{ProblemName::not_implemented, 501, "not_implemented", "not_implemented",
               "Not implemented"},
    ProblemRow{ProblemName::not_ready, 503, "not_ready", "not_ready", "Not ready"},
    ProblemRow{ProblemName::behind, 503, "behind", "behind", "Not that far yet"},
    ProblemRow{ProblemName::query_timeout, 503, "query_timeout", "query_timeout", "Query timeout"},
    ProblemRow{ProblemName::overloaded, 503, "overloaded", "overloaded", "Overloaded"},
};

const ProblemRow& row_of(ProblemName name) {
  const auto& row = problem_rows.at(static_cast<std::size_t>(name));
  DM_CHECK(row.name == name, "the table of problems is in the order of their names");
  return row;
}

void append_member(const char* name, std::string_view value, std::string& json) {
  json += ",\"";
  json += name;
  json += "\":";
  if (value.empty())
    json += "null";
  else
    append_json_string(value, json);
}

}  // namespace

Problem::Problem(ProblemName problem_name, std::string problem_message, std::string problem_details,
                 std::string problem_hint)
    : name(problem_name),
      message(std::move(problem_message)),
      details(std::move(problem_details)),
      hint(std::move(problem_hint)) {}

int status_of(ProblemName name) {
  return row_of(name).status;
}

Response to_response(const Problem& problem, std::string_view instance) {
  const ProblemRow& row = row_of(problem.name);
  Response response;
  response.status = row.status;
  response.headers = problem.headers;
  response.set("Content-Type", "application/problem+json");
  response.set("Cache-Control", "no-store");
  std::string& json = response.body;
  json = "{\"type\":\"urn:deltamill:error:";
  json += row.text;
  json += '"';
  append_member("title", row.title, json);
  json += ",\"status\":" + std::to_string(row.status);
  append_member("detail", problem.message, json);
  append_member("instance", instance, json);
  append_member("code", row.code, json);
  // The same text twice: `detail` is the RFC's word for it, `message` PostgREST's.
  append_member("message", problem.message, json);
  append_member("details", problem.details, json);
  append_member("hint", problem.hint, json);
  json += "}";
  return response;
}

}  // namespace deltamill
