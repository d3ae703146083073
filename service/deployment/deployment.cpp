// Merges a view's header, its statements and the project's defaults into what is deployed. A
// setting that is given twice is an error, not a matter of precedence.
#include "service/deployment/deployment.h"

#include <xxhash.h>

#include <algorithm>
#include <map>
#include <set>

#include "service/configuration/quantity.h"
#include "sinks/sqlite/table_sql.h"
#include "views/data/ascii.h"
#include "views/plan/plan.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

class Merger {
 public:
  Merger(const ProjectView& files, const Settings& settings, Diagnostics& diagnostics)
      : files_(files), settings_(settings), diagnostics_(diagnostics) {}

  [[nodiscard]] DeployedView merge(ViewBinding binding) {
    DeployedView view;
    const ViewHeader& header = files_.header;
    const ViewDeclarations& declared = binding.declarations;
    view.max_lag = header.max_lag.value_or(settings_.defaults.max_lag);
    view.required = header.required.value_or(settings_.defaults.required);
    view.sinks = sinks_of_header();
    read_options(declared, view);

    const Columns& columns = binding.view.plan->columns;
    view.sink_view = {.name = binding.view.name,
                      .definition = {},
                      .columns = columns,
                      .key = binding.view.key,
                      .indexes = indexes(columns, declared)};
    // Here rather than when the store makes its tables: that would be one view at a time, and late.
    check_store(view.sink_view, binding);
    view.served = served(columns, binding, declared);
    view.binding = std::move(binding);
    return view;
  }

 private:
  // What the store would refuse when the service starts, for all views together.
  void check_store(const SinkView& view, const ViewBinding& binding) {
    for (const StoreRefusal& refusal : refusals_of(view)) {
      const bool has_place = refusal.about == StoreRefusal::About::column;
      Diagnostic diagnostic;
      locate(files_.source.text, has_place ? binding.column_positions[refusal.column] : 0,
             diagnostic);
      diagnostic.file = files_.source.file;
      diagnostic.code =
          refusal.about == StoreRefusal::About::columns ? "unsupported_sql" : "bad_name";
      diagnostic.message = "cannot keep view \"" + view.name + "\": " + refusal.reason;
      diagnostic.hint = refusal.hint;
      diagnostics_.push_back(std::move(diagnostic));
    }
  }

  // `place`: one of the header's, or words of the statements.
  void error(const std::string& place, std::string_view code, std::string message,
             std::string hint = {}) {
    Diagnostic diagnostic;
    if (const auto found = files_.header.places.find(place); found != files_.header.places.end())
      diagnostic = found->second;
    else if (const std::size_t at = files_.source.text.find(place); at != std::string::npos)
      locate(files_.source.text, at, diagnostic);
    diagnostic.file = files_.source.file;
    diagnostic.code = code;
    diagnostic.message = std::move(message);
    diagnostic.hint = std::move(hint);
    diagnostics_.push_back(std::move(diagnostic));
  }

  // WITH (...) of the view's statement. The words are checked as a key of the header is: an unknown
  // one is an error, not left to somebody else.
  void read_options(const ViewDeclarations& declared, DeployedView& view) {
    for (const auto& [name, value] : declared.options) {
      if (name == "deltamill.max_lag")
        read_max_lag(value, view);
      else if (name == "deltamill.sinks")
        read_sinks(value, view);
      else
        error(name, "unknown_key", "unknown option \"" + name + "\"",
              did_you_mean(name, {"deltamill.sinks", "deltamill.max_lag"}));
    }
  }

  void read_max_lag(const std::string& value, DeployedView& view) {
    if (files_.header.max_lag)
      return error("max_lag", "duplicate_key", "max_lag is given by the header and by WITH",
                   "keep one of them");
    if (const auto duration = parse_duration(value))
      view.max_lag = *duration;
    else
      error("deltamill.max_lag", "bad_value", "\"deltamill.max_lag\" must be a duration",
            "for example 5s");
  }

  [[nodiscard]] std::vector<std::string> sinks_of_header() const {
    if (!files_.header.sinks) return settings_.defaults.sinks;
    std::vector<std::string> names;
    for (const ViewSink& sink : *files_.header.sinks) names.push_back(sink.name);
    return names;
  }

