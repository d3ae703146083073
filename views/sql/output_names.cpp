// Names the columns of a select list as FigureColname of PostgreSQL 15 does. The names are the
// view's interface, so they must be those that psql shows.
#include "views/sql/output_names.h"

namespace deltamill {

namespace {

using Kind = ExpressionSyntax::Kind;

// How much a name says: a cast's type only counts where its operand has no better one.
enum class Strength : std::uint8_t { none, weak, strong };

struct Name {
  Strength strength = Strength::none;
  std::string text;
};

Name name_of(const ExpressionSyntax& expression) {
  switch (expression.kind) {
    case Kind::column: return {Strength::strong, expression.names.back()};
    case Kind::call: return {Strength::strong, expression.names.back()};
    case Kind::coalesce: return {Strength::strong, "coalesce"};
    case Kind::greatest: return {Strength::strong, "greatest"};
    case Kind::least: return {Strength::strong, "least"};
    case Kind::nullif: return {Strength::strong, "nullif"};
    case Kind::collate: return name_of(*expression.arguments.front());
    case Kind::cast: {
      Name name = name_of(*expression.arguments.front());
      if (name.strength == Strength::strong) return name;
      return {Strength::weak, expression.type.names.back()};
    }
    case Kind::case_when: {
      Name name;
      if (expression.has_default) name = name_of(*expression.arguments.back());
      if (name.strength == Strength::strong) return name;
      return {Strength::weak, "case"};
    }
    default: return {};
  }
}

}  // namespace

std::string output_name(const TargetSyntax& target) {
  if (!target.alias.empty()) return target.alias;
  Name name = name_of(*target.expression);
  return name.strength == Strength::none ? "?column?" : std::move(name.text);
}

}  // namespace deltamill
