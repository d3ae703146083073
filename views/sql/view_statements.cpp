// Collects what the statements of one file declare, in one pass; what is declared twice is an
// error, since either could be meant.
#include "views/sql/view_statements.h"

#include <algorithm>

namespace deltamill {

namespace {

class Reader {
 public:
  explicit Reader(const std::string& view_name) : view_name_(view_name) {}

  void read(const StatementSyntax& statement) {
    switch (statement.kind) {
      case StatementSyntax::Kind::create_view: read_view(statement); return;
      case StatementSyntax::Kind::query: read_query(statement); return;
      case StatementSyntax::Kind::create_index: read_index(statement); return;
      case StatementSyntax::Kind::comment_on_view: read_view_comment(statement); return;
      case StatementSyntax::Kind::comment_on_column: read_column_comment(statement); return;
    }
  }

  [[nodiscard]] FileContent take() {
    if (!content_.query && content_.rejections.empty())
      refuse("syntax", 0, "the file holds no query", "write one SELECT");
    return std::move(content_);
  }

 private:
  void refuse(const std::string& code, Position position, const std::string& message,
              const std::string& hint = "") {
    content_.rejections.push_back({code, message, hint, position});
  }

  void read_query(const StatementSyntax& statement) {
    if (content_.query) {
      refuse("unsupported_sql", statement.position, "a file holds exactly one query",
             "put each view into a file of its own");
      return;
    }
    content_.query = statement.query;
    content_.select_text = statement.select_text;
  }

  void read_view(const StatementSyntax& statement) {
    if (statement.relation != view_name_)
      refuse(
          "bad_name", statement.position,
          "view \"" + statement.relation + "\" is not named like its file, \"" + view_name_ + "\"",
          "rename the file or the view");
    auto& options = content_.declarations.options;
    for (const OptionSyntax& option : statement.options) {
      const bool present = std::ranges::any_of(
          options, [&](const auto& present_option) { return present_option.first == option.name; });
      if (present)
        refuse("duplicate_key", option.position, "option \"" + option.name + "\" is given twice");
      options.emplace_back(option.name, option.value);
    }
    read_query(statement);
  }

  // Indexes and comments must be about the view of this file.
  [[nodiscard]] bool is_about_view(const StatementSyntax& statement) {
    if (statement.relation == view_name_) return true;
    refuse("unknown_table", statement.position,
           "\"" + statement.relation + "\" is not the view of this file, \"" + view_name_ + "\"",
           "a file declares one view");
    return false;
  }

  void read_index(const StatementSyntax& statement) {
    if (!is_about_view(statement)) return;
    std::vector<std::string> columns;
    for (const IndexColumnSyntax& column : statement.columns) {
      const bool descending = column.descending && !statement.unique;
      columns.push_back(column.name + (descending ? " desc" : ""));
      if (!statement.unique) content_.named_columns.emplace_back(column.name, statement.position);
    }
    if (!statement.unique) {
      content_.declarations.indexes.push_back(std::move(columns));
      return;
    }
    if (content_.declarations.key)
      refuse("key_conflict", statement.position, "the view has two UNIQUE INDEXes",
             "one of them is the key; declare the other one as a plain INDEX");
    content_.declarations.key = std::move(columns);
    content_.key_position = statement.position;
  }

  void read_view_comment(const StatementSyntax& statement) {
    if (!is_about_view(statement)) return;
    if (!content_.declarations.description.empty())
      refuse("duplicate_key", statement.position, "the view is described twice");
    content_.declarations.description = statement.comment;
  }

  void read_column_comment(const StatementSyntax& statement) {
    if (!is_about_view(statement)) return;
    content_.named_columns.emplace_back(statement.column, statement.position);
    const auto [column, added] =
        content_.declarations.column_descriptions.emplace(statement.column, statement.comment);
    if (!added)
      refuse("duplicate_key", statement.position,
             "column \"" + column->first + "\" is described twice");
  }

  const std::string& view_name_;
  FileContent content_;
};

}  // namespace

FileContent read_statements(const std::string& view_name, const ParsedFile& file) {
  Reader reader(view_name);
  for (const StatementSyntax& statement : file.statements) reader.read(statement);
  return reader.take();
}

}  // namespace deltamill