  void read_sinks(const std::string& value, DeployedView& view) {
    if (files_.header.places.contains("sinks"))
      error("sinks", "duplicate_key", "sinks are given by the header and by WITH",
            "keep one of them");
    view.sinks.clear();
    std::size_t begin = 0;
    while (begin <= value.size()) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      std::string name = value.substr(begin, end - begin);
      // "a, b" and "a,b" are one list.
      std::erase(name, ' ');
      if (name != settings_.store_name())
        error("deltamill.sinks", "bad_value",
              "the sink \"" + name + "\" is not available in this version",
              "use \"" + settings_.store_name() + "\"");
      view.sinks.push_back(std::move(name));
      begin = end + 1;
    }
  }

  [[nodiscard]] std::optional<std::uint32_t> find(const Columns& columns, const std::string& name,
                                                  const std::string& place) {
    const auto column = std::ranges::find(columns, name, &Column::name);
    if (column != columns.end()) return static_cast<std::uint32_t>(column - columns.begin());
    std::vector<std::string> names;
    for (const Column& present : columns) names.push_back(present.name);
    error(place, "unknown_column", "the view has no column \"" + name + "\"",
          did_you_mean(name, names));
    return std::nullopt;
  }

  std::vector<std::vector<IndexColumn>> indexes(const Columns& columns,
                                                const ViewDeclarations& declared) {
    // The header's first, then the statements': the order is part of the view's definition, so it
    // must not depend on anything else.
    std::vector<std::vector<std::string>> all_indexes;
    if (files_.header.sinks)
      for (const ViewSink& sink : *files_.header.sinks)
        all_indexes.insert(all_indexes.end(), sink.indexes.begin(), sink.indexes.end());
    all_indexes.insert(all_indexes.end(), declared.indexes.begin(), declared.indexes.end());
    std::vector<std::vector<IndexColumn>> result;
    for (const std::vector<std::string>& index : all_indexes) {
      std::vector<IndexColumn> resolved;
      for (const std::string& item : index) {
        const std::size_t blank = item.find(' ');
        const std::string order = blank == std::string::npos ? "asc" : item.substr(blank + 1);
        if (order != "asc" && order != "desc")
          error("index." + item, "bad_value", "\"" + item + "\" is not a column of an index",
                "write \"name desc\"");
        if (const auto column = find(columns, item.substr(0, blank), "index." + item))
          resolved.push_back({*column, order == "desc"});
      }
      result.push_back(std::move(resolved));
    }
    return result;
  }

  ServedView served(const Columns& columns, const ViewBinding& binding,
                    const ViewDeclarations& declared) {
    ServedView view;
    view.name = binding.view.name;
    view.columns = columns;
    view.key = binding.view.key;
    if (!files_.header.description.empty() && !declared.description.empty())
      error("description", "duplicate_key", "a description is given by the header and by COMMENT",
            "keep one of them");
    view.description =
        declared.description.empty() ? files_.header.description : declared.description;
    view.column_descriptions = files_.header.column_descriptions;
    for (const auto& [name, description] : declared.column_descriptions)
      if (!view.column_descriptions.emplace(name, description).second)
        error("columns." + name, "duplicate_key",
              "column \"" + name + "\" is described by the header and by COMMENT",
              "keep one of them");
    for (const auto& [name, description] : view.column_descriptions)
      // For its message: a description of no column is a mistake.
      (void)find(columns, name, "columns." + name);
    const ServeMode mode = files_.header.serve.value_or(settings_.defaults.serve);
    // `loopback`: served where only this machine can ask.
    view.served = mode == ServeMode::always ||
                  (mode == ServeMode::loopback && listens_locally(settings_.serve.listen));
    view.served_columns = files_.header.served_columns;
    for (const std::string& name : view.served_columns)
      (void)find(columns, name, "serve.columns." + name);
    return view;
  }

  const ProjectView& files_;
  const Settings& settings_;
  Diagnostics& diagnostics_;
};

void append_tables(const PlanNode& node, std::vector<std::shared_ptr<const Table>>& tables) {
  if (const auto* const scan = std::get_if<TableScan>(&node.body)) {
    // A table that is read twice, or by several views, is one to the source.
    const bool listed = std::ranges::any_of(
        tables, [&](const auto& table) { return table->oid == scan->table->oid; });
    if (!listed) tables.push_back(scan->table);
  }
  for (const PlanPtr& input : inputs_of(node)) append_tables(*input, tables);
}

