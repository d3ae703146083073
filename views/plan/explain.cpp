// One line per node: its kind and what it does, in the words of SQL.
#include "views/plan/explain.h"

#include <algorithm>
#include <vector>

#include "views/expressions/to_text.h"
#include "views/plan/build.h"
#include "views/plan/keys.h"

namespace deltamill {

namespace {

struct Line {
  std::string text;
  std::string note;
};

std::size_t count_characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

// The inputs of a node, to name the columns its expressions read.
struct Names {
  const PlanNode* left = nullptr;
  const PlanNode* right = nullptr;

  [[nodiscard]] std::size_t count(const std::string& name) const {
    std::size_t found = 0;
    for (const PlanNode* node : {left, right}) {
      if (node == nullptr) continue;
      for (const Column& column : node->columns) found += column.name == name ? 1 : 0;
    }
    return found;
  }

  // The column's name, with its table where another column has the same one.
  [[nodiscard]] std::string name(std::uint32_t input, std::uint32_t ordinal) const {
    const PlanNode& node = input == 0 ? *left : *right;
    const std::string& plain = node.columns[ordinal].name;
    return count(plain) > 1 ? origin_of_column(node, ordinal) : plain;
  }
};

std::string text_of(const Expression& expression, const Names& names) {
  return to_text(expression, [&](std::uint32_t input, std::uint32_t ordinal) {
    return names.name(input, ordinal);
  });
}

// A condition without the parentheses around the whole.
std::string condition_text(const ExpressionPtr& condition, const Names& names) {
  std::string text;
  for (const ExpressionPtr& conjunct : conjuncts_of(condition)) {
    if (!text.empty()) text += " AND ";
    std::string part = text_of(*conjunct, names);
    const bool wrapped = part.size() > 2 && part.front() == '(' && part.back() == ')' &&
                         conjunct->kind == Expression::Kind::call &&
                         conjunct->function->kind == FunctionKind::operation;
    text += wrapped ? part.substr(1, part.size() - 2) : part;
  }
  return text;
}

template <typename Items, typename Text>
std::string joined(const Items& items, const Text& text) {
  std::string result;
  for (const auto& item : items) result += (result.empty() ? "" : ", ") + text(item);
  return result;
}

std::string call_text(const AggregateCall& call, const Names& names) {
  std::string text(aggregate_name(call.function));
  text += call.distinct ? "(DISTINCT " : "(";
  text += call.argument ? text_of(*call.argument, names) : "*";
  text += ')';
  if (call.filter) text += " FILTER (WHERE " + condition_text(call.filter, names) + ")";
  return text;
}

class Describe {
 public:
  explicit Describe(const PlanNode& node) : node_(node) {}

  std::string operator()(const TableScan& scan) const {
    const std::string schema = scan.table->schema == "public" ? "" : scan.table->schema + ".";
    std::size_t next = 0;
    const std::string columns = joined(scan.columns, [&](std::uint32_t column) {
      const std::string& own = scan.table->columns[column].name;
      const std::string& name = node_.columns[next++].name;
      return own == name ? own : own + " AS " + name;
    });
    return "table " + schema + scan.table->name + (columns.empty() ? "" : "  " + columns);
  }

  std::string operator()(const ViewScan& scan) const { return "view " + scan.view; }
  std::string operator()(const OneRow& /*row*/) const { return "one row"; }

  std::string operator()(const Filter& filter) const {
    return "filter  " + condition_text(filter.condition, {filter.input.get(), nullptr});
  }

  std::string operator()(const Project& project) const {
    const Names names{project.input.get(), nullptr};
    std::string text;
    for (std::size_t i = 0; i < project.outputs.size(); ++i) {
      const std::string output = text_of(*project.outputs[i], names);
      const std::string& name = node_.columns[i].name;
      text += (i > 0 ? ", " : "") + (output == name ? name : output + " AS " + name);
    }
    return "project  " + text;
  }

  std::string operator()(const Join& join) const {
    const Names names{join.left.get(), join.right.get()};
    std::string kind;
    switch (join.kind) {
      case JoinKind::inner: kind = join.condition ? "join" : "cross join"; break;
      case JoinKind::left: kind = "left join"; break;
      case JoinKind::right: kind = "right join"; break;
      case JoinKind::full: kind = "full join"; break;
    }
    return join.condition ? kind + "  " + condition_text(join.condition, names) : kind;
  }

  std::string operator()(const Aggregate& aggregate) const {
    const Names names{aggregate.input.get(), nullptr};
    const std::string keys =
        joined(aggregate.keys, [&](const ExpressionPtr& key) { return text_of(*key, names); });
    const std::string calls =
        joined(aggregate.calls, [&](const AggregateCall& call) { return call_text(call, names); });
    std::string text = "aggregate";
    if (!calls.empty()) text += "  " + calls;
    if (!keys.empty()) text += "  by " + keys;
    return text;
  }

  std::string operator()(const Distinct& /*distinct*/) const { return "distinct"; }
  std::string operator()(const UnionAll& /*union_all*/) const { return "union all"; }

 private:
  const PlanNode& node_;
};

void add_lines(const PlanNode& node, const std::string& indent, bool last, const PlanNote& note,
               std::vector<Line>& lines) {
  const std::string text = std::visit(Describe(node), node.body);
  lines.push_back({indent + (last ? "└─ " : "├─ ") + text, note ? note(node) : ""});
  const std::vector<PlanPtr> inputs = inputs_of(node);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    add_lines(*inputs[i], indent + (last ? "   " : "│  "), i + 1 == inputs.size(), note, lines);
}

std::string key_text(const BoundView& view) {
  if (!view.key) return "no key";
  const std::string columns =
      joined(*view.key, [&](std::uint32_t column) { return view.plan->columns[column].name; });
  return (view.key_declared ? "declared key (" : "key (") + columns + ")";
}

}  // namespace

std::string explain(const BoundView& view, const PlanNote& note) {
  std::vector<Line> lines{{"view " + view.name, key_text(view)}};
  add_lines(*view.plan, "", true, note, lines);
  std::size_t width = 0;
  for (const Line& line : lines)
    if (!line.note.empty()) width = std::max(width, count_characters(line.text));
  std::string text;
  for (const Line& line : lines) {
    text += line.text;
    if (!line.note.empty())
      text += std::string(width - count_characters(line.text) + 2, ' ') + line.note;
    text += '\n';
  }
  return text;
}

}  // namespace deltamill
