// A view's operators as a tree of text: what each is, by which keys it looks rows up, and what a
// change costs.
#include <fmt/format.h>

#include <algorithm>

#include "views/dataflow/flow.h"
#include "views/expressions/to_text.h"

namespace deltamill {

namespace {

std::string column_list(const Columns& columns, const KeyColumns& key) {
  std::string text = "(";
  for (const std::uint32_t column : key) {
    if (text.size() > 1) text += ", ";
    text += columns[column].name;
  }
  return text + ")";
}

// Names of columns in expressions over the leaves of a join.
struct Leaves {
  std::vector<const Collection*> collections;
};

std::string short_name(const Collection& collection) {
  const std::string& name = collection.name();
  const std::size_t dot = name.rfind('.');
  const std::size_t start = dot == std::string::npos ? name.rfind(' ') : dot;
  return start == std::string::npos ? name : name.substr(start + 1);
}

std::string text_of(const Expression& expression, const Leaves& leaves) {
  return to_text(expression, [&](std::uint32_t input, std::uint32_t ordinal) {
    const Collection& leaf = *leaves.collections[input];
    const std::string& name = leaf.columns()[ordinal].name;
    return leaves.collections.size() == 1 ? name : short_name(leaf) + "." + name;
  });
}

std::string expression_list(const Expressions& expressions, const Leaves& leaves,
                            const char* separator) {
  std::string text;
  for (const ExpressionPtr& expression : expressions) {
    if (!text.empty()) text += separator;
    text += text_of(*expression, leaves);
  }
  return text;
}

std::string arranged_by(const Collection& collection) {
  const Arrangement* arrangement = collection.arrangement();
  if (arrangement == nullptr) return "";
  std::string text;
  for (std::size_t index = 0; index < arrangement->index_count(); ++index) {
    if (index == Arrangement::primary && !arrangement->has_unique_key()) continue;
    text += text.empty() ? "  arranged by " : ", ";
    text += column_list(collection.columns(), arrangement->key(index).columns());
  }
  return text.empty() ? "  arranged as a multiset" : text;
}

const char* function_name(AggregateFunction function) {
  switch (function) {
    case AggregateFunction::count_rows: return "count(*)";
    case AggregateFunction::count: return "count";
    case AggregateFunction::sum: return "sum";
    case AggregateFunction::average: return "avg";
    case AggregateFunction::minimum: return "min";
    case AggregateFunction::maximum: return "max";
    case AggregateFunction::bool_and: return "bool_and";
    case AggregateFunction::bool_or: return "bool_or";
  }
  return "";
}

class Printer {
 public:
  explicit Printer(const Flow& flow) : flow_(flow) {}

  std::string print(const Flow::View& view) {
    text_ = "view " + view.name;
    if (view.key) text_ += "  key " + column_list(view.columns, *view.key);
    text_ += "\n";
    root_ = view.collection;
    print_collection(*view.collection, "", true);
    return std::move(text_);
  }

 private:
  void line(const std::string& prefix, bool last, const std::string& what) {
    text_ += prefix + (last ? "└─ " : "├─ ") + what + "\n";
  }
  static std::string below(const std::string& prefix, bool last) {
    return prefix + (last ? "   " : "│  ");
  }

  void print_collection(const Collection& collection, const std::string& prefix, bool last) {
    const Flow::Origin& origin = flow_.origins[collection.number()];
    if (origin.table != nullptr || (&collection != root_ && is_view(collection))) {
      line(prefix, last, collection.name() + arranged_by(collection));
    } else if (origin.alias_of != nullptr) {
      line(prefix, last, "again " + collection.name() + arranged_by(collection));
    } else if (origin.aggregate != nullptr) {
      print_aggregate(collection, *origin.aggregate, origin.joins, prefix, last);
    } else if (origin.outer_join != nullptr) {
      print_outer_join(collection, *origin.outer_join, prefix, last);
    } else if (origin.joins.size() == 1) {
      print_join(*origin.joins.front(), arranged_by(collection), prefix, last);
    } else {
      line(prefix, last, "union all" + arranged_by(collection));
      print_joins(origin.joins, below(prefix, last));
    }
  }

