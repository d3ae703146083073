// Derives keys and functional dependencies bottom up: one rule per kind of node, which says which
// facts of the inputs hold for its rows and which are new. A fact that is claimed must hold for
// every content of the tables, since a key that does not identify a row stops the view; a fact that
// is missed only costs a longer key or none.
#include "views/plan/dependencies.h"

#include <algorithm>
#include <iterator>

#include "views/plan/build.h"

namespace deltamill {

namespace {

// More are dropped: every join multiplies them, and one is enough.
constexpr std::size_t keys_max = 16;

bool includes(const ColumnSet& set, const ColumnSet& subset) {
  return std::includes(set.begin(), set.end(), subset.begin(), subset.end());
}

// All columns that these determine: the closure under Armstrong's axioms. Repeated until nothing is
// added, since a dependency may serve only after another one did: O(dependencies²) set operations,
// of which a plan has dozens.
ColumnSet closure(ColumnSet columns, const std::vector<Dependency>& dependencies) {
  bool grown = true;
  while (grown) {
    grown = false;
    for (const Dependency& dependency : dependencies) {
      if (!includes(columns, dependency.determinants) || includes(columns, dependency.determined))
        continue;
      columns.insert(dependency.determined.begin(), dependency.determined.end());
      grown = true;
    }
  }
  return columns;
}

ColumnSet all_columns(std::size_t count) {
  ColumnSet columns;
  for (std::uint32_t i = 0; i < count; ++i) columns.insert(columns.end(), i);
  return columns;
}

ColumnSet shifted(const ColumnSet& columns, std::uint32_t count) {
  ColumnSet result;
  for (const std::uint32_t column : columns) result.insert(column + count);
  return result;
}

ColumnSet united(ColumnSet left, const ColumnSet& right) {
  left.insert(right.begin(), right.end());
  return left;
}

// The column an operand of = is, also behind a cast that keeps different integers different.
const Expression* compared_column(const Expression& operand) {
  if (operand.kind == Expression::Kind::column) return &operand;
  if (operand.kind != Expression::Kind::call || operand.arguments.size() != 1) return nullptr;
  const auto exact = [](TypeKind kind) {
    return kind == TypeKind::int2 || kind == TypeKind::int4 || kind == TypeKind::int8 ||
           kind == TypeKind::numeric;
  };
  const Expression& argument = *operand.arguments.front();
  const bool widening = operand.function->kind == FunctionKind::implicit_cast &&
                        exact(argument.type.kind) && exact(operand.type.kind) &&
                        operand.type.modifier < 0;
  return widening && argument.kind == Expression::Kind::column ? &argument : nullptr;
}

// Equal values of these types are the same value: whatever is computed of them is equal too. Not so
// numeric (1.0 = 1.00, as text they differ), floats (0 = −0), intervals, char(n) and jsonb.
// timestamps are left out, though theirs would hold: nothing needs them so far.
bool has_one_representation(const Type& type) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::text:
    case TypeKind::varchar:
    case TypeKind::uuid:
    case TypeKind::date:
    case TypeKind::enumeration: return true;
    default: return false;
  }
}

std::uint32_t position_of(const Expression& column, std::uint32_t left_width) {
  return column.ordinal + (column.input == 1 ? left_width : 0);
}

// The columns that settle an expression's value; nothing if equal ones may not.
std::optional<ColumnSet> columns_that_settle(const Expression& expression,
                                             std::uint32_t left_width) {
  ColumnSet columns;
  bool settled = true;
  visit_expression(expression, [&](const Expression& part) {
    if (part.kind != Expression::Kind::column) return;
    columns.insert(position_of(part, left_width));
    settled = settled && has_one_representation(part.type);
  });
  if (!settled || columns.empty()) return std::nullopt;
  return columns;
}

