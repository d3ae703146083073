// Random queries of the supported set over tables and views: joins of every kind, grouping,
// DISTINCT, UNION ALL, subqueries and CTEs.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/differential/random_expression.h"
#include "tests/differential/random_schema.h"

namespace deltamill {

// Something to select from.
struct Relation {
  std::string name;
  std::vector<Expression> columns;  // `sql` is the bare name
  std::vector<std::string> primary_key;
  double rows = 20;  // a guess that keeps products small
};

struct RandomQuery {
  std::string sql;
  std::vector<Expression> columns;
  double rows = 0;

  // Columns whose text PostgreSQL leaves open.
  [[nodiscard]] std::set<std::string> open_columns() const;
};

[[nodiscard]] Relation relation_of(const RandomTable& table);
// As the relation `name`.
[[nodiscard]] Relation relation_of(const RandomQuery& query, const std::string& name);

class RandomQueries {
 public:
  // `relations`: tables and earlier views; more may be added while this lives.
  RandomQueries(const std::vector<Relation>& relations, Random& random)
      : relations_(relations), random_(random) {}

  [[nodiscard]] RandomQuery query();

 private:
  using Kinds = std::vector<Kind>;

  struct From {
    std::string sql;
    Scope scope;
    double rows = 0;
    std::vector<Relation> sources;  // with the alias as name
  };

  [[nodiscard]] RandomQuery query(int depth, const std::optional<Kinds>& kinds);
  [[nodiscard]] RandomQuery select(int depth, const std::optional<Kinds>& kinds);
  [[nodiscard]] RandomQuery plain(const From& from, const std::optional<Kinds>& kinds);
  [[nodiscard]] RandomQuery grouped(const From& from, const std::optional<Kinds>& kinds);
  [[nodiscard]] RandomQuery union_all(int depth);
  [[nodiscard]] RandomQuery with_cte(int depth);
  [[nodiscard]] From from(int depth);
  [[nodiscard]] Relation source(int depth, std::string& sql);
  void join(From& from, const Relation& right, const std::string& right_sql);
  [[nodiscard]] std::string join_condition(const From& from, const Relation& right);
  [[nodiscard]] std::vector<std::string> common_columns(const From& from, const Relation& right);
  [[nodiscard]] std::vector<Expression> group_keys(const From& from, const Kinds* kinds);
  [[nodiscard]] std::optional<Expression> aggregate(const From& from, std::optional<Kind> kind);
  [[nodiscard]] std::optional<Expression> aggregate_of_kind(const From& from, Kind kind);
  [[nodiscard]] std::string filter(const From& from);
  [[nodiscard]] std::string where(const From& from);
  [[nodiscard]] std::string having(const From& from);

  const std::vector<Relation>& relations_;
  std::vector<Relation> ctes_;
  Random& random_;
  int aliases_ = 0;
};

}  // namespace deltamill
