// Binds all views of a project: parsed, put into the order in which they read each other, bound one
// after the other, each with every error that can be found in it.
#include "views/sql/view_definition.h"

#include <algorithm>
#include <set>

#include "views/data/ascii.h"
#include "views/plan/rewrite.h"
#include "views/plan/rules/outer_join_simplification.h"
#include "views/plan/transform.h"
#include "views/sql/bind_query.h"
#include "views/sql/output_names.h"
#include "views/sql/parse.h"
#include "views/sql/references.h"
#include "views/sql/suggestion.h"
#include "views/sql/view_key.h"
#include "views/sql/view_statements.h"

namespace deltamill {

namespace {

// One file on its way.
struct ViewFile {
  enum class State : std::uint8_t { waiting, visiting, bound, failed };

  const ViewSource* source = nullptr;
  State state = State::waiting;
  FileContent content;
  std::vector<RelationReference> references;
  Diagnostics diagnostics;
};

Diagnostic to_diagnostic(const ViewSource& source, const Rejection& rejection, Severity severity) {
  Diagnostic diagnostic;
  diagnostic.file = source.file;
  diagnostic.severity = severity;
  diagnostic.code = rejection.code;
  diagnostic.message = rejection.message;
  diagnostic.hint = rejection.hint;
  locate(source.text, rejection.position, diagnostic);
  return diagnostic;
}

// [a-z_][a-z0-9_]{0,62}, and not one of ours.
std::string problem_with_name(const std::string& name) {
  constexpr std::size_t name_bytes_max = 63;
  const auto starts = [](char c) { return is_lower(c) || c == '_'; };
  const auto continues = [&](char c) { return starts(c) || is_digit(c); };
  const bool well_formed = !name.empty() && name.size() <= name_bytes_max && starts(name[0]) &&
                           std::ranges::all_of(name, continues);
  if (!well_formed)
    return "use lower-case letters, digits and _, at most 63, not beginning with a digit";
  if (name.starts_with("deltamill_")) return "names that begin with deltamill_ are reserved";
  return "";
}

// Where the header comment says `key:`, or the start of the file.
Position header_key_position(const std::string& text) {
  const std::size_t end = text.find("*/");
  const std::size_t key = text.find("key:");
  return key < end ? static_cast<Position>(key) : 0;
}

// Where the second column of that name is written, or the query where that is not seen (behind a
// *).
Position position_of_second(const std::string& name, const SelectSyntax& query) {
  bool found = false;
  for (const TargetSyntax& target : query.targets) {
    if (target.expression->kind == ExpressionSyntax::Kind::star || output_name(target) != name)
      continue;
    if (found) return target.position;
    found = true;
  }
  return query.position;
}

std::vector<std::size_t> column_positions(const Columns& columns, const SelectSyntax& query) {
  const SelectSyntax* first = &query;  // a UNION ALL takes its names from the left
  while (first->kind == SelectSyntax::Kind::union_all) first = first->left.get();
  std::map<std::string, Position> written;
  for (const TargetSyntax& target : first->targets)
    if (target.expression->kind != ExpressionSyntax::Kind::star)
      written.emplace(output_name(target), target.position);
  std::vector<std::size_t> positions;
  for (const Column& column : columns) {
    const auto found = written.find(column.name);
    positions.push_back(found == written.end() ? first->position : found->second);
  }
  return positions;
}

class ProjectViews {
 public:
  ProjectViews(const std::vector<ViewSource>& sources, const Catalog& catalog) : catalog_(catalog) {
    for (const ViewSource& source : sources) files_.push_back({&source, {}, {}, {}, {}});
  }

  [[nodiscard]] BindResult bind() {
    // Names of all files first: a view may read one of a later file.
    for (ViewFile& file : files_) read(file);
    for (ViewFile& file : files_) check_references(file);
    for (ViewFile& file : files_) visit(file);
    for (const ViewFile& file : files_)
      result_.diagnostics.insert(result_.diagnostics.end(), file.diagnostics.begin(),
                                 file.diagnostics.end());
    return std::move(result_);
  }

 private:
  static void fail(ViewFile& file, const Rejection& rejection) {
    file.diagnostics.push_back(to_diagnostic(*file.source, rejection, Severity::error));
    file.state = ViewFile::State::failed;
  }

  static void fail(ViewFile& file, const std::vector<Rejection>& rejections) {
    for (const Rejection& rejection : rejections) fail(file, rejection);
  }

  void read(ViewFile& file) {
    const std::string& name = file.source->name;
    if (const std::string problem = problem_with_name(name); !problem.empty())
      fail(file, {"bad_name", "\"" + name + "\" is not a name for a view", problem, 0});
    const auto [present, added] = by_name_.emplace(name, &file);
    if (!added)
      fail(file, {"duplicate_view",
                  "view \"" + name + "\" is also declared in " + present->second->source->file,
                  "rename one of the files", 0});
    const ParsedFile parsed = parse_file(file.source->text);
    // The statements are incomplete where some were refused: what else would be said of them could
    // be wrong.
    if (!parsed.rejections.empty()) {
      fail(file, parsed.rejections);
      return;
    }
    file.content = read_statements(name, parsed);
    fail(file, file.content.rejections);
    if (file.content.query) file.references = references_of(*file.content.query);
  }

  // A name that is both a view and a table is an error wherever it is used.
  void check_references(ViewFile& file) {
    for (const RelationReference& reference : file.references) {
      if (!reference.schema.empty() || !by_name_.contains(reference.name)) continue;
      const std::shared_ptr<const Table> table = catalog_.find_table("", reference.name);
      if (!table) continue;
      fail(
          file,
          {"ambiguous_name", "\"" + reference.name + "\" is both a view of the project and a table",
           "write " + table->schema + "." + table->name + " for the table, or rename the view",
           reference.position});
    }
  }