// Each of two columns that a condition equates determines the other; what an expression is computed
// of determines the column that it is equated with.
std::vector<Dependency> equalities(const ExpressionPtr& condition, std::uint32_t left_width) {
  std::vector<Dependency> result;
  const auto add = [&](const Expression* column, const Expression* other, const Expression& text) {
    if (column == nullptr) return;
    const std::optional<ColumnSet> settling = other != nullptr
                                                  ? ColumnSet{position_of(*other, left_width)}
                                                  : columns_that_settle(text, left_width);
    if (settling) result.push_back({*settling, {position_of(*column, left_width)}});
  };
  for (const ExpressionPtr& conjunct : conjuncts_of(condition)) {
    if (conjunct->kind != Expression::Kind::call || conjunct->function->name != "=") continue;
    const Expression& left = *conjunct->arguments[0];
    const Expression& right = *conjunct->arguments[1];
    const Expression* const left_column = compared_column(left);
    const Expression* const right_column = compared_column(right);
    add(right_column, left_column, left);
    add(left_column, right_column, right);
  }
  return result;
}

class FactsOf {
 public:
  FactsOf(const PlanNode& node, const ViewKeys& views) : node_(node), views_(views) {}

  Facts operator()(const TableScan& scan) const {
    Facts facts;
    // The catalog lists only unique keys whose columns are NOT NULL: others allow many rows of
    // NULLs. The primary key comes first, so that of equally short keys it is the one found.
    std::vector<KeyColumns> keys = scan.table->unique_keys;
    if (scan.table->primary_key) keys.insert(keys.begin(), *scan.table->primary_key);
    for (const KeyColumns& key : keys) {
      ColumnSet columns;
      for (const std::uint32_t column : key) {
        const auto found = std::find(scan.columns.begin(), scan.columns.end(), column);
        if (found != scan.columns.end())
          columns.insert(static_cast<std::uint32_t>(found - scan.columns.begin()));
      }
      // Of a key only whole: a part of it does not tell rows apart.
      if (columns.size() == key.size()) add_key(facts, columns);
    }
    return facts;
  }

  Facts operator()(const ViewScan& scan) const {
    Facts facts;
    const auto key = views_.find(scan.view);
    if (key != views_.end()) add_key(facts, ColumnSet(key->second.begin(), key->second.end()));
    return facts;
  }

  // The empty key: any two rows agree on no columns at all, so there is only one.
  Facts operator()(const OneRow& /*row*/) const {
    Facts facts;
    facts.keys.push_back({});
    return facts;
  }

  Facts operator()(const Filter& filter) const {
    // Fewer rows keep every key and dependency, and in those left each equality of the condition
    // holds. Equality is that of =, which for values that are not NULL is IS NOT DISTINCT FROM;
    // rows where a side is NULL are gone.
    Facts facts = of(*filter.input);
    for (Dependency& dependency : equalities(filter.condition, 0))
      facts.dependencies.push_back(std::move(dependency));
    return facts;
  }

  Facts operator()(const Project& project) const {
    const Facts input = of(*project.input);
    return projected(input, project.outputs);
  }

  Facts operator()(const Join& join) const;
  Facts operator()(const Aggregate& aggregate) const;

  // All columns, and nothing shorter: a row of DISTINCT is its own identity.
  Facts operator()(const Distinct& /*distinct*/) const {
    Facts facts;
    facts.keys.push_back(all_columns(node_.columns.size()));
    return facts;
  }

  // Nothing: the same row may come from two inputs, and what determines a column in one input may
  // stand for another value in the next. A key over UNION ALL needs a constant that tells the
  // inputs apart, which the user can declare.
  Facts operator()(const UnionAll& /*union_all*/) const { return {}; }

  [[nodiscard]] static Facts projected(const Facts& input, const Expressions& outputs);

 private:
  [[nodiscard]] Facts of(const PlanNode& node) const {
    return std::visit(FactsOf(node, views_), node.body);
  }

  void add_key(Facts& facts, ColumnSet columns) const {
    facts.dependencies.push_back({columns, all_columns(node_.columns.size())});
    facts.keys.push_back(std::move(columns));
  }

  const PlanNode& node_;
  const ViewKeys& views_;
};

// Which input column each output shows, if any.
std::vector<std::optional<std::uint32_t>> shown_columns(const Expressions& outputs) {
  std::vector<std::optional<std::uint32_t>> shown;
  for (const ExpressionPtr& output : outputs) {
    const bool plain = output->kind == Expression::Kind::column;
    shown.push_back(plain ? std::optional(output->ordinal) : std::nullopt);
  }
  return shown;
}

