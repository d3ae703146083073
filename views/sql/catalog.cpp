// Finds tables and enums of the source by name and OID. Linear: a source has hundreds of tables,
// and names are looked up only while views are bound.
#include "views/sql/catalog.h"

#include <algorithm>

namespace deltamill {

namespace {

// The object of that name in `schema`, or, without a schema, in the first schema of the search path
// that has it.
template <typename Object>
std::shared_ptr<const Object> find_named(const std::vector<std::shared_ptr<const Object>>& objects,
                                         const std::vector<std::string>& search_path,
                                         std::string_view schema, std::string_view name) {
  const auto find_in = [&](std::string_view present_schema) -> std::shared_ptr<const Object> {
    for (const std::shared_ptr<const Object>& object : objects)
      if (object->name == name && object->schema == present_schema) return object;
    return nullptr;
  };
  if (!schema.empty()) return find_in(schema);
  for (const std::string& candidate : search_path)
    if (std::shared_ptr<const Object> object = find_in(candidate)) return object;
  return nullptr;
}

}  // namespace

void Catalog::add_table(Table table) {
  tables_.push_back(std::make_shared<const Table>(std::move(table)));
}

void Catalog::add_enum(std::shared_ptr<const EnumType> type) {
  enums_.push_back(std::move(type));
}

void Catalog::add_child(Oid parent, std::string child) {
  children_.emplace(parent, std::move(child));
}

std::optional<std::string> Catalog::find_child(Oid parent) const {
  const auto found = children_.find(parent);
  if (found == children_.end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<const Table> Catalog::find_table(std::string_view schema,
                                                 std::string_view name) const {
  return find_named(tables_, search_path, schema, name);
}

std::shared_ptr<const Table> Catalog::find_table(Oid oid) const {
  const auto found = std::ranges::find(tables_, oid, &Table::oid);
  return found == tables_.end() ? nullptr : *found;
}

std::shared_ptr<const EnumType> Catalog::find_enum(std::string_view schema,
                                                   std::string_view name) const {
  return find_named(enums_, search_path, schema, name);
}

}  // namespace deltamill
