// Random transactions over a random schema: keys that are reused, moved and swapped, several rows
// and tables at once, upserts, truncation, savepoints rolled back, long values left unchanged.
#pragma once

#include <string>
#include <vector>

#include "tests/differential/random_schema.h"

namespace deltamill {

class RandomChanges {
 public:
  RandomChanges(const std::vector<RandomTable>& tables, Random& random)
      : tables_(tables), random_(random) {}

  // INSERTs that fill a table.
  [[nodiscard]] std::string initial_rows(const RandomTable& table);
  // A table that only makes transactions large: a transaction of more than 65,536 changes comes in
  // slices, and the random changes of it then lie on both sides of a cut.
  [[nodiscard]] static std::string create_filler_sql();
  [[nodiscard]] static std::string filler_view_sql();

  // BEGIN … COMMIT. PostgreSQL may reject it for a key that exists; then it has no effect.
  [[nodiscard]] std::string transaction();

 private:
  [[nodiscard]] std::string statement();
  [[nodiscard]] std::string fill();
  [[nodiscard]] std::string insert(const RandomTable& table);
  [[nodiscard]] std::string update(const RandomTable& table);
  [[nodiscard]] std::string move_keys(const RandomTable& table);
  [[nodiscard]] std::string erase(const RandomTable& table);
  [[nodiscard]] std::string truncate(const RandomTable& table);
  [[nodiscard]] std::string rolled_back(const RandomTable& table);
  [[nodiscard]] std::string condition(const RandomTable& table);
  [[nodiscard]] std::string value_of(const RandomTable& table, const TableColumn& column);
  [[nodiscard]] std::string row_values(const RandomTable& table);

  const std::vector<RandomTable>& tables_;
  Random& random_;
};

}  // namespace deltamill
