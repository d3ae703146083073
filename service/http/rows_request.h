// A request for rows, understood: query, format, window, page. Nothing of the store is touched yet.
#pragma once

#include <cstdint>
#include <optional>

#include "service/http/media_type.h"
#include "service/http/page_token.h"
#include "service/http/reading.h"
#include "service/http/row_query.h"
#include "service/http/row_sql.h"

namespace deltamill {

// Where the rows of an answer stand among all; with `after` among those after it.
struct Window {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
  bool from_range = false;  // by the header Range
};

struct RowsRequest {
  ReadTerms terms;
  RowQuery query;
  RowFormat format = RowFormat::json;
  Window window;
  std::uint64_t fingerprint = 0;  // of definition and order, for page tokens
  std::optional<PageToken> after;
  std::optional<PageStart> start;  // what `after` says
};

[[nodiscard]] RowsRequest parse_rows_request(Site& site, const Call& call);

// The format the Accept header asks for, of rows or of one row by its key.
[[nodiscard]] RowFormat format_of(const Request& request);
[[nodiscard]] RowFormat row_format_of(const Request& request);

}  // namespace deltamill
