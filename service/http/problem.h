// Every error that HTTP answers, in one table: its name, status and the code that PostgREST's
// clients know. Whatever inside http/ cannot go on with a request throws a Problem; routes.cpp, and
// for heads of requests the connection, turn it into the answer.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/message.h"

namespace deltamill {

enum class ProblemName : std::uint8_t {
  bad_query,
  unknown_column,
  bad_value,
  unsupported_operator,
  too_many_conditions,
  bad_after,
  bad_lsn,
  bad_preference,
  no_key,
  no_search,
  bad_request,
  unknown_view,
  unknown_row,
  unknown_path,
  unknown_job,
  no_feed,
  method_not_allowed,
  not_acceptable,
  not_singular,
  must_refetch,
  job_conflict,
  body_too_large,
  uri_too_long,
  unsupported_media_type,
  range_not_satisfiable,
  unknown_host,
  too_many_requests,
  header_too_large,
  internal,
  not_implemented,
  not_ready,
  behind,
  query_timeout,
  overloaded,
};

// What is wrong with a request, for the caller to read.
class Problem : public std::exception {
 public:
  Problem(ProblemName problem_name, std::string problem_message, std::string problem_details = {},
          std::string problem_hint = {});
  [[nodiscard]] const char* what() const noexcept override { return message.c_str(); }

  ProblemName name;
  std::string message;
  std::string details;  // empty = null
  std::string hint;     // empty = null
  std::vector<Header> headers;
};

[[nodiscard]] int status_of(ProblemName name);

// The problem as application/problem+json. `instance` is the path of the request.
[[nodiscard]] Response to_response(const Problem& problem, std::string_view instance);

}  // namespace deltamill
