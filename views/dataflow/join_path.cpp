// Plans in which order the delta of a leaf looks up the others. Greedy: next comes the leaf that a
// unique key finds, else the one with the most equalities, else a scan. There are no statistics: a
// path is planned before any row is there and must not depend on what rows come.
#include "views/dataflow/join_path.h"

#include <algorithm>
#include <map>

#include "views/dataflow/branch.h"

namespace deltamill {

namespace {

// Looks through casts that change neither the stored value nor what equals it: int4 -> int8,
// varchar -> text. The binder adds them (varchar = text), users write them (id::bigint = other_id),
// and an index on the column itself serves the cast value as well. A narrowing cast may fail, and
// bpchar -> text strips blanks: these stay expressions.
ExpressionPtr without_widening(ExpressionPtr expression) {
  while (expression->kind == Expression::Kind::call && expression->arguments.size() == 1) {
    const FunctionKind kind = expression->function->kind;
    const Type& from = expression->arguments[0]->type;
    const bool cast = kind == FunctionKind::implicit_cast ||
                      kind == FunctionKind::assignment_cast || kind == FunctionKind::explicit_cast;
    const bool integers =
        (from.kind == TypeKind::int2 || from.kind == TypeKind::int4) &&
        (expression->type.kind == TypeKind::int4 || expression->type.kind == TypeKind::int8);
    const bool widens =
        (integers && from.kind != expression->type.kind) ||
        (from.kind == TypeKind::varchar && expression->type.kind == TypeKind::text) ||
        (from.kind == TypeKind::float4 && expression->type.kind == TypeKind::float8);
    if (!cast || !widens) break;
    expression = expression->arguments[0];
  }
  return expression;
}

class Planner {
 public:
  Planner(const std::vector<Collection*>& leaves, const Expressions& conjuncts, RowStore& store)
      : leaves_(leaves), store_(store), bound_(leaves.size(), false) {
    for (const ExpressionPtr& conjunct : conjuncts)
      pending_.push_back({inputs_read(*conjunct), column_equality(conjunct), false});
  }

  // One step per leaf, each followed by the filters that it makes ready. O(leaves² · conjuncts),
  // once per path and leaf.
  JoinPath plan(std::uint32_t start) {
    bind(start);
    for (std::size_t left = leaves_.size() - 1; left > 0; --left) bind_next();
    return std::move(path_);
  }

 private:
  struct Conjunct {
    std::vector<std::uint32_t> inputs;
    std::optional<ColumnEquality> equality;
    bool done = false;
  };
  // Columns of a leaf that are equal to columns bound so far.
  using Links = std::map<std::uint32_t, LookUpStep::Source>;

  // Filters as early as all their leaves are bound, in the order of WHERE: whatever they drop is
  // not looked up further. Those that read no leaf at all come first.
  void bind(std::uint32_t leaf) {
    bound_[leaf] = true;
    for (std::size_t number = 0; number < pending_.size(); ++number) {
      Conjunct& conjunct = pending_[number];
      const bool ready = std::all_of(conjunct.inputs.begin(), conjunct.inputs.end(),
                                     [this](std::uint32_t input) { return bound_[input]; });
      if (conjunct.done || !ready) continue;
      conjunct.done = true;
      path_.emplace_back(FilterStep{number});
    }
  }

  // Ordered by column, so that two paths that need the same columns ask for the same index, and one
  // column is looked up by one source even where several equalities lead to it.
  [[nodiscard]] Links links_to(std::uint32_t leaf) const {
    Links links;
    for (const Conjunct& conjunct : pending_) {
      if (!conjunct.equality) continue;
      const ColumnEquality& equality = *conjunct.equality;
      if (equality.left_leaf == leaf && bound_[equality.right_leaf])
        links.try_emplace(equality.left_column,
                          LookUpStep::Source{equality.right_leaf, equality.right_column});
      if (equality.right_leaf == leaf && bound_[equality.left_leaf])
        links.try_emplace(equality.right_column,
                          LookUpStep::Source{equality.left_leaf, equality.left_column});
    }
    return links;
  }

  // A unique key may have no columns: the one row of an aggregate without GROUP BY is found without
  // any equality.
  [[nodiscard]] bool found_by_unique_key(std::uint32_t leaf, const Links& links) const {
    const std::optional<KeyColumns>& key = leaves_[leaf]->unique_key();
    return key && std::all_of(key->begin(), key->end(), [&](std::uint32_t column) {
             return links.find(column) != links.end();
           });
  }

  void bind_next() {
    std::uint32_t best = 0;
    std::size_t best_score = 0;
    bool any = false;
    for (std::uint32_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      if (bound_[leaf]) continue;
      const Links links = links_to(leaf);
      // A unique key beats any number of equalities: at most one row matches, so the number of
      // combinations does not grow. Among equals the first in FROM.
      const std::size_t score = found_by_unique_key(leaf, links) ? 1000 : links.size();
      if (any && score <= best_score) continue;
      any = true;
      best = leaf;
      best_score = score;
    }
    look_up(best, links_to(best));
    bind(best);
  }

