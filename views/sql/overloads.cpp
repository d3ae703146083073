// Chooses among overloads as func_match_argtypes, func_select_candidate and oper_select_candidate
// of PostgreSQL 15 do (parse_func.c, parse_oper.c), over kinds of types. The order of the steps is
// the rule: each may rule out what the next would have preferred.
#include "views/sql/overloads.h"

#include <algorithm>
#include <optional>

namespace deltamill {

namespace {

using Offsets = std::vector<std::size_t>;

bool accepts(TypeKind parameter, TypeKind argument) {
  // "any", which takes all types as they are.
  if (parameter == TypeKind::unknown) return true;
  return can_coerce(argument, parameter, CoercionContext::implicit);
}

// One step after the other narrows the candidates; the first that leaves one decides. A step that
// would rule out all of them rules out none.
class Selection {
 public:
  Selection(std::span<const ParameterKinds> candidates, std::span<const TypeKind> arguments)
      : candidates_(candidates), arguments_(arguments) {
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (accepts_all(candidates[i], arguments)) left_.push_back(i);
  }

  [[nodiscard]] Choice run() {
    if (left_.empty()) return {Choice::Outcome::none, 0};
    if (left_.size() == 1) return found();
    // Most arguments that need no cast, then most that are of the type or of the preferred one of
    // its category.
    keep_best([](TypeKind parameter, TypeKind argument) { return parameter == argument; });
    if (left_.size() == 1) return found();
    keep_best([](TypeKind parameter, TypeKind argument) {
      return parameter == argument ||
             (preferred_in_category(parameter) && category_of(parameter) == category_of(argument));
    });
    if (left_.size() == 1) return found();
    // Only untyped literals leave room for a guess.
    if (!has_unknown()) return {Choice::Outcome::ambiguous, 0};
    keep_by_category();
    if (left_.size() == 1) return found();
    return by_known_type();
  }

 private:
  [[nodiscard]] Choice found() const { return {Choice::Outcome::found, left_.front()}; }

  [[nodiscard]] static bool accepts_all(const ParameterKinds& parameters,
                                        std::span<const TypeKind> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i)
      if (!accepts(parameters[i], arguments[i])) return false;
    return true;
  }

  [[nodiscard]] bool has_unknown() const {
    return std::ranges::find(arguments_, TypeKind::unknown) != arguments_.end();
  }

  // Keeps the candidates with the most typed arguments for which `matches`.
  template <typename Matches>
  void keep_best(const Matches& matches) {
    std::size_t best = 0;
    Offsets kept;
    for (const std::size_t candidate : left_) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < arguments_.size(); ++i)
        if (arguments_[i] != TypeKind::unknown && matches(candidates_[candidate][i], arguments_[i]))
          ++count;
      if (count > best || kept.empty()) {
        best = count;
        kept = {candidate};
      } else if (count == best) {
        kept.push_back(candidate);
      }
    }
    left_ = std::move(kept);
  }

  struct Slot {
    char category = 0;
    bool preferred = false;  // some candidate has the category's preferred type here
  };

  // The category an untyped literal at `position` is taken to be of: strings where possible,
  // because a literal looks like one; else the one on which all candidates agree.
  [[nodiscard]] std::optional<Slot> slot_at(std::size_t position) const {
    Slot slot;
    bool conflict = false;
    for (const std::size_t candidate : left_) {
      const TypeKind parameter = candidates_[candidate][position];
      const char category = category_of(parameter);
      const bool preferred = preferred_in_category(parameter);
      if (slot.category == 0 || (category != slot.category && category == 'S')) {
        slot = {category, preferred};
      } else if (category == slot.category) {
        slot.preferred = slot.preferred || preferred;
      } else {
        conflict = true;
      }
    }
    if (conflict && slot.category != 'S') return std::nullopt;
    return slot;
  }

  // Where the candidates disagree on a literal's category, none is ruled out, as in PostgreSQL. If
  // no candidate is in the categories of all literals, all of them stay.
  void keep_by_category() {
    Offsets kept = left_;
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i] != TypeKind::unknown) continue;
      const std::optional<Slot> slot = slot_at(i);
      if (!slot) return;
      std::erase_if(kept, [&](std::size_t candidate) {
        const TypeKind parameter = candidates_[candidate][i];
        return category_of(parameter) != slot->category ||
               (slot->preferred && !preferred_in_category(parameter));
      });
    }
    if (!kept.empty()) left_ = std::move(kept);
  }

  // If all typed arguments are of one type, the literals are taken to be of it too: the last
  // heuristic of func_select_candidate, which makes sense of date - '…'.
  [[nodiscard]] Choice by_known_type() const {
    TypeKind known = TypeKind::unknown;
    for (const TypeKind argument : arguments_) {
      if (argument == TypeKind::unknown || argument == known) continue;
      if (known != TypeKind::unknown) return {Choice::Outcome::ambiguous, 0};
      known = argument;
    }
    if (known == TypeKind::unknown) return {Choice::Outcome::ambiguous, 0};
    const std::vector<TypeKind> assumed(arguments_.size(), known);
    Offsets fitting;
    for (const std::size_t candidate : left_)
      if (accepts_all(candidates_[candidate], assumed)) fitting.push_back(candidate);
    if (fitting.size() != 1) return {Choice::Outcome::ambiguous, 0};
    return {Choice::Outcome::found, fitting.front()};
  }

  std::span<const ParameterKinds> candidates_;
  std::span<const TypeKind> arguments_;
  Offsets left_;
};

std::optional<std::size_t> find_exact(std::span<const ParameterKinds> candidates,
                                      std::span<const TypeKind> arguments) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool exact = std::ranges::equal(arguments, candidates[i]);
    const bool typed = std::ranges::find(arguments, TypeKind::unknown) == arguments.end();
    if (exact && typed) return i;
  }
  return std::nullopt;
}

}  // namespace

// An exact match is looked for before all else: with it a call never becomes ambiguous because a
// candidate was added. An untyped literal matches nothing exactly.
Choice choose_function(std::span<const ParameterKinds> candidates,
                       std::span<const TypeKind> arguments) {
  if (const std::optional<std::size_t> exact = find_exact(candidates, arguments))
    return {Choice::Outcome::found, *exact};
  return Selection(candidates, arguments).run();
}

Choice choose_operator(std::span<const ParameterKinds> candidates,
                       std::span<const TypeKind> arguments) {
  // binary_oper_exact: of a typed and an untyped operand, an operator over twice the type is taken
  // before all else. That is how a = '…' compares with the column's type.
  std::vector<TypeKind> assumed(arguments.begin(), arguments.end());
  if (assumed.size() == 2 && assumed[0] == TypeKind::unknown) assumed[0] = assumed[1];
  if (assumed.size() == 2 && assumed[1] == TypeKind::unknown) assumed[1] = assumed[0];
  if (const std::optional<std::size_t> exact = find_exact(candidates, assumed))
    return {Choice::Outcome::found, *exact};
  return Selection(candidates, arguments).run();
}

std::optional<ParameterKinds> parameters_for(const Function& function, std::size_t count) {
  ParameterKinds kinds = function.arguments;
  switch (function.signature) {
    case Signature::exact:
      if (kinds.size() != count) return std::nullopt;
      return kinds;
    case Signature::variadic:
      if (kinds.empty() || count < kinds.size()) return std::nullopt;
      kinds.resize(count, kinds.back());
      return kinds;
    case Signature::variadic_any:
      if (count < kinds.size()) return std::nullopt;
      kinds.resize(count, TypeKind::unknown);
      return kinds;
  }
  return std::nullopt;
}

}  // namespace deltamill
