// Thrown while changes are read: a table's columns no longer fit what the views were bound to.
#pragma once

#include <stdexcept>
#include <string>

#include "views/data/schema.h"

namespace deltamill {

class SchemaChanged : public std::runtime_error {
 public:
  SchemaChanged(Oid table_oid, const std::string& message)
      : std::runtime_error(message), table(table_oid) {}
  Oid table;
};

}  // namespace deltamill
