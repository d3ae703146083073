// Every error that HTTP answers, in one table: its name, status and the code that PostgREST's
// clients know.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
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
struct Problem {
  ProblemName name = ProblemName::internal;
  std::string message;
  std::string details = {};  // empty = null
  std::string hint = {};     // empty = null
  std::vector<Header> headers = {};
};

template <typename T>
using Checked = tl::expected<T, Problem>;

[[nodiscard]] tl::unexpected<Problem> refuse(ProblemName name, std::string message,
                                             std::string details = {}, std::string hint = {});

[[nodiscard]] int status_of(ProblemName name);

// The problem as application/problem+json. `instance` is the path of the request.
[[nodiscard]] Response to_response(const Problem& problem, std::string_view instance);

}  // namespace deltamill
