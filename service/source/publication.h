// The publication: always a list of tables, never FOR ALL TABLES. Internal to service/source.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "service/source/sql_session.h"
#include "views/data/schema.h"

namespace deltamill {

struct PublicationState {
  bool exists = false;
  bool all_tables = false;      // refused
  bool all_operations = false;  // insert, update, delete and truncate
  bool via_root = false;
  std::set<Oid> tables;  // as published, whatever the way
};

[[nodiscard]] PublicationState read_publication(SqlSession& sql, const std::string& name);

// Shared with the catalog they come from.
using TableList = std::vector<std::shared_ptr<const Table>>;

// Statements that make the publication hold these tables; empty = it does.
// Throws SourceFailed (stop) if it is of a kind that is refused.
[[nodiscard]] std::vector<std::string> statements_to_publish(const std::string& name,
                                                             const PublicationState& state,
                                                             const TableList& tables);

// Statement that takes tables out again.
[[nodiscard]] std::string statement_to_withdraw(const std::string& name,
                                                const std::vector<std::string>& quoted_tables);

}  // namespace deltamill
