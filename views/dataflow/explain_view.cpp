// Prints the tree of a view: which collection takes its rows from which operator. The lines are the
// operators' own.
#include "views/dataflow/description.h"
#include "views/dataflow/flow.h"

namespace deltamill {

namespace {

std::string arranged_by(const Collection& collection) {
  const Arrangement* arrangement = collection.arrangement();
  if (arrangement == nullptr) return "";
  std::string text;
  for (std::size_t index = 0; index < arrangement->index_count(); ++index) {
    // The primary index of a multiset is by whole rows, which is no key to show.
    if (index == Arrangement::primary && !arrangement->has_unique_key()) continue;
    text += text.empty() ? "  arranged by " : ", ";
    text += column_list(collection.columns(), arrangement->key(index).columns());
  }
  return text.empty() ? "  arranged as a multiset" : text;
}

std::string key_of(const Flow::View& view) {
  if (!view.key) return "no key";
  return (view.key_declared ? "declared key " : "key ") + column_list(view.columns, *view.key);
}

std::string line_of(const Description& description) {
  std::string line = description.text;
  if (!description.keeps.empty()) line += "  keeps " + description.keeps;
  if (!description.cost.empty()) line += "  cost " + description.cost;
  return line;
}

class Printer {
 public:
  std::string print(const Flow::View& view) {
    text_ = "view " + view.name + "  " + key_of(view) + "\n";
    print_producers(*view.collection, "", true);
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
    // Another view's result, which its own explain shows.
    if (collection.kind() == CollectionKind::view)
      line(prefix, last, collection.name() + arranged_by(collection));
    else
      print_producers(collection, prefix, last);
  }

  void print_producers(const Collection& collection, const std::string& prefix, bool last) {
    const std::span<const Operator* const> producers = collection.producers();
    if (producers.size() == 1) {
      print_operator(*producers.front(), arranged_by(collection), prefix, last);
      return;
    }
    line(prefix, last, "union all" + arranged_by(collection));
    print_operators(producers, below(prefix, last), true);
  }

  void print_operators(std::span<const Operator* const> operators, const std::string& prefix,
                       bool last) {
    for (const Operator* printed : operators)
      print_operator(*printed, "", prefix, last && printed == operators.back());
  }

  void print_operator(const Operator& printed, const std::string& arranged,
                      const std::string& prefix, bool last) {
    const Description description = printed.describe();
    // An operator that says nothing is left out: what is below it takes its place.
    if (description.text.empty() && arranged.empty()) {
      print_inputs(printed, prefix, last);
      return;
    }
    line(prefix, last, line_of(description) + arranged);
    if (!description.inputs_shown_elsewhere) print_inputs(printed, below(prefix, last), true);
  }

  // Feeds and inputs stand beside each other; `last` tells of the last of them.
  void print_inputs(const Operator& printed, const std::string& prefix, bool last) {
    if (!printed.feeds().empty()) {
      print_operators(printed.feeds(), prefix, last);
      return;
    }
    const std::vector<const Collection*> inputs = printed.inputs();
    for (std::size_t input = 0; input < inputs.size(); ++input)
      print_collection(*inputs[input], prefix, last && input + 1 == inputs.size());
  }

  std::string text_;
};

}  // namespace

std::string explain_view(const Flow::View& view) {
  return Printer().print(view);
}

}  // namespace deltamill
