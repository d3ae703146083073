// The tree of a view: which collection takes its rows from which operator. The lines are the
// operators' own.
#include "views/dataflow/flow.h"

namespace deltamill {

namespace {

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

class Printer {
 public:
  std::string print(const Flow::View& view) {
    text_ = "view " + view.name;
    if (view.key) text_ += "  key " + column_list(view.columns, *view.key);
    text_ += "\n";
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
    print_operators(producers, below(prefix, last));
  }

  void print_operators(std::span<const Operator* const> operators, const std::string& prefix) {
    for (const Operator* one : operators) print_operator(*one, "", prefix, one == operators.back());
  }

  void print_operator(const Operator& one, const std::string& arranged, const std::string& prefix,
                      bool last) {
    const Description description = one.describe();
    line(prefix, last, description.text + arranged);
    if (description.inputs_shown_elsewhere) return;
    const std::string indent = below(prefix, last);
    if (!one.feeds().empty()) {
      print_operators(one.feeds(), indent);
      return;
    }
    const std::vector<const Collection*> inputs = one.inputs();
    for (std::size_t input = 0; input < inputs.size(); ++input)
      print_collection(*inputs[input], indent, input + 1 == inputs.size());
  }

  std::string text_;
};

}  // namespace

std::string explain_view(const Flow::View& view) {
  return Printer().print(view);
}

}  // namespace deltamill
