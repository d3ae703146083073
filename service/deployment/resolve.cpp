// Resolves a project against its source: files, catalog, binding, then PostgreSQL's own description
// of each view, which ours must equal.
#include "service/deployment/resolve.h"

#include <algorithm>

#include "service/deployment/full_query.h"
#include "service/source/query_description.h"
#include "service/source/source_catalog.h"
#include "service/source/source_failed.h"
#include "service/time_zone_database.h"

namespace deltamill {

namespace {

Diagnostic diagnostic_of(const DeployedView& view, const ProjectFiles& files, std::string_view code,
                         std::string message) {
  Diagnostic diagnostic;
  for (const ProjectView& file : files.views)
    if (file.source.name == view.binding.view.name) diagnostic.file = file.source.file;
  diagnostic.line = 1;
  diagnostic.column = 1;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  return diagnostic;
}

// Tables that cannot be maintained, for each view that reads them.
void report_table_problems(ResolvedProject& project, const std::vector<TableProblem>& problems) {
  for (const DeployedView& view : project.deployment.views) {
    Deployment alone;
    alone.views.push_back(view);
    for (const auto& table : alone.tables()) {
      const auto problem =
          std::ranges::find(problems, TableName{table->schema, table->name}, &TableProblem::table);
      if (problem == problems.end()) continue;
      Diagnostic diagnostic =
          diagnostic_of(view, project.files, "unsupported_sql",
                        "table " + table->schema + "." + table->name + ": " + problem->reason);
      if (!problem->statement.empty())
        diagnostic.hint = "the table's owner may run: " + problem->statement;
      project.diagnostics.push_back(std::move(diagnostic));
    }
  }
}

// With the modifier: numeric(10,2) and numeric print differently.
bool same_type(const Type& ours, const DescribedColumn& theirs) {
  const Oid oid = ours.enumeration ? ours.enumeration->oid : oid_of(ours.kind);
  return oid == theirs.type && ours.modifier == theirs.modifier;
}

// Where PostgreSQL's description of a view differs from ours, in words; empty = nowhere.
std::string difference(const Columns& ours, const std::vector<DescribedColumn>& theirs) {
  if (ours.size() != theirs.size())
    return "PostgreSQL gives " + std::to_string(theirs.size()) + " columns, we " +
           std::to_string(ours.size());
  for (std::size_t column = 0; column < ours.size(); ++column) {
    if (ours[column].name != theirs[column].name)
      return "column " + std::to_string(column + 1) + " is \"" + theirs[column].name +
             "\" in PostgreSQL, \"" + ours[column].name + "\" here";
    if (!same_type(ours[column].type, theirs[column]))
      return "column \"" + ours[column].name + "\" is " + theirs[column].type_text +
             " in PostgreSQL, " + format_type(ours[column].type) + " here";
  }
  return {};
}

}  // namespace

SessionSettings session_settings(const Settings& settings) {
  SessionSettings session;
  session.url = settings.source.url;
  session.application_name = "deltamill " + settings.project;
  session.search_path = settings.source.search_path;
  return session;
}

void resolve_deployment(ResolvedProject& project) {
  const SessionSettings session = session_settings(project.files.settings);
  CatalogSelection selection;
  selection.schemas = project.files.settings.source.search_path;
  for (const auto& [schema, name] : relations_of(project.files))
    // Names without a schema are looked for along the search path, all of which is read anyway.
    if (!schema.empty()) selection.tables.push_back({schema, name});
  SourceCatalog source = read_source_catalog(session, selection);
  source.catalog.time_zones = make_time_zone_database();
  project.deployment = deploy(project.files, source.catalog, project.diagnostics);
  report_table_problems(project, source.problems);

  QueryDescriber describer(session);
  for (DeployedView& view : project.deployment.views) {
    view.served.time_zones = source.catalog.time_zones;
    std::string message;
    try {
      const auto described = describer.describe(full_query(view, project.deployment));
      // The last word on what our binder understood: PostgreSQL describes the same text, views put
      // in as WITH queries.
      message = difference(view.sink_view.columns, described);
      for (const DescribedColumn& column : described)
        view.served.type_names.push_back(column.type_text);
    } catch (const StatementRefused& refused) {
      message = refused.what();
    }
    if (!message.empty())
      project.diagnostics.push_back(diagnostic_of(view, project.files, "result_differs", message));
  }
}

ResolvedProject resolve_project(const std::string& directory, const EnvironmentMap& environment) {
  ResolvedProject project;
  project.files = load_project(directory, environment, project.diagnostics);
  // A bad header must not hide what is wrong with the other views.
  if (project.files.settled) resolve_deployment(project);
  return project;
}

}  // namespace deltamill
