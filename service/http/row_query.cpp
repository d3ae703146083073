// Parses PostgREST's grammar by recursive descent over decoded text. What a client can ask for is
// bounded: conditions, list values, nesting. A name that is not a word of the grammar is a column,
// a column that the caller may not see does not exist, and no value leaves here unread.
#include "service/http/row_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "service/http/case_folding.h"
#include "service/http/query_scanner.h"
#include "views/data/ascii.h"

namespace deltamill {

namespace {

struct OperatorRow {
  std::string_view name;
  FilterKind kind;
  bool quantified;  // takes (any) and (all)
};

constexpr std::array operator_rows{
    OperatorRow{"eq", FilterKind::equal, true},
    OperatorRow{"neq", FilterKind::not_equal, false},
    OperatorRow{"gt", FilterKind::greater, true},
    OperatorRow{"gte", FilterKind::greater_or_equal, true},
    OperatorRow{"lt", FilterKind::less, true},
    OperatorRow{"lte", FilterKind::less_or_equal, true},
    OperatorRow{"like", FilterKind::like, true},
    OperatorRow{"ilike", FilterKind::like_folded, true},
    OperatorRow{"in", FilterKind::in, false},
    OperatorRow{"isdistinct", FilterKind::distinct, false},
};

// Names of the grammar that this version does not answer.
constexpr std::array<std::string_view, 14> unsupported_operators{
    "match", "imatch", "cs", "cd", "ov",  "fts", "plfts",
    "phfts", "wfts",   "sl", "sr", "nxr", "nxl", "adj"};

const OperatorRow* find_operator(std::string_view name) {
  const auto* const found = std::ranges::find(operator_rows, name, &OperatorRow::name);
  return found == operator_rows.end() ? nullptr : found;
}

Problem bad_query(std::string message) {
  return {ProblemName::bad_query, std::move(message)};
}

// PostgreSQL has LIKE for texts only; of the store's columns, only these hold their text as it is.
bool takes_like(const Type& type) {
  return type.kind == TypeKind::text || type.kind == TypeKind::varchar ||
         type.kind == TypeKind::bpchar || type.kind == TypeKind::name;
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

class Parser {
 public:
  explicit Parser(const QueriedView& view) : view_(view) {}

  RowQuery parse(const std::vector<Parameter>& parameters);

 private:
  void apply(const Parameter& parameter);
  void once(std::string_view name);
  void parse_number(const Parameter& parameter, std::optional<std::uint64_t>& number);
  void parse_select(std::string_view text);
  void parse_select_item(QueryScanner& scanner);
  void parse_order(std::string_view text);
  void parse_order_item(QueryScanner& scanner);
  std::string parameter_column(std::string_view name) const;
  void parse_filter_parameter(const Parameter& parameter);

  RowFilter parse_group(QueryScanner& scanner, FilterKind kind, std::size_t depth);
  RowFilter parse_condition(QueryScanner& scanner, std::size_t depth);
  RowFilter parse_operation(QueryScanner& scanner, std::uint32_t column, bool in_group);
  void parse_quantifier(QueryScanner& scanner, const OperatorRow& row, RowFilter& filter);
  void parse_operands(QueryScanner& scanner, bool in_group, RowFilter& filter);
  void parse_list(QueryScanner& scanner, RowFilter& filter);
  void parse_is(std::string_view word, RowFilter& filter);
  void check_operator(std::string_view name, const RowFilter& filter) const;
  void add_operand(const ListElement& text, RowFilter& filter);
  void count_condition();
  void count_list_value();

  std::string take_name(QueryScanner& scanner, std::string_view ends) const;
  std::uint32_t find_column(std::string_view name) const;
  void complete();

  const QueriedView& view_;
  RowQuery query_;
  std::set<std::string, std::less<>> seen_;
  std::size_t conditions_ = 0;
  std::size_t list_values_ = 0;
};

// Conditions of all parameters are joined by AND, in their order: the SQL is the same for the same
// text, and so is its place in the cache of statements.
RowQuery Parser::parse(const std::vector<Parameter>& parameters) {
  for (const Parameter& parameter : parameters) apply(parameter);
  if (query_.after && query_.offset) throw bad_query("\"after\" and \"offset\" exclude each other");
  complete();
  return std::move(query_);
}

// A name is a word of the grammar or else a column. The words that steer the page stand once: which
// of two limits holds is not for us to guess.
void Parser::apply(const Parameter& parameter) {
  const std::string_view name = parameter.name;
  if (name == "select" || name == "order" || name == "limit" || name == "offset" || name == "after")
    once(name);
  if (name == "select") return parse_select(parameter.value);
  if (name == "order") return parse_order(parameter.value);
  if (name == "limit") return parse_number(parameter, query_.limit);
  if (name == "offset") return parse_number(parameter, query_.offset);
  if (name == "after") {
    query_.after = parameter.value;
    return;
  }
  parse_filter_parameter(parameter);
}

void Parser::once(std::string_view name) {
  if (!seen_.emplace(name).second) throw bad_query(quoted(name) + " is given twice");
}

void Parser::parse_number(const Parameter& parameter, std::optional<std::uint64_t>& number) {
  const std::string& text = parameter.value;
  std::int64_t parsed = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, parsed);
  // "-0" would pass as a number; a sign is nothing that a page takes.
  if (error != std::errc{} || stop != end || parsed < 0 || text.front() == '-')
    throw bad_query(quoted(parameter.name) + " is a whole number from 0");
  number = static_cast<std::uint64_t>(parsed);
}

// A hidden column is refused as one that does not exist: the answer must not tell them apart.
std::uint32_t Parser::find_column(std::string_view name) const {
  if (const std::optional<std::uint32_t> column = view_.find(name)) return *column;
  if (name.find("->") != std::string_view::npos)
    throw Problem(ProblemName::unsupported_operator,
                  "paths into columns (->, ->>) are not available in this version");
  throw Problem(ProblemName::unknown_column,
                "column " + view_.name + "." + std::string(name) + " does not exist");
}

// The name of a column: quoted, or up to one of `ends`.
std::string Parser::take_name(QueryScanner& scanner, std::string_view ends) const {
  if (!scanner.at('"')) {
    const std::string_view name = scanner.take_until(ends);
    if (name.empty()) throw bad_query("a column is missing before " + quoted(scanner.rest()));
    return std::string(name);
  }
  std::optional<std::string> name = scanner.take_quoted();
  if (!name) throw bad_query("a quoted name does not end");
  return std::move(*name);
}

void Parser::parse_select(std::string_view text) {
  QueryScanner scanner(text);
  do {
    parse_select_item(scanner);
  } while (scanner.take(","));
  if (!scanner.done())
    throw Problem(ProblemName::bad_query, "select is not understood at " + quoted(scanner.rest()),
                  "select takes columns, alias:column and column::text; embedding, aggregates and "
                  "other casts are not part of it");
}

// A colon after the first name makes it an alias, two colons begin the cast.
void Parser::parse_select_item(QueryScanner& scanner) {
  if (scanner.take("*")) {
    for (std::uint32_t column = 0; column < view_.columns.size(); ++column)
      if (view_.visible[column])
        query_.select.push_back({column, view_.columns[column].name, false});
    return;
  }
  std::string name = take_name(scanner, ":,()");
  std::optional<std::string> alias;
  if (!scanner.rest().starts_with("::") && scanner.take(":")) {
    alias = std::move(name);
    name = take_name(scanner, ":,()");
  }
  if (scanner.at('(')) throw bad_query("embedding and aggregates are not part of select");
  const std::uint32_t column = find_column(name);
  const bool as_text = scanner.take("::text");
  query_.select.push_back({column, alias.value_or(view_.columns[column].name), as_text});
}

// Items in the order in which they count; complete() appends what makes it total.
void Parser::parse_order(std::string_view text) {
  QueryScanner scanner(text);
  do {
    parse_order_item(scanner);
  } while (scanner.take(","));
  if (!scanner.done()) throw bad_query("order is not understood at " + quoted(scanner.rest()));
}

void Parser::parse_order_item(QueryScanner& scanner) {
  std::string name = take_name(scanner, ".,");
  const std::uint32_t column = find_column(name);
  OrderItem item{.column = column};
  if (scanner.take(".desc"))
    item.descending = true;
  else
    scanner.take(".asc");
  item.nulls_first = item.descending;  // PostgreSQL's default
  if (scanner.take(".nullsfirst"))
    item.nulls_first = true;
  else if (scanner.take(".nullslast"))
    item.nulls_first = false;
  // A store without an order for the type would sort by bytes: an order that PostgreSQL does not
  // have.
  if (!comparable(view_.columns[column].type))
    throw Problem(ProblemName::unsupported_operator, "column " + quoted(name) + " is of type " +
                                                         format_type(view_.columns[column].type) +
                                                         ", which has no order here");
  query_.order.push_back(item);
}

// The column that a parameter's name names: quoted, or as it stands. Quotes make a column of a word
// of the grammar: "or", "select".
std::string Parser::parameter_column(std::string_view name) const {
  if (!name.starts_with('"')) return std::string(name);
  QueryScanner scanner(name);
  std::string column = take_name(scanner, "");
  if (!scanner.done()) throw bad_query("text after a quoted name: " + quoted(scanner.rest()));
  return column;
}

void Parser::parse_filter_parameter(const Parameter& parameter) {
  std::string_view name = parameter.name;
  // The names "and" and "or" are taken before a column of that name; quotes ask for the column.
  const bool negated = name == "not.and" || name == "not.or";
  if (negated) name.remove_prefix(4);
  QueryScanner scanner(parameter.value);
  if (name == "and" || name == "or") {
    RowFilter group =
        parse_group(scanner, name == "and" ? FilterKind::all_of : FilterKind::any_of, 1);
    if (!scanner.done()) throw bad_query("text after a group: " + quoted(scanner.rest()));
    group.negated = negated;
    query_.filter.children.push_back(std::move(group));
    return;
  }
  const std::string column_name = parameter_column(name);
  const std::uint32_t column = find_column(column_name);
  query_.filter.children.push_back(parse_operation(scanner, column, false));
}

RowFilter Parser::parse_group(QueryScanner& scanner, FilterKind kind, std::size_t depth) {
  // The parser and SQLite's compiler recurse as deep as the text nests, and the text is a
  // stranger's.
  if (depth > nesting_max)
    throw Problem(ProblemName::too_many_conditions,
                  "conditions nest at most " + std::to_string(nesting_max) + " deep");
  if (!scanner.take("(")) throw bad_query("\"(\" is expected at " + quoted(scanner.rest()));
  RowFilter group;
  group.kind = kind;
  do {
    group.children.push_back(parse_condition(scanner, depth));
  } while (scanner.take(","));
  if (!scanner.take(")")) throw bad_query("\")\" is expected at " + quoted(scanner.rest()));
  return group;
}

// Looks ahead for a group, because a column may be called "and" or "not".
RowFilter Parser::parse_condition(QueryScanner& scanner, std::size_t depth) {
  QueryScanner ahead = scanner;
  const bool negated = ahead.take("not.");
  const bool conjunction = ahead.take("and(");
  if (conjunction || ahead.take("or(")) {
    scanner.take("not.");
    scanner.take(conjunction ? "and" : "or");
    RowFilter group =
        parse_group(scanner, conjunction ? FilterKind::all_of : FilterKind::any_of, depth + 1);
    group.negated = negated;
    return group;
  }
  std::string name = take_name(scanner, ".,()");
  const std::uint32_t column = find_column(name);
  if (!scanner.take(".")) throw bad_query("an operator is expected at " + quoted(scanner.rest()));
  return parse_operation(scanner, column, true);
}

// What follows the column. In a group a value ends at a comma or a parenthesis, at the top it is
// the rest of the parameter, verbatim.
RowFilter Parser::parse_operation(QueryScanner& scanner, std::uint32_t column, bool in_group) {
  count_condition();
  RowFilter filter;
  filter.column = column;
  filter.negated = scanner.take("not.");
  const std::string_view name = scanner.take_until(".(,)");
  // Apart from the others: it takes a word, not a value, and is never NULL.
  if (name == "is") {
    if (!scanner.take(".")) throw bad_query("\"is\" needs a word");
    const std::string_view word = in_group ? scanner.take_until(",)") : scanner.rest();
    parse_is(word, filter);
    return filter;
  }
  const OperatorRow* const row = find_operator(name);
  if (row == nullptr) {
    // Known to the grammar: the client made no mistake, and is told so.
    if (std::ranges::find(unsupported_operators, name) != unsupported_operators.end())
      throw Problem(ProblemName::unsupported_operator,
                    "operator " + quoted(name) + " is not available in this version");
    throw bad_query("failed to parse filter: " + quoted(name) + " is not an operator");
  }
  filter.kind = row->kind;
  check_operator(name, filter);
  parse_quantifier(scanner, *row, filter);
  if (!scanner.take(".")) throw bad_query("operator " + quoted(name) + " needs a value");
  parse_operands(scanner, in_group, filter);
  return filter;
}

void Parser::check_operator(std::string_view name, const RowFilter& filter) const {
  const Type& type = view_.columns[filter.column].type;
  const bool like = filter.kind == FilterKind::like || filter.kind == FilterKind::like_folded;
  if (like ? takes_like(type) : comparable(type)) return;
  throw Problem(ProblemName::unsupported_operator,
                "operator " + quoted(name) + " does not take columns of type " + format_type(type));
}

// eq(any).{1,2} is col = ANY ('{1,2}'), which PostgREST allows for these operators only.
void Parser::parse_quantifier(QueryScanner& scanner, const OperatorRow& row, RowFilter& filter) {
  if (scanner.take("(any)"))
    filter.quantifier = Quantifier::any;
  else if (scanner.take("(all)"))
    filter.quantifier = Quantifier::all;
  if (filter.quantifier != Quantifier::none && !row.quantified)
    throw bad_query("operator " + quoted(row.name) + " takes neither (any) nor (all)");
}

void Parser::parse_operands(QueryScanner& scanner, bool in_group, RowFilter& filter) {
  if (filter.kind == FilterKind::in) {
    parse_list(scanner, filter);
    if (!in_group && !scanner.done())
      throw bad_query("text after a list: " + quoted(scanner.rest()));
    return;
  }
  std::optional<std::string> value =
      in_group ? scanner.take_value() : std::optional<std::string>(scanner.rest());
  if (!value) throw bad_query("a quoted value does not end");
  // One value; otherwise an array literal as PostgreSQL reads it, in which NULL is an element.
  if (filter.quantifier == Quantifier::none) return add_operand(value, filter);
  const std::optional<std::vector<ListElement>> elements = parse_array(*value);
  if (!elements)
    throw Problem(ProblemName::bad_value, "malformed array literal: " + quoted(*value));
  for (const ListElement& element : *elements) {
    count_list_value();
    add_operand(element, filter);
  }
}

void Parser::parse_list(QueryScanner& scanner, RowFilter& filter) {
  if (!scanner.take("(")) throw bad_query("\"in\" needs a list: in.(1,2)");
  // An empty list: no row is in it.
  if (scanner.take(")")) return;
  do {
    const std::optional<std::string> value = scanner.take_value();
    if (!value) throw bad_query("a quoted value does not end");
    count_list_value();
    add_operand(value, filter);
  } while (scanner.take(","));
  if (!scanner.take(")")) throw bad_query("\")\" is expected at " + quoted(scanner.rest()));
}

void Parser::parse_is(std::string_view word, RowFilter& filter) {
  if (equals_ignoring_case(word, "null")) {
    filter.kind = FilterKind::is_null;
    return;
  }
  if (equals_ignoring_case(word, "not_null")) {
    filter.kind = FilterKind::is_not_null;
    return;
  }
  if (equals_ignoring_case(word, "true"))
    filter.kind = FilterKind::is_true;
  else if (equals_ignoring_case(word, "false"))
    filter.kind = FilterKind::is_false;
  else if (equals_ignoring_case(word, "unknown"))
    filter.kind = FilterKind::is_null;
  else
    throw bad_query("\"is\" takes null, not_null, true, false or unknown, not " + quoted(word));
  const Type& type = view_.columns[filter.column].type;
  if (type.kind == TypeKind::boolean) return;
  throw Problem(
      ProblemName::unsupported_operator,
      "\"is." + std::string(word) + "\" does not take columns of type " + format_type(type));
}

// Every value is read by its column's type here, so that none reaches SQL as a client wrote it.
void Parser::add_operand(const ListElement& text, RowFilter& filter) {
  if (!text) {
    // NULL as an element: compared by SQL's rules, so it never is equal.
    filter.operands.emplace_back();
    return;
  }
  if (filter.kind == FilterKind::like || filter.kind == FilterKind::like_folded) {
    const bool folded = filter.kind == FilterKind::like_folded;
    // The store matches by GLOB, which knows no case rules and can use an index; ilike folds both
    // sides.
    std::optional<std::string> glob = glob_of(folded ? fold_case(*text) : *text);
    if (!glob)
      throw Problem(ProblemName::bad_value, "LIKE pattern must not end with escape character");
    filter.operands.emplace_back(std::move(*glob));
    return;
  }
  const Type& type = view_.columns[filter.column].type;
  std::optional<SqlValue> value = read_operand(type, aspect_of(filter.kind), *text, view_.zones());
  if (!value) {
    // As PostgreSQL says it: without the modifier, which is no part of reading.
    Type plain = type;
    plain.modifier = -1;
    throw Problem(ProblemName::bad_value,
                  "invalid input syntax for type " + format_type(plain) + ": " + quoted(*text));
  }
  filter.operands.push_back(std::move(*value));
}

void Parser::count_condition() {
  if (++conditions_ <= conditions_max) return;
  throw Problem(ProblemName::too_many_conditions,
                "at most " + std::to_string(conditions_max) + " conditions are taken");
}

void Parser::count_list_value() {
  if (++list_values_ <= list_values_max) return;
  throw Problem(ProblemName::too_many_conditions,
                "at most " + std::to_string(list_values_max) + " list values are taken");
}

// Without select everything visible. The order is completed so that no two rows are in doubt, or
// pages could repeat or lose them: by the key where the caller sees it, else by all that is
// visible, first by value, then by what tells equal values apart (1.0 and 1.00).
void Parser::complete() {
  if (query_.select.empty()) {
    QueryScanner everything("*");
    parse_select_item(everything);
  }
  std::vector<bool> ordered(view_.columns.size(), false);
  for (const OrderItem& item : query_.order) ordered[item.column] = true;
  const auto add = [&](std::uint32_t column) {
    if (!ordered[column] && comparable(view_.columns[column].type))
      query_.order.push_back({.column = column});
    ordered[column] = true;
  };
  if (view_.keyed()) {
    for (const std::uint32_t column : *view_.key) add(column);
    return;
  }
  for (std::uint32_t column = 0; column < view_.columns.size(); ++column)
    if (view_.visible[column]) add(column);
  for (std::uint32_t column = 0; column < view_.columns.size(); ++column)
    if (view_.visible[column] && equal_values_may_differ(view_.columns[column].type))
      query_.order.push_back({.column = column, .aspect = Aspect::stored});
}

}  // namespace

bool QueriedView::keyed() const {
  return key && std::ranges::all_of(*key, [this](std::uint32_t column) { return visible[column]; });
}

std::optional<std::uint32_t> QueriedView::find(std::string_view column) const {
  for (std::uint32_t offset = 0; offset < columns.size(); ++offset)
    if (visible[offset] && columns[offset].name == column) return offset;
  return std::nullopt;
}

Aspect aspect_of(FilterKind kind) {
  switch (kind) {
    case FilterKind::greater:
    case FilterKind::greater_or_equal:
    case FilterKind::less:
    case FilterKind::less_or_equal: return Aspect::order;
    case FilterKind::like:
    case FilterKind::like_folded: return Aspect::stored;
    default: return Aspect::equality;
  }
}

RowQuery parse_row_query(const std::vector<Parameter>& parameters, const QueriedView& view) {
  return Parser(view).parse(parameters);
}

}  // namespace deltamill
