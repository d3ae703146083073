// The front of the SQL stage: a view's file in, a bound view out.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "views/plan/plan.h"
#include "views/sql/catalog.h"
#include "views/sql/diagnostic.h"
#include "views/sql/view_declarations.h"

namespace deltamill {

// A view as its file declares it: the query's text (whole file; a header comment is only a comment
// to the parser, and of CREATE VIEW the text of the SELECT is found by the parser), and what header
// or statements say about the key.
struct ViewSource {
  std::string name;                                      // base name of the file
  std::string file;                                      // for diagnostics
  std::string text;                                      // whole content, at most 128 KiB
  std::optional<std::vector<std::string>> declared_key;  // from the header
};

struct ViewBinding {
  BoundView view;
  ViewDeclarations declarations;
  std::string select_text;  // the query alone, as it is sent to PostgreSQL (describe, verify);
                            // comments kept
  // Views of the project that the text names, also where the plan does without them.
  std::vector<std::string> views_named;
  // Tables that the text names without ONLY: should another one come to inherit from them, its rows
  // would belong to the view.
  std::set<Oid> read_without_only;
  // Per output column, the byte of the file where it is written; the query's where that is not seen
  // (behind a *).
  std::vector<std::size_t> column_positions;
  Diagnostics warnings;
};

// Parses and binds all views of a project. Views may read views; they come back in dependency
// order. Every error of every view is reported. Refused constructs have code "unsupported_sql" and
// a hint.
struct BindResult {
  std::vector<ViewBinding> views;  // those that bound, in dependency order
  Diagnostics diagnostics;         // errors and warnings, by file
};
[[nodiscard]] BindResult bind_views(const std::vector<ViewSource>& sources, const Catalog& catalog);

// Names of the tables and views each source file refers to, without a catalog: (schema or "",
// name). Used to know which tables to read from the source's catalog. Syntax errors yield nothing
// here; bind_views reports them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> referenced_relations(
    const ViewSource& source);

}  // namespace deltamill
