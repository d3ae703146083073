// Reads the source's catalog into what the binder works with: tables, enums, keys. What cannot be
// maintained is listed beside it, so that a view over it is refused with the statement that would
// cure it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/source/session_settings.h"
#include "views/sql/catalog.h"

namespace deltamill {

struct TableName {
  std::string schema;
  std::string name;

  [[nodiscard]] bool operator==(const TableName&) const = default;
};

// Why a table cannot be used, and the exact statement for its owner; empty = there is none.
struct TableProblem {
  TableName table;
  std::string reason;
  std::string statement;
};

struct CatalogSelection {
  std::vector<std::string> schemas;  // all tables in them
  std::vector<TableName> tables;     // and these
};

struct SourceCatalog {
  Catalog catalog;  // also tables with a problem, if they have columns of their own
  // Of selected tables, and of selected names that are no tables.
  std::vector<TableProblem> problems;
};

// `settings.search_path` becomes the catalog's. Throws SourceFailed.
[[nodiscard]] SourceCatalog read_source_catalog(const SessionSettings& settings,
                                                const CatalogSelection& selection);

// A table whose old rows the change log could not identify: adding it to a publication would make
// the application's own UPDATE and DELETE fail.
[[nodiscard]] std::optional<TableProblem> identity_problem(const Table& table);

}  // namespace deltamill
