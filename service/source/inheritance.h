// Table inheritance (CREATE TABLE child () INHERITS (parent)) as the source's catalog has it now: a
// SELECT of the parent reads the children's rows too, unless it says ONLY. Partitions are not meant:
// a partitioned table has no rows of its own. Internal to service/source.
#pragma once

#include <set>
#include <vector>

#include "service/source/source_options.h"
#include "service/source/sql_session.h"

namespace deltamill {

// Those of `tables` that others inherit from, each with one child. Temporary children are left out:
// only the session that made them sees their rows. Throws SourceFailed.
[[nodiscard]] std::vector<InheritedTable> read_inheritance(SqlSession& sql,
                                                           const std::set<Oid>& tables);

}  // namespace deltamill