  void look_up(std::uint32_t leaf, const Links& links) {
    Arrangement& arrangement = leaves_[leaf]->arrange(store_);
    if (links.empty() && !found_by_unique_key(leaf, links)) {
      path_.emplace_back(ScanStep{{leaf, &arrangement}});
      return;
    }
    LookUpStep step;
    step.target = {leaf, &arrangement};
    // Equalities beyond the unique key's columns are not looked up; they stay pending and become
    // filters.
    step.unique = found_by_unique_key(leaf, links);
    KeyColumns columns;
    for (const auto& [column, source] : links) columns.push_back(column);
    step.index = step.unique ? Arrangement::primary : arrangement.index_on(columns);
    for (const KeyPart& part : arrangement.key(step.index).parts())
      step.sources.push_back(links.at(part.column));
    mark_served(leaf, step);
    path_.emplace_back(std::move(step));
  }

  // An equality that the look-up checks itself needs no filter: find() compares the whole key and a
  // NULL finds nothing, just as = is not true of it. Of `a.x = b.y AND c.z = b.y` only the equality
  // of the source used is served; the other one becomes a filter.
  void mark_served(std::uint32_t leaf, const LookUpStep& step) {
    const std::vector<KeyPart>& parts = step.target.arrangement->key(step.index).parts();
    for (Conjunct& conjunct : pending_) {
      if (!conjunct.equality) continue;
      for (std::size_t part = 0; part < parts.size(); ++part)
        if (serves(*conjunct.equality, {leaf, parts[part].column}, step.sources[part]))
          conjunct.done = true;
    }
  }

  [[nodiscard]] static bool serves(const ColumnEquality& equality, LookUpStep::Source found,
                                   LookUpStep::Source source) {
    const bool forward = equality.left_leaf == found.leaf && equality.left_column == found.column &&
                         equality.right_leaf == source.leaf &&
                         equality.right_column == source.column;
    const bool backward =
        equality.right_leaf == found.leaf && equality.right_column == found.column &&
        equality.left_leaf == source.leaf && equality.left_column == source.column;
    return forward || backward;
  }

  const std::vector<Collection*>& leaves_;
  RowStore& store_;
  std::vector<bool> bound_;
  std::vector<Conjunct> pending_;
  JoinPath path_;
};

}  // namespace

// Only = by the type's default equality, by which arrangements hash and compare. Other operators
// that are equalities elsewhere (LIKE without wildcards, @> …) are filters.
std::optional<EqualOperands> equal_operands(const ExpressionPtr& condition) {
  const bool equality = condition->kind == Expression::Kind::call &&
                        condition->function->kind == FunctionKind::operation &&
                        condition->function->name == "=" && condition->arguments.size() == 2;
  if (!equality) return std::nullopt;
  EqualOperands operands{without_widening(condition->arguments[0]),
                         without_widening(condition->arguments[1])};
  if (!joinable(operands.left->type, operands.right->type)) return std::nullopt;
  return operands;
}

std::optional<ColumnEquality> column_equality(const ExpressionPtr& condition) {
  const std::optional<EqualOperands> operands = equal_operands(condition);
  if (!operands) return std::nullopt;
  const Expression& left = *operands->left;
  const Expression& right = *operands->right;
  const bool columns =
      left.kind == Expression::Kind::column && right.kind == Expression::Kind::column;
  if (!columns || left.input == right.input) return std::nullopt;
  return ColumnEquality{left.input, left.ordinal, right.input, right.ordinal};
}

namespace {

// The equality with `operand`, an expression of one input, read from a column of that input. An
// expression that stands in several equalities becomes one column. The node is replaced, not the
// whole side, so a widening cast above it stays.
ExpressionPtr with_key_column(const ExpressionPtr& equality, const ExpressionPtr& operand,
                              std::vector<Expressions>& computed,
                              const std::vector<std::size_t>& column_counts) {
  if (operand->kind == Expression::Kind::column) return equality;
  const std::uint32_t input = inputs_read(*operand)[0];
  const ExpressionPtr expression = over_input(operand, 0);
  Expressions& list = computed[input];
  auto known = std::find_if(list.begin(), list.end(), [&](const ExpressionPtr& present) {
    return equal(*present, *expression);
  });
  if (known == list.end()) known = list.insert(list.end(), expression);
  const std::size_t ordinal = column_counts[input] + static_cast<std::size_t>(known - list.begin());
  return replace_node(equality, operand,
                      make_column(operand->type, input, static_cast<std::uint32_t>(ordinal)));
}

}  // namespace

std::vector<Expressions> extract_keys(Expressions& conjuncts,
                                      const std::vector<std::size_t>& column_counts) {
  std::vector<Expressions> computed(column_counts.size());
  for (ExpressionPtr& conjunct : conjuncts) {
    const std::optional<EqualOperands> operands = equal_operands(conjunct);
    if (!operands) continue;
    const std::vector<std::uint32_t> left = inputs_read(*operands->left);
    const std::vector<std::uint32_t> right = inputs_read(*operands->right);
    // `a.x + b.y = c.z` is no key of one leaf: it stays a filter.
    if (left.size() != 1 || right.size() != 1 || left == right) continue;
    conjunct = with_key_column(conjunct, operands->left, computed, column_counts);
    conjunct = with_key_column(conjunct, operands->right, computed, column_counts);
  }
  return computed;
}

std::vector<std::uint32_t> inputs_read(const Expression& expression) {
  std::vector<std::uint32_t> inputs;
  visit_expression(expression, [&inputs](const Expression& node) {
    if (node.kind == Expression::Kind::column) inputs.push_back(node.input);
  });
  std::sort(inputs.begin(), inputs.end());
  inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
  return inputs;
}

JoinPath plan_path(std::uint32_t start, const std::vector<Collection*>& leaves,
                   const Expressions& conjuncts, RowStore& store) {
  return Planner(leaves, conjuncts, store).plan(start);
}

}  // namespace deltamill