  // Another view's result, which its own explain shows.
  [[nodiscard]] bool is_view(const Collection& collection) const {
    return std::any_of(flow_.views.begin(), flow_.views.end(), [&](const Flow::View& view) {
      return view.collection == &collection && collection.name() == "view " + view.name;
    });
  }

  void print_joins(const std::vector<const DeltaJoin*>& joins, const std::string& prefix) {
    for (std::size_t join = 0; join < joins.size(); ++join)
      print_join(*joins[join], "", prefix, join + 1 == joins.size());
  }

  void print_aggregate(const Collection& collection, const GroupAggregate& aggregate,
                       const std::vector<const DeltaJoin*>& joins, const std::string& prefix,
                       bool last) {
    KeyColumns keys = collection.unique_key().value_or(KeyColumns());
    std::string what = collection.name();
    if (!keys.empty()) what += "  by " + column_list(collection.columns(), keys);
    for (const AggregateCall& call : aggregate.query().calls)
      what += fmt::format("  {}{}", call.distinct ? "distinct " : "", function_name(call.function));
    line(prefix, last, what + "  cost O(1)" + arranged_by(collection));
    print_joins(joins, below(prefix, last));
  }

  void print_outer_join(const Collection& collection, const OuterJoin& join,
                        const std::string& prefix, bool last) {
    const OuterJoin::Query& query = join.query();
    std::string what = collection.name();
    for (std::size_t part = 0; part < query.keys[0].size(); ++part)
      what += fmt::format("  {} = {}", query.sides[0]->columns()[query.keys[0][part]].name,
                          query.sides[1]->columns()[query.keys[1][part]].name);
    const Leaves leaves{{query.sides[0], query.sides[1]}};
    if (query.residual) what += "  if " + text_of(*query.residual, leaves);
    what += query.keys[0].empty() ? "  cost O(all rows)" : "  cost O(matching rows)";
    line(prefix, last, what + arranged_by(collection));
    print_collection(*query.sides[0], below(prefix, last), false);
    print_collection(*query.sides[1], below(prefix, last), true);
  }

  void print_join(const DeltaJoin& join, const std::string& arranged, const std::string& prefix,
                  bool last) {
    const DeltaJoin::Query& query = join.query();
    Leaves leaves;
    leaves.collections.assign(query.leaves.begin(), query.leaves.end());
    std::string what = "project  " + expression_list(query.outputs, leaves, ", ");
    if (query.leaves.size() > 1) what = "delta " + cost_of(join) + "  " + what;
    if (!query.conjuncts.empty())
      what += "  where " + expression_list(query.conjuncts, leaves, " and ");
    line(prefix, last, what + arranged);
    for (std::size_t leaf = 0; leaf < query.leaves.size(); ++leaf)
      print_collection(*query.leaves[leaf], below(prefix, last), leaf + 1 == query.leaves.size());
  }

  static std::string cost_of(const DeltaJoin& join) {
    bool unique = true;
    for (std::size_t leaf = 0; leaf < join.query().leaves.size(); ++leaf) {
      for (const PathStep& step : join.path(leaf)) {
        if (std::holds_alternative<ScanStep>(step)) return "join, cost O(all rows)";
        if (const auto* look_up = std::get_if<LookUpStep>(&step))
          unique = unique && look_up->unique;
      }
    }
    return unique ? "join, cost O(1)" : "join, cost O(matching rows)";
  }

  const Flow& flow_;
  const Collection* root_ = nullptr;
  std::string text_;
};

}  // namespace

std::string explain_view(const Flow& flow, const Flow::View& view) {
  return Printer(flow).print(view);
}

}  // namespace deltamill
