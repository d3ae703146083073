// What a binder may ask about the source: its tables by name, its enums. Filled by
// service/source/source_catalog from a live server, or by tests by hand.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/data/schema.h"
#include "views/data/time_zones.h"

namespace deltamill {

class Catalog {
 public:
  std::vector<std::string> search_path = {"public"};
  // The database's default collation, which literals and results of casts have, orders by code
  // point.
  bool default_ordered_by_bytes = false;

  // The zones that queries may name; nullptr = built_in_zones().
  std::shared_ptr<const TimeZones> time_zones;

  void add_table(Table table);
  void add_enum(std::shared_ptr<const EnumType> type);
  // A table that inherits from the table `parent`: SQL over the parent reads its rows too. Its name
  // as messages show it; it need not be in the catalog.
  void add_child(Oid parent, std::string child);

  // schema empty: through the search path.
  [[nodiscard]] std::shared_ptr<const Table> find_table(std::string_view schema,
                                                        std::string_view name) const;
  [[nodiscard]] std::shared_ptr<const Table> find_table(Oid oid) const;
  [[nodiscard]] std::shared_ptr<const EnumType> find_enum(std::string_view schema,
                                                          std::string_view name) const;
  // The first table that inherits from this one; nothing where none does.
  [[nodiscard]] std::optional<std::string> find_child(Oid parent) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const Table>>& tables() const { return tables_; }

 private:
  std::vector<std::shared_ptr<const Table>> tables_;
  std::vector<std::shared_ptr<const EnumType>> enums_;
  std::map<Oid, std::string> children_;  // by parent, the first one added
};

}  // namespace deltamill
