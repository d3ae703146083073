// Puts together what a request for rows asks: filter and order from the query, the window by limit,
// offset or Range, the start by a page token.
#include "service/http/rows_request.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace deltamill {

namespace {

// A range of rows as "0-19" or "20-"; nothing = other units, which RFC 9110 lets us ignore.
std::optional<Window> parse_range(const std::string& text, std::uint64_t rows_max) {
  const char* const end = text.data() + text.size();
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const auto first_end = std::from_chars(text.data(), end, first);
  const bool ranged = first_end.ec == std::errc{} && first_end.ptr != end && *first_end.ptr == '-';
  if (!ranged || first > INT64_MAX) return std::nullopt;
  if (first_end.ptr + 1 == end) return Window{first, rows_max, true};
  const auto last_end = std::from_chars(first_end.ptr + 1, end, last);
  if (last_end.ec != std::errc{} || last_end.ptr != end) return std::nullopt;
  if (last < first)
    throw Problem(ProblemName::range_not_satisfiable, "Requested range not satisfiable",
                  "The lower boundary must be lower than or equal to the upper boundary.");
  const std::uint64_t limit = std::min(last - first, rows_max) + 1;
  return Window{first, std::min(limit, rows_max), true};
}

// The query says it first; a Range beside a limit is ignored, as RFC 9110, section 14.2, allows.
Window window_of(const RowQuery& query, const Request& request, std::uint64_t rows_max) {
  const std::optional<std::string> range = request.header("Range");
  if (range && !query.limit && !query.offset) {
    const std::optional<Window> window = parse_range(*range, rows_max);
    if (window) return *window;
  }
  return {query.offset.value_or(0), std::min(query.limit.value_or(rows_max), rows_max)};
}

// A token's values are those of one order over one definition; under another they would start a
// page anywhere.
std::uint64_t fingerprint_of(std::uint64_t definition, const RowQuery& query) {
  std::string text = std::to_string(definition);
  for (const OrderItem& item : query.order)
    text += fmt::format(" {},{},{},{}", item.column, item.descending, item.nulls_first,
                        static_cast<int>(item.aspect));
  return XXH3_64bits(text.data(), text.size());
}

// Checks a token's values as if they were a client's filter, which they may be.
void read_after(const QueriedView& view, RowsRequest& request) {
  const Problem bad_after(ProblemName::bad_after,
                          "\"after\" is not a page of this view in this order");
  request.after = decode_page_token(*request.query.after);
  const std::vector<OrderItem>& order = request.query.order;
  if (!request.after || request.after->fingerprint != request.fingerprint ||
      request.after->values.size() != order.size())
    throw bad_after;
  PageStart start;
  start.inclusive = !view.keyed();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::optional<std::string>& text = request.after->values[i];
    std::optional<SqlValue> value =
        text ? read_operand(view.columns[order[i].column].type, order[i].aspect, *text)
             : SqlValue();
    if (!value) throw bad_after;
    start.values.push_back(std::move(*value));
  }
  request.start = std::move(start);
}

RowFormat acceptable(std::optional<RowFormat> format, const std::string& accept) {
  if (format) return *format;
  throw Problem(ProblemName::not_acceptable, "none of the media types asked for is available",
                accept);
}

}  // namespace

RowFormat format_of(const Request& request) {
  const std::string accept = request.header("Accept").value_or("");
  return acceptable(negotiate_format(accept), accept);
}

RowFormat row_format_of(const Request& request) {
  const std::string accept = request.header("Accept").value_or("");
  return acceptable(negotiate_row_format(accept), accept);
}

RowsRequest parse_rows_request(Site& site, const Call& call) {
  RowsRequest request;
  request.terms = parse_terms(site, call);
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  request.query = parse_row_query(parse_parameters(query_of(call.request.target)), view);
  request.format = format_of(call.request);
  request.window = window_of(request.query, call.request, site.options().rows_max);
  request.fingerprint =
      fingerprint_of(site.definition(call.listener, request.terms.view), request.query);
  if (request.query.after) read_after(view, request);
  return request;
}

}  // namespace deltamill