// The set in terms of outputs: a column that is not shown is replaced by a shown one that
// determines it.
std::optional<ColumnSet> mapped(const ColumnSet& columns, const Facts& input,
                                const std::map<std::uint32_t, std::uint32_t>& visible) {
  ColumnSet shown;
  ColumnSet result;
  for (const std::uint32_t column : columns) {
    const auto itself = visible.find(column);
    if (itself == visible.end()) continue;
    shown.insert(column);
    result.insert(itself->second);
  }
  for (const std::uint32_t column : columns) {
    if (closure(shown, input.dependencies).contains(column)) continue;
    const auto stand_in = std::find_if(visible.begin(), visible.end(), [&](const auto& other) {
      return closure({other.first}, input.dependencies).contains(column);
    });
    if (stand_in == visible.end()) return std::nullopt;
    shown.insert(stand_in->first);
    result.insert(stand_in->second);
  }
  return result;
}

Facts FactsOf::projected(const Facts& input, const Expressions& outputs) {
  const std::map<std::uint32_t, std::uint32_t> visible = visible_columns(outputs);
  const auto shown = shown_columns(outputs);
  Facts facts;
  for (const ColumnSet& key : input.keys)
    if (std::optional<ColumnSet> columns = mapped(key, input, visible))
      facts.keys.push_back(std::move(*columns));
  for (const Dependency& dependency : input.dependencies) {
    const std::optional<ColumnSet> determinants = mapped(dependency.determinants, input, visible);
    if (!determinants) continue;
    ColumnSet known;
    for (const std::uint32_t output : *determinants) known.insert(*shown[output]);
    // All that follows from the determinants, also through columns that are not shown: in `a -> b
    // -> c` of which only a and c are shown, a -> c must not be lost with b.
    known = closure(std::move(known), input.dependencies);
    ColumnSet determined;
    for (std::uint32_t i = 0; i < shown.size(); ++i)
      if (shown[i] && known.contains(*shown[i])) determined.insert(i);
    facts.dependencies.push_back({*determinants, std::move(determined)});
  }
  return facts;
}

// A dependency survives padding by NULLs if a padded row differs from all real ones in its
// determinants: one of them is never NULL there. Else a real row with NULL determinants and a
// padded one would agree on them and differ in what they determine.
bool survives_padding(const Dependency& dependency, const Columns& columns) {
  return std::any_of(dependency.determinants.begin(), dependency.determinants.end(),
                     [&](std::uint32_t column) { return !columns[column].nullable; });
}

void add_side(Facts& facts, const Facts& side, const PlanNode& input, std::uint32_t shift,
              bool padded) {
  for (const Dependency& dependency : side.dependencies)
    if (!padded || survives_padding(dependency, input.columns))
      facts.dependencies.push_back(
          {shifted(dependency.determinants, shift), shifted(dependency.determined, shift)});
}

ColumnSet without(const ColumnSet& columns, const ColumnSet& left_out) {
  ColumnSet kept;
  std::set_difference(columns.begin(), columns.end(), left_out.begin(), left_out.end(),
                      std::inserter(kept, kept.end()));
  return kept;
}

bool has_empty(const std::vector<ColumnSet>& keys) {
  return std::any_of(keys.begin(), keys.end(), [](const ColumnSet& key) { return key.empty(); });
}

bool has_never_null(const ColumnSet& key, const Columns& columns, std::uint32_t shift) {
  return std::any_of(key.begin(), key.end(),
                     [&](std::uint32_t column) { return !columns[column - shift].nullable; });
}

// A row is a pair of rows: a key of each side tells pairs apart. Padded rows keep the key of the
// kept side. The keys of the right side are numbered as columns of the join.
std::vector<ColumnSet> keys_of_pairs(const Join& join, const std::vector<ColumnSet>& left_keys,
                                     const std::vector<ColumnSet>& right_keys) {
  const auto width = static_cast<std::uint32_t>(join.left->columns.size());
  std::vector<ColumnSet> keys;
  for (const ColumnSet& left_key : left_keys) {
    for (const ColumnSet& right_key : right_keys) {
      // A padded left row and a padded right row must not both be NULL in all columns of the key.
      const bool distinct_paddings = join.kind != JoinKind::full ||
                                     has_never_null(left_key, join.left->columns, 0) ||
                                     has_never_null(right_key, join.right->columns, width);
      if (distinct_paddings && keys.size() < keys_max) keys.push_back(united(left_key, right_key));
    }
  }
  return keys;
}

