// Tables with nasty types, small keys that collide, and every kind of replica identity.
#pragma once

#include <string>
#include <vector>

#include "tests/differential/sql_kind.h"

namespace deltamill {

struct TableColumn {
  std::string name;
  Kind kind = Kind::int4;
  std::string type;
  bool nullable = true;
  bool external = false;  // stored out of line when long
};

enum class Identity : std::uint8_t { primary_key, full, index, full_without_key };

struct RandomTable {
  std::string name;
  std::vector<TableColumn> columns;
  std::vector<std::string> primary_key;  // empty: none
  Identity identity = Identity::primary_key;

  // CREATE TABLE and what goes with it.
  [[nodiscard]] std::string create_sql() const;
};

// CREATE TYPE of the enum that all schemas share.
[[nodiscard]] std::string create_types_sql();
[[nodiscard]] std::vector<RandomTable> random_schema(Random& random);

}  // namespace deltamill