  // Binds what the view reads, then the view: a depth-first search, whose postorder is the order of
  // dependencies. A view that reads a failed one fails without a message of its own; `visiting`
  // marks the path, so that a circle is found where it closes.
  void visit(ViewFile& file) {
    if (file.state != ViewFile::State::waiting) return;
    file.state = ViewFile::State::visiting;
    path_.push_back(file.source->name);
    for (const RelationReference& reference : file.references) {
      const auto found = by_name_.find(reference.name);
      if (!reference.schema.empty() || found == by_name_.end()) continue;
      ViewFile& read = *found->second;
      if (read.state == ViewFile::State::visiting) fail(file, cycle(read, reference.position));
      visit(read);
      if (read.state == ViewFile::State::failed) file.state = ViewFile::State::failed;
    }
    path_.pop_back();
    if (file.state == ViewFile::State::visiting) bind_file(file);
  }

  [[nodiscard]] Rejection cycle(const ViewFile& read, Position position) const {
    std::string text;
    const auto begin = std::ranges::find(path_, read.source->name);
    for (auto name = begin; name != path_.end(); ++name) text += *name + " → ";
    return {"cyclic_views", "views read each other in a circle: " + text + read.source->name,
            "a view may only read views that do not read it", position};
  }

  void bind_file(ViewFile& file) {
    // Only views that are bound already, so none that reads this one.
    const BindContext context{catalog_, bound_};
    QueryBinder binder(context);
    try {
      BoundQuery query = binder.bind(*file.content.query);
      fail(file, binder.rejections());
      check_output(file, query);
      if (file.state != ViewFile::State::failed) finish(file, std::move(query), binder);
    } catch (const Rejection& rejection) {
      fail(file, binder.rejections());
      fail(file, rejection);
    }
  }

  static void check_output(ViewFile& file, const BoundQuery& query) {
    std::set<std::string> names;
    std::set<std::string> repeated;
    for (const Column& column : query.plan->columns)
      if (!names.insert(column.name).second && repeated.insert(column.name).second)
        fail(file, {"ambiguous_name", "two output columns are named \"" + column.name + "\"",
                    "give one of them another name: expression AS name",
                    position_of_second(column.name, *file.content.query)});
    for (const auto& [name, named_at] : file.content.named_columns)
      if (!names.contains(name))
        fail(file, {"unknown_column", "the view has no column \"" + name + "\"",
                    did_you_mean(name, names_of(query.plan->columns)), named_at});
  }

  [[nodiscard]] static std::optional<DeclaredKey> declared_key(ViewFile& file) {
    const std::optional<std::vector<std::string>>& header = file.source->declared_key;
    const std::optional<std::vector<std::string>>& index = file.content.declarations.key;
    if (header && index)
      fail(file, {"key_conflict", "the key is given in the header and by CREATE UNIQUE INDEX",
                  "leave one of them out", file.content.key_position});
    if (header) return DeclaredKey{*header, header_key_position(file.source->text)};
    if (index) return DeclaredKey{*index, file.content.key_position};
    return std::nullopt;
  }

  void finish(ViewFile& file, BoundQuery query, const QueryBinder& binder) {
    const std::string& name = file.source->name;
    // Keys are looked for before columns are pruned, since one may link what the view shows to a
    // key it does not show; outer joins that are inner ones are made so first, since padding hides
    // keys.
    const PlanPtr simplified = simplify_outer_joins(query.plan);
    const ViewKey key = find_view_key(*simplified, view_keys_, declared_key(file));
    fail(file, key.errors);
    if (file.state == ViewFile::State::failed) return;
    std::vector<Rejection> warnings = binder.warnings();
    warnings.insert(warnings.end(), key.warnings.begin(), key.warnings.end());
    query.plan = rewrite(query.plan);
    if (key.columns) view_keys_.emplace(name, *key.columns);
    ViewBinding binding;
    binding.view = {name, query.plan, key.columns, key.declared};
    binding.declarations = file.content.declarations;
    binding.select_text = file.content.select_text;
    binding.read_without_only = binder.read_without_only();
    binding.column_positions = column_positions(query.plan->columns, *file.content.query);
    for (const RelationReference& reference : file.references)
      if (reference.schema.empty() && by_name_.contains(reference.name))
        binding.views_named.push_back(reference.name);
    for (Rejection& warning : warnings) {
      // What is about the view as a whole is shown where its query begins.
      if (warning.position == 0) warning.position = file.content.query->position;
      binding.warnings.push_back(to_diagnostic(*file.source, warning, Severity::warning));
      file.diagnostics.push_back(binding.warnings.back());
    }
    // What views over this one are bound against: its columns and collations.
    bound_.emplace(name, std::move(query));
    result_.views.push_back(std::move(binding));
    file.state = ViewFile::State::bound;
  }

  const Catalog& catalog_;
  std::vector<ViewFile> files_;
  std::map<std::string, ViewFile*> by_name_;
  std::vector<std::string> path_;  // of views being visited
  std::map<std::string, BoundQuery> bound_;
  ViewKeys view_keys_;
  BindResult result_;
};

}  // namespace

BindResult bind_views(const std::vector<ViewSource>& sources, const Catalog& catalog) {
  return ProjectViews(sources, catalog).bind();
}

std::vector<std::pair<std::string, std::string>> referenced_relations(const ViewSource& source) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const StatementSyntax& statement : parse_file(source.text).statements) {
    if (!statement.query) continue;
    for (RelationReference& reference : references_of(*statement.query)) {
      std::pair<std::string, std::string> name(std::move(reference.schema),
                                               std::move(reference.name));
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace deltamill
