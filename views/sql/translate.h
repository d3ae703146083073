// libpg_query's tree -> syntax.h; refuses what views do not support. Private to the SQL stage:
// besides parse.cpp the only place that sees the tree.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <string>
#include <string_view>
#include <vector>

#include "views/sql/refusals.h"
#include "views/sql/rejection.h"
#include "views/sql/syntax.h"

namespace deltamill {

struct Token {
  Position begin = 0;
  Position end = 0;
  bool comment = false;
  bool keyword = false;
};

class Translator {
 public:
  // `text` with its comments and its tokens.
  Translator(const std::string& text, const std::vector<Token>& tokens)
      : text_(text), tokens_(tokens) {}

  [[nodiscard]] std::vector<StatementSyntax> statements(const PgQuery__ParseResult& tree);

  // What was refused on the way; the translation goes on behind it, so that all are reported.
  [[nodiscard]] const std::vector<Rejection>& rejections() const { return rejections_; }

 private:
  // Deeper nesting is refused: binding and folding recurse on an ordinary stack.
  static constexpr int depth_max = 400;

  class Nesting {
   public:
    Nesting(Translator& translator, Position position) : depth_(translator.depth_) {
      if (++depth_ > depth_max) throw refusal_of(Construct::deep_nesting, position);
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --depth_; }

   private:
    int& depth_;
  };

  void refuse(Construct construct, Position position);
  [[nodiscard]] Position position_of(std::int32_t location);

  // translate_statement.cpp
  [[nodiscard]] StatementSyntax statement(const PgQuery__RawStmt& raw);
  [[nodiscard]] StatementSyntax create_view(const PgQuery__ViewStmt& view);
  [[nodiscard]] StatementSyntax create_materialized_view(const PgQuery__CreateTableAsStmt& view);
  [[nodiscard]] StatementSyntax create_index(const PgQuery__IndexStmt& index);
  [[nodiscard]] StatementSyntax comment(const PgQuery__CommentStmt& comment);
  [[nodiscard]] std::vector<OptionSyntax> options(PgQuery__Node* const* nodes, std::size_t count);
  [[nodiscard]] std::string text_after_as(Position begin, Position end) const;
  [[nodiscard]] std::string plain_text(Position begin, Position end) const;

  // translate_query.cpp
  [[nodiscard]] SelectSyntaxPtr query(const PgQuery__Node* node);
  [[nodiscard]] SelectSyntaxPtr select(const PgQuery__SelectStmt& select);
  void refuse_clauses(const PgQuery__SelectStmt& select, Position position);
  void translate_set_operation(const PgQuery__SelectStmt& select, SelectSyntax& result);
  void translate_clauses(const PgQuery__SelectStmt& select, SelectSyntax& result);
  void translate_common_tables(const PgQuery__WithClause& with, SelectSyntax& result);
  [[nodiscard]] TargetSyntax target(const PgQuery__Node& node);
  [[nodiscard]] FromSyntaxPtr from_item(const PgQuery__Node& node);
  [[nodiscard]] FromSyntaxPtr relation(const PgQuery__RangeVar& relation);
  [[nodiscard]] FromSyntaxPtr subquery(const PgQuery__RangeSubselect& subselect);
  [[nodiscard]] FromSyntaxPtr join(const PgQuery__JoinExpr& join);
  [[nodiscard]] FromSyntaxPtr refused_from_item(Construct construct, Position position);

  // translate_expression.cpp
  [[nodiscard]] ExpressionSyntaxPtr expression(const PgQuery__Node* node);
  [[nodiscard]] std::vector<ExpressionSyntaxPtr> expressions(PgQuery__Node* const* nodes,
                                                             std::size_t count);
  [[nodiscard]] ExpressionSyntaxPtr refused(Construct construct, std::int32_t location);
  [[nodiscard]] ExpressionSyntaxPtr column(const PgQuery__ColumnRef& reference);
  [[nodiscard]] ExpressionSyntaxPtr literal(const PgQuery__AConst& constant);
  [[nodiscard]] ExpressionSyntaxPtr operation(const PgQuery__AExpr& operation);
  [[nodiscard]] ExpressionSyntaxPtr call(const PgQuery__FuncCall& call);
  [[nodiscard]] ExpressionSyntaxPtr boolean(const PgQuery__BoolExpr& boolean);
  [[nodiscard]] ExpressionSyntaxPtr case_when(const PgQuery__CaseExpr& case_expression);
  [[nodiscard]] ExpressionSyntaxPtr cast(const PgQuery__TypeCast& cast);
  [[nodiscard]] ExpressionSyntaxPtr boolean_test(const PgQuery__BooleanTest& test);
  [[nodiscard]] ExpressionSyntaxPtr subquery(const PgQuery__SubLink& link);
  [[nodiscard]] ExpressionSyntaxPtr unsupported(const PgQuery__Node& node);
  [[nodiscard]] TypeSyntax type(const PgQuery__TypeName& name);

  const std::string& text_;
  const std::vector<Token>& tokens_;
  std::vector<Rejection> rejections_;
  Position last_position_ = 0;  // stands in where a node has no location
  int depth_ = 0;
};

// The strings of a list of String nodes.
[[nodiscard]] std::vector<std::string> strings_of(PgQuery__Node* const* nodes, std::size_t count);

}  // namespace deltamill