void append_views(const PlanNode& node, std::set<std::string>& views) {
  if (const auto* const scan = std::get_if<ViewScan>(&node.body)) views.insert(scan->view);
  for (const PlanPtr& input : inputs_of(node)) append_views(*input, views);
}

// A hash of everything that decides a view's rows and how the sink keeps them. Kept with a
// generation: one of another definition is not continued but loaded anew. Tables count by their
// oid, so that one which was dropped and made again is another; views that are read count by their
// own definition, so a change reaches all that depend on it.
std::string definition_of(const DeployedView& view,
                          const std::map<std::string, std::string>& others) {
  std::string content = view.binding.select_text;
  for (const Column& column : view.sink_view.columns)
    content += "\n" + column.name + " " + format_type(column.type);
  if (view.sink_view.key)
    for (const std::uint32_t column : *view.sink_view.key)
      content += "\nkey " + std::to_string(column);
  for (const auto& index : view.sink_view.indexes) {
    content += "\nindex";
    for (const IndexColumn& column : index)
      content += " " + std::to_string(column.column) + (column.descending ? "d" : "a");
  }
  std::vector<std::shared_ptr<const Table>> tables;
  append_tables(*view.binding.view.plan, tables);
  for (const auto& table : tables) content += "\ntable " + std::to_string(table->oid);
  std::set<std::string> views;
  append_views(*view.binding.view.plan, views);
  for (const std::string& name : views) content += "\nview " + others.at(name);
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  XXH128_canonical_t canonical;
  // Big-endian, so that the text is the same on every machine.
  XXH128_canonicalFromHash(&canonical, hash);
  std::string text;
  append_hex({reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest}, text);
  return text;
}

}  // namespace

std::vector<BoundView> Deployment::bound_views() const {
  std::vector<BoundView> result;
  for (const DeployedView& view : views) result.push_back(view.binding.view);
  return result;
}

std::vector<SinkView> Deployment::sink_views() const {
  std::vector<SinkView> result;
  for (const DeployedView& view : views) result.push_back(view.sink_view);
  return result;
}

std::vector<ServedView> Deployment::served_views() const {
  std::vector<ServedView> result;
  for (const DeployedView& view : views) result.push_back(view.served);
  return result;
}

std::vector<std::shared_ptr<const Table>> Deployment::tables() const {
  std::vector<std::shared_ptr<const Table>> result;
  for (const DeployedView& view : views) append_tables(*view.binding.view.plan, result);
  return result;
}

std::set<Oid> Deployment::read_without_only() const {
  std::set<Oid> result;
  for (const DeployedView& view : views)
    result.insert(view.binding.read_without_only.begin(), view.binding.read_without_only.end());
  return result;
}

Deployment deploy(const ProjectFiles& project, const Catalog& catalog, Diagnostics& diagnostics) {
  std::vector<ViewSource> sources;
  for (const ProjectView& view : project.views) sources.push_back(view.source);
  BindResult bound = bind_views(sources, catalog);
  diagnostics.insert(diagnostics.end(), bound.diagnostics.begin(), bound.diagnostics.end());

  Deployment deployment;
  std::map<std::string, std::string> definitions;
  for (ViewBinding& binding : bound.views) {
    const auto files = std::ranges::find(project.views, binding.view.name,
                                         [](const ProjectView& view) { return view.source.name; });
    DeployedView view = Merger(*files, project.settings, diagnostics).merge(std::move(binding));
    // In dependency order: definitions of the views it reads are known.
    view.sink_view.definition = definition_of(view, definitions);
    view.served.definition = view.sink_view.definition;
    definitions[view.sink_view.name] = view.sink_view.definition;
    deployment.views.push_back(std::move(view));
  }
  return deployment;
}

std::vector<std::pair<std::string, std::string>> relations_of(const ProjectFiles& project) {
  std::set<std::pair<std::string, std::string>> relations;
  for (const ProjectView& view : project.views)
    for (const auto& relation : referenced_relations(view.source)) relations.insert(relation);
  // A bare name that is a view of the project means the view, as to the binder.
  for (const ProjectView& view : project.views) relations.erase({"", view.source.name});
  return {relations.begin(), relations.end()};
}

bool has_error(const Diagnostics& diagnostics) {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
  });
}

}  // namespace deltamill
