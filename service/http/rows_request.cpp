// Windows by limit, offset or Range; pages by token.
#include "service/http/rows_request.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace deltamill {
namespace {

// A range of rows as "0-19" or "20-"; nothing = other units, which RFC 9110 lets us ignore.
Checked<std::optional<Window>> parse_range(const std::string& text, std::uint64_t rows_max) {
  const char* const end = text.data() + text.size();
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const auto first_end = std::from_chars(text.data(), end, first);
  const bool ranged = first_end.ec == std::errc{} && first_end.ptr != end && *first_end.ptr == '-';
  if (!ranged || first > INT64_MAX) return std::optional<Window>();
  if (first_end.ptr + 1 == end) return std::optional<Window>(Window{first, rows_max, true});
  const auto last_end = std::from_chars(first_end.ptr + 1, end, last);
  if (last_end.ec != std::errc{} || last_end.ptr != end) return std::optional<Window>();
  if (last < first)
    return refuse(ProblemName::range_not_satisfiable, "Requested range not satisfiable",
                  "The lower boundary must be lower than or equal to the upper boundary.");
  const std::uint64_t limit = std::min(last - first, rows_max) + 1;
  return std::optional<Window>(Window{first, std::min(limit, rows_max), true});
}

Checked<Window> window_of(const RowQuery& query, const Request& request, std::uint64_t rows_max) {
  const std::optional<std::string> range = request.header("Range");
  if (range && !query.limit && !query.offset) {
    const Checked<std::optional<Window>> window = parse_range(*range, rows_max);
    if (!window) return tl::unexpected<Problem>(window.error());
    if (*window) return **window;
  }
  return Window{query.offset.value_or(0), std::min(query.limit.value_or(rows_max), rows_max)};
}

std::uint64_t fingerprint_of(std::uint64_t definition, const RowQuery& query) {
  std::string text = std::to_string(definition);
  for (const OrderItem& item : query.order)
    text += fmt::format(" {},{},{},{}", item.column, item.descending, item.nulls_first,
                        static_cast<int>(item.aspect));
  return XXH3_64bits(text.data(), text.size());
}

// Checks a token's values as if they were a client's filter, which they may be.
Checked<void> read_after(const QueriedView& view, RowsRequest& request) {
  const auto refused = [] {
    return refuse(ProblemName::bad_after, "\"after\" is not a page of this view in this order");
  };
  request.after = decode_page_token(*request.query.after);
  const std::vector<OrderItem>& order = request.query.order;
  if (!request.after || request.after->fingerprint != request.fingerprint ||
      request.after->values.size() != order.size())
    return refused();
  PageStart start;
  start.inclusive = !view.keyed();
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::optional<std::string>& text = request.after->values[i];
    std::optional<SqlValue> value =
        text ? read_operand(view.columns[order[i].column].type, order[i].aspect, *text)
             : SqlValue();
    if (!value) return refused();
    start.values.push_back(std::move(*value));
  }
  request.start = std::move(start);
  return {};
}

Checked<RowFormat> acceptable(std::optional<RowFormat> format, const std::string& accept) {
  if (format) return *format;
  return refuse(ProblemName::not_acceptable, "none of the media types asked for is available",
                accept);
}

}  // namespace

Checked<RowFormat> format_of(const Request& request) {
  const std::string accept = request.header("Accept").value_or("");
  return acceptable(negotiate_format(accept), accept);
}

Checked<RowFormat> row_format_of(const Request& request) {
  const std::string accept = request.header("Accept").value_or("");
  return acceptable(negotiate_row_format(accept), accept);
}

Checked<RowsRequest> parse_rows_request(Site& site, const Call& call) {
  RowsRequest request;
  Checked<ReadTerms> terms = parse_terms(site, call);
  if (!terms) return tl::unexpected<Problem>(std::move(terms.error()));
  request.terms = std::move(*terms);
  const QueriedView& view = site.queried(call.listener, request.terms.view);
  const Checked<std::vector<Parameter>> parameters =
      parse_parameters(query_of(call.request.target));
  if (!parameters) return tl::unexpected<Problem>(parameters.error());
  Checked<RowQuery> query = parse_row_query(*parameters, view);
  if (!query) return tl::unexpected<Problem>(std::move(query.error()));
  request.query = std::move(*query);
  const Checked<RowFormat> format = format_of(call.request);
  if (!format) return tl::unexpected<Problem>(format.error());
  request.format = *format;
  const Checked<Window> window = window_of(request.query, call.request, site.options().rows_max);
  if (!window) return tl::unexpected<Problem>(window.error());
  request.window = *window;
  request.fingerprint =
      fingerprint_of(site.definition(call.listener, request.terms.view), request.query);
  if (!request.query.after) return request;
  const Checked<void> after = read_after(view, request);
  if (!after) return tl::unexpected<Problem>(after.error());
  return request;
}

}  // namespace deltamill
