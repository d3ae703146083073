// Random typed expressions over the columns in scope, built so that no row makes them fail: small
// operands where a result could overflow, NULLIF around divisors, CASE around narrowing casts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/sql_kind.h"

namespace deltamill {

struct Expression {
  std::string sql;
  Kind kind = Kind::int4;
  // Equal values of this expression print alike.
  bool prints_one_way = true;
  // Which of several equal values it holds is PostgreSQL's choice (a grouped 1.0 or 1.00), so it
  // may be passed on and compared, but nothing may be made of its text.
  bool open = false;
};

using Scope = std::vector<Expression>;

class RandomExpressions {
 public:
  RandomExpressions(const Scope& scope, Random& random) : scope_(scope), random_(random) {}

  // An expression of the kind that is not open.
  [[nodiscard]] Expression of_kind(Kind kind, int depth);
  // A condition.
  [[nodiscard]] std::string condition(int depth);
  // A column of the scope, open ones too. REQUIRES: the scope is not empty.
  [[nodiscard]] const Expression& any_column() { return random_.pick(scope_); }
  // Often the kind of a column, so that expressions are about data and not about literals.
  [[nodiscard]] Kind likely_kind();
  // A column of the kind, open or not.
  [[nodiscard]] std::optional<Expression> column(Kind kind, bool open_too);

 private:
  [[nodiscard]] std::string text_of(Kind kind, int depth);
  [[nodiscard]] std::optional<std::string> converted_column(Kind kind);
  [[nodiscard]] std::string compound(Kind kind, int depth);
  [[nodiscard]] std::string conditional(Kind kind, int depth);
  [[nodiscard]] std::string boolean(int depth);
  [[nodiscard]] std::string comparison(int depth);
  [[nodiscard]] std::string membership(int depth);
  [[nodiscard]] std::string likeness(int depth);
  [[nodiscard]] std::string integer(int depth);
  [[nodiscard]] std::string small_integer(int depth);
  [[nodiscard]] std::string real(int depth);
  [[nodiscard]] std::string numeric(int depth);
  [[nodiscard]] std::string any_text(int depth);
  [[nodiscard]] std::string text(int depth);
  [[nodiscard]] std::string text_of_other(int depth);
  [[nodiscard]] std::string datetime(Kind kind, int depth);
  [[nodiscard]] std::string interval(int depth);
  [[nodiscard]] std::string bytes(int depth);
  [[nodiscard]] std::string json(int depth);
  [[nodiscard]] std::string operand(Kind kind, int depth);
  template <typename... Choices>
  std::string one_of(const Choices&... choices);

  const Scope& scope_;
  Random& random_;
};

}  // namespace deltamill