Facts FactsOf::operator()(const Join& join) const {
  const Facts left = of(*join.left);
  const Facts right = of(*join.right);
  const auto width = static_cast<std::uint32_t>(join.left->columns.size());
  const bool pads_left = join.kind == JoinKind::right || join.kind == JoinKind::full;
  const bool pads_right = join.kind == JoinKind::left || join.kind == JoinKind::full;
  std::vector<ColumnSet> right_keys;
  for (const ColumnSet& key : right.keys) right_keys.push_back(shifted(key, width));

  // What holds for matching pairs; where rows are padded it only says how many rows can match.
  // Equalities in ON hold for pairs, not for padded rows, so for outer joins they may shorten keys
  // but are not passed on as facts.
  Facts matching;
  add_side(matching, left, *join.left, 0, false);
  add_side(matching, right, *join.right, width, false);
  for (Dependency& dependency : equalities(join.condition, width))
    matching.dependencies.push_back(std::move(dependency));

  const ColumnSet left_columns = all_columns(width);
  const ColumnSet right_columns = shifted(all_columns(join.right->columns.size()), width);
  std::vector<ColumnSet> left_keys = left.keys;
  // A row of the kept side is padded only if it matches nothing, so that its columns settle what
  // they are equal to.
  if (join.kind == JoinKind::left)
    for (ColumnSet& key : right_keys)
      key = without(key, closure(left_columns, matching.dependencies));
  if (join.kind == JoinKind::right)
    for (ColumnSet& key : left_keys)
      key = without(key, closure(right_columns, matching.dependencies));

  Facts facts;
  facts.keys = keys_of_pairs(join, left_keys, right_keys);
  // Without padding all that holds for matching pairs holds for the rows.
  if (join.kind == JoinKind::inner) {
    facts.dependencies = std::move(matching.dependencies);
    return facts;
  }
  add_side(facts, left, *join.left, 0, pads_left);
  add_side(facts, right, *join.right, width, pads_right);
  // Nothing is left of a key: every row of the kept side meets at most one, as in a look-up by
  // foreign key. So the kept side's key determines all columns of the other side, padded or not.
  if (join.kind == JoinKind::left && has_empty(right_keys))
    for (const ColumnSet& key : left.keys) facts.dependencies.push_back({key, right_columns});
  if (join.kind == JoinKind::right && has_empty(left_keys))
    for (const ColumnSet& key : right_keys) facts.dependencies.push_back({key, left_columns});
  return facts;
}

// All keys of GROUP BY are a key: a group is a row. Those that others among them determine can be
// left out (GROUP BY o.id, o.date where id is the table's key). No keys: one row, and the empty
// key.
Facts FactsOf::operator()(const Aggregate& aggregate) const {
  Facts facts;
  add_key(facts, all_columns(aggregate.keys.size()));
  const Facts input = of(*aggregate.input);
  for (Dependency& dependency : projected(input, aggregate.keys).dependencies)
    facts.dependencies.push_back(std::move(dependency));
  return facts;
}

}  // namespace

Facts facts_of(const PlanNode& node, const ViewKeys& views) {
  return std::visit(FactsOf(node, views), node.body);
}

bool is_key(const ColumnSet& columns, const Facts& facts) {
  // A set is a key if what it determines includes a known one: dependencies alone do not tell rows
  // apart where a row occurs twice.
  const ColumnSet all = closure(columns, facts.dependencies);
  return std::any_of(facts.keys.begin(), facts.keys.end(),
                     [&](const ColumnSet& key) { return includes(all, key); });
}

std::map<std::uint32_t, std::uint32_t> visible_columns(const Expressions& outputs) {
  std::map<std::uint32_t, std::uint32_t> visible;
  const auto shown = shown_columns(outputs);
  for (std::uint32_t i = 0; i < shown.size(); ++i)
    if (shown[i]) visible.emplace(*shown[i], i);
  return visible;
}

}  // namespace deltamill
