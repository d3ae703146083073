// The catalogue, rows, one row by key, waiting for a position. Each answer is of one frontier and
// says which.
#pragma once

#include "service/http/answer.h"
#include "service/http/site.h"

namespace deltamill {

[[nodiscard]] Answer list_views(Site& site, const Call& call);  // /v1/views
[[nodiscard]] Answer read_rows(Site& site, const Call& call);   // /v1/views/{view}
[[nodiscard]] Answer read_row(Site& site, const Call& call);    // /v1/views/{view}/rows/{key}
[[nodiscard]] Answer wait_for_position(Site& site, const Call& call);  // /v1/wait

}  // namespace deltamill
