// Searches the shortest key: tries all choices of one size after the other, over few columns, since
// only those that occur in a key or determine something matter. To find a shortest key is
// NP-complete in general (Lucchesi and Osborn, 1978), hence the limit of tries and the greedy
// answer behind it.
#include "views/plan/key_search.h"

#include <algorithm>

#include "views/plan/column_names.h"

namespace deltamill {

namespace {

// Choices that are tried before the search gives up on the shortest key.
constexpr std::size_t tries_max = 20'000;

// Finds the shortest key among candidate columns by trying all choices of one size after the other.
class KeySearch {
 public:
  // candidates: columns that may be chosen, the leftmost first.
  KeySearch(const Facts& facts, std::vector<std::uint32_t> candidates) : facts_(facts) {
    for (const std::uint32_t column : candidates) {
      if (is_required(column))
        chosen_.insert(column);
      else if (matters(column))
        optional_.push_back(column);
    }
  }

  [[nodiscard]] std::optional<ColumnSet> run() {
    ColumnSet all = chosen_;
    all.insert(optional_.begin(), optional_.end());
    // If all columns together are no key, no choice of them is.
    if (!is_key(all, facts_)) return std::nullopt;
    // Combinations in order of size and then of position, so that the first found is the shortest
    // and of these the leftmost: the same key for the same query, whatever the machine.
    for (std::size_t count = 0; count <= optional_.size() && tries_ < tries_max; ++count)
      if (choose(count, 0)) return chosen_;
    return greedy(std::move(all));
  }

 private:
  // In every key, and determined by nothing else: no key can do without it, and fixing it halves
  // the search.
  [[nodiscard]] bool is_required(std::uint32_t column) const {
    for (const ColumnSet& key : facts_.keys)
      if (!key.contains(column)) return false;
    for (const Dependency& dependency : facts_.dependencies)
      if (dependency.determined.contains(column) && !dependency.determinants.contains(column))
        return false;
    return true;
  }

  [[nodiscard]] bool matters(std::uint32_t column) const {
    const auto in_key = [column](const ColumnSet& key) { return key.contains(column); };
    const auto determines = [column](const Dependency& dependency) {
      return dependency.determinants.contains(column);
    };
    return std::any_of(facts_.keys.begin(), facts_.keys.end(), in_key) ||
           std::any_of(facts_.dependencies.begin(), facts_.dependencies.end(), determines);
  }

  // Adds `count` optional columns from offset `from` on such that the chosen ones are a key.
  bool choose(std::size_t count, std::size_t from) {
    if (count == 0) return ++tries_ <= tries_max && is_key(chosen_, facts_);
    for (std::size_t i = from; i + count <= optional_.size() && tries_ < tries_max; ++i) {
      chosen_.insert(optional_[i]);
      if (choose(count - 1, i + 1)) return true;
      chosen_.erase(optional_[i]);
    }
    return false;
  }

  // Leaves out what can be left out, from the right. What remains is minimal (no column of it can
  // go) but perhaps not the shortest.
  [[nodiscard]] ColumnSet greedy(ColumnSet columns) const {
    for (auto column = optional_.rbegin(); column != optional_.rend(); ++column) {
      ColumnSet fewer = columns;
      fewer.erase(*column);
      if (is_key(fewer, facts_)) columns = std::move(fewer);
    }
    return columns;
  }

  const Facts& facts_;
  ColumnSet chosen_;
  std::vector<std::uint32_t> optional_;
  std::size_t tries_ = 0;
};

// The node whose facts decide, and how its columns appear in the output.
struct Shown {
  Facts facts;
  const PlanNode* node = nullptr;
  std::vector<std::uint32_t> columns;               // shown ones, in output order, none twice
  std::map<std::uint32_t, std::uint32_t> ordinals;  // shown column -> leftmost output
};

Shown shown_by(const PlanNode& plan, const ViewKeys& views) {
  Shown shown;
  const auto* const project = std::get_if<Project>(&plan.body);
  // Below the projection, if there is one: its facts name columns that the output does not show but
  // that link those it shows (a.id = b.id with only b.id shown).
  shown.node = project != nullptr ? project->input.get() : &plan;
  shown.facts = facts_of(*shown.node, views);
  if (project != nullptr) {
    shown.ordinals = visible_columns(project->outputs);
  } else {
    for (std::uint32_t i = 0; i < plan.columns.size(); ++i) shown.ordinals.emplace(i, i);
  }
  std::map<std::uint32_t, std::uint32_t> by_output;
  for (const auto& [column, output] : shown.ordinals) by_output.emplace(output, column);
  for (const auto& [output, column] : by_output) shown.columns.push_back(column);
  return shown;
}

}  // namespace

std::optional<KeyColumns> infer_key(const PlanNode& plan, const ViewKeys& views) {
  const Shown shown = shown_by(plan, views);
  const std::optional<ColumnSet> columns = KeySearch(shown.facts, shown.columns).run();
  if (!columns) return std::nullopt;
  KeyColumns key;
  for (const std::uint32_t column : *columns) key.push_back(shown.ordinals.at(column));
  std::sort(key.begin(), key.end());
  return key;
}

bool provably_unique(const PlanNode& plan, const KeyColumns& columns, const ViewKeys& views) {
  const Shown shown = shown_by(plan, views);
  const auto* const project = std::get_if<Project>(&plan.body);
  ColumnSet known;
  for (const std::uint32_t column : columns) {
    // An output that is computed says nothing of the row below: it is left out, and the rest must
    // be a key by itself.
    if (project == nullptr)
      known.insert(column);
    else if (project->outputs[column]->kind == Expression::Kind::column)
      known.insert(project->outputs[column]->ordinal);
  }
  return is_key(known, shown.facts);
}

std::vector<std::string> columns_to_add_for_key(const PlanNode& plan, const ViewKeys& views) {
  const Shown shown = shown_by(plan, views);
  // Columns that are in the output already come first, so that few have to be added.
  std::vector<std::uint32_t> candidates = shown.columns;
  for (std::uint32_t i = 0; i < shown.node->columns.size(); ++i)
    if (!shown.ordinals.contains(i)) candidates.push_back(i);
  const std::optional<ColumnSet> key = KeySearch(shown.facts, candidates).run();
  std::vector<std::string> missing;
  if (!key) return missing;
  for (const std::uint32_t column : *key)
    if (!shown.ordinals.contains(column)) missing.push_back(origin_of_column(*shown.node, column));
  return missing;
}

}  // namespace deltamill
