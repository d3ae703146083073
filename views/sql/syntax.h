// What a view's file says, before any name is looked up: the supported part of PostgreSQL's grammar
// as plain structs. Made by translate from libpg_query's tree; everything else has been refused
// there. Positions are 0-based bytes of the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace deltamill {

using Position = std::uint32_t;

// A type as written: {"pg_catalog", "numeric"} and (12, 2).
struct TypeSyntax {
  std::vector<std::string> names;
  std::vector<std::int32_t> modifiers;
  Position position = 0;
};

struct SelectSyntax;
using SelectSyntaxPtr = std::shared_ptr<const SelectSyntax>;

struct ExpressionSyntax;
// Shared because the binder reads one operand several times (BETWEEN) and nothing ever changes it.
using ExpressionSyntaxPtr = std::shared_ptr<const ExpressionSyntax>;

struct ExpressionSyntax {
  enum class Kind : std::uint8_t {
    column,  // names: [[schema.]table.]column
    star,    // names: qualification of the *
    null_literal,
    integer_literal,  // text, fits 32 bits
    number_literal,   // text
    string_literal,   // text
    boolean_literal,  // text: "true" or "false"
    call,             // names, arguments, filter, distinct, star
    operation,        // names.back() is the symbol; one argument = prefix
    all_of,
    any_of,
    negation,
    case_when,  // [operand], condition, result, ..., else; `has_operand`; the else may be
                // null_literal
    coalesce,
    greatest,
    least,
    nullif,
    is_null,
    is_not_null,
    boolean_test,  // text: "is_true", "is_not_true", "is_false", "is_not_false", "is_unknown",
                   // "is_not_unknown"
    is_distinct,
    is_not_distinct,
    in_list,  // the value, then the list; `negated`
    between,  // the value, lower, upper; `negated`, `symmetric`
    cast,     // type
    collate,  // names: the collation
    // `query`; of compared_subquery (IN, ANY, ALL) the arguments are the value on its left.
    scalar_subquery,
    exists_subquery,
    compared_subquery,
    array_subquery,
  };

  Kind kind = Kind::null_literal;
  Position position = 0;
  std::vector<std::string> names;
  std::string text;
  std::vector<ExpressionSyntaxPtr> arguments;
  ExpressionSyntaxPtr filter;  // of an aggregate; nullptr = none
  SelectSyntaxPtr query;       // of a subquery
  TypeSyntax type;
  bool negated = false;
  bool symmetric = false;
  bool has_operand = false;
  bool has_default = false;  // case_when: ELSE was written
  bool distinct = false;
  bool star = false;  // count(*)
};

struct FromSyntax;
using FromSyntaxPtr = std::shared_ptr<const FromSyntax>;

enum class JoinSyntax : std::uint8_t { inner, left, right, full };

// One item of FROM.
struct FromSyntax {
  enum class Kind : std::uint8_t { relation, subquery, join };

  Kind kind = Kind::relation;
  Position position = 0;
  std::string schema;  // relation
  std::string name;
  bool only = false;  // relation: without the rows of tables that inherit from it
  std::string alias;  // empty = none
  std::vector<std::string> column_aliases;
  SelectSyntaxPtr query;                // subquery
  JoinSyntax join = JoinSyntax::inner;  // join
  FromSyntaxPtr left;
  FromSyntaxPtr right;
  bool natural = false;
  bool has_using = false;
  std::vector<std::string> using_columns;
  std::string using_alias;
  ExpressionSyntaxPtr condition;  // nullptr: USING, NATURAL or CROSS
};

struct TargetSyntax {
  std::string alias;  // empty = none
  ExpressionSyntaxPtr expression;
  Position position = 0;
};

// WITH name (columns) AS (query)
struct CommonTableSyntax {
  std::string name;
  std::vector<std::string> column_aliases;
  SelectSyntaxPtr query;
  Position position = 0;
};

struct SelectSyntax {
  enum class Kind : std::uint8_t { select, values, union_all };

  Kind kind = Kind::select;
  Position position = 0;  // of the first thing in it that has one
  std::vector<CommonTableSyntax> common_tables;
  bool distinct = false;
  std::vector<TargetSyntax> targets;
  std::vector<FromSyntaxPtr> from;
  ExpressionSyntaxPtr where;
  std::vector<ExpressionSyntaxPtr> group_by;
  ExpressionSyntaxPtr having;
  std::vector<std::vector<ExpressionSyntaxPtr>> rows;  // values
  SelectSyntaxPtr left;                                // union_all
  SelectSyntaxPtr right;
  std::vector<ExpressionSyntaxPtr> order_by;
};

struct IndexColumnSyntax {
  std::string name;
  bool descending = false;
};

struct OptionSyntax {
  std::string name;  // "deltamill.sinks"
  std::string value;
  Position position = 0;
};

// One statement of a file.
struct StatementSyntax {
  enum class Kind : std::uint8_t {
    query,
    create_view,
    create_index,
    comment_on_view,
    comment_on_column
  };

  Kind kind = Kind::query;
  Position position = 0;
  SelectSyntaxPtr query;              // query, create_view
  std::string select_text;            // of that query, comments kept
  std::string relation;               // name of the view created, indexed or commented
  std::vector<OptionSyntax> options;  // create_view
  bool unique = false;                // create_index
  std::vector<IndexColumnSyntax> columns;
  std::string column;  // comment_on_column
  std::string comment;
};

}  // namespace deltamill
