// quote_ident, quote_literal and quote_nullable. An identifier is quoted unless it is a plain
// lower-case word and no keyword of PostgreSQL 15 (quote_identifier).
#include "views/functions/text_quoting.h"

#include <algorithm>
#include <array>

#include "views/data/ascii.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// All keywords but the unreserved ones, sorted.
// clang-format off
constexpr std::array<std::string_view, 151> keywords = {
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character",
    "check", "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc",
    "distinct", "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float",
    "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having",
    "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval",
    "into", "is", "isnull", "join", "lateral", "leading", "least", "left", "like", "limit",
    "localtime", "localtimestamp", "national", "natural", "nchar", "none", "normalize", "not",
    "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer",
    "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references",
    "returning", "right", "row", "select", "session_user", "setof", "similar", "smallint", "some",
    "substring", "symmetric", "table", "tablesample", "then", "time", "timestamp", "to",
    "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable"};
// clang-format on
static_assert(std::ranges::is_sorted(keywords));

bool is_plain_identifier(std::string_view name) {
  const auto may_start = [](char c) { return is_lower(c) || c == '_'; };
  const auto may_follow = [&](char c) { return may_start(c) || is_digit(c); };
  return !name.empty() && may_start(name.front()) && std::ranges::all_of(name, may_follow) &&
         !std::ranges::binary_search(keywords, name);
}

Value quote_ident(const Value* arguments, CallContext& context) {
  std::string text;
  append_quoted_identifier(arguments[0].text(), text);
  return text_result(context, text);
}

Value quote_literal(const Value* arguments, CallContext& context) {
  std::string text;
  append_quoted_literal(arguments[0].text(), text);
  return text_result(context, text);
}

Value quote_nullable(const Value* arguments, CallContext& context) {
  if (arguments[0].is_null()) return Value::of_bytes("NULL");
  return quote_literal(arguments, context);
}

}  // namespace

void append_quoted_literal(std::string_view content, std::string& text) {
  if (content.find('\\') != std::string_view::npos) text += 'E';
  text += '\'';
  for (const char c : content) {
    if (c == '\'' || c == '\\') text += c;
    text += c;
  }
  text += '\'';
}

void append_quoted_identifier(std::string_view name, std::string& text) {
  if (is_plain_identifier(name)) {
    text += name;
    return;
  }
  text += '"';
  for (const char c : name) {
    if (c == '"') text += c;
    text += c;
  }
  text += '"';
}

std::vector<Function> text_quoting_functions() {
  return {
      {"quote_ident", {text}, text, quote_ident},
      {"quote_literal", {text}, text, quote_literal},
      {"quote_nullable", {text}, text, quote_nullable, FunctionKind::function, false},
  };
}

}  // namespace deltamill
