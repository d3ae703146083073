// Changes of keys that cannot be applied one by one: a slice of a large transaction may bring the
// new row of a key before the old one goes. They are added up here, in a temporary table that is
// part of the open transaction, and applied when the commit is complete. A key that is here takes
// all its further changes here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "sinks/sqlite/database.h"
#include "views/data/arena.h"
#include "views/data/delta.h"

namespace deltamill {

class PendingKeys {
 public:
  // One per connection, outside of a transaction.
  explicit PendingKeys(Database& database);

  // `table` tells generations apart.
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool holds(std::int64_t table, std::string_view key);
  void add(std::int64_t table, std::string_view key, const DeltaRow& change);

  // Calls `take` for each key in order with what is left of its changes, negative weights first,
  // and empties the table's part.
  void drain(std::int64_t table,
             const std::function<void(std::string_view key, std::span<const DeltaRow>)>& take);
  // After a rollback: nothing is here.
  void forget() { count_ = 0; }

 private:
  Database& database_;
  Statement holds_;
  Statement add_;
  Statement read_;
  std::uint64_t count_ = 0;  // changes added since it was empty
};

}  // namespace deltamill
