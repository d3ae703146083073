// The source read at a known frontier: a query's rows, one by one, as PostgreSQL answers them. For
// verify and for tests as the oracle; nothing of a view's own state comes this way.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "service/source/session_settings.h"
#include "views/data/frontier.h"
#include "views/data/schema.h"

namespace deltamill {

class SourceQuery {
 public:
  // One row: text forms, nothing for NULL. The views hold during the call only.
  using TakeRow = std::function<void(std::span<const std::optional<std::string_view>>)>;

  // Exports a snapshot through a temporary slot named after `slot`; `tables` are those the queries
  // read: they are locked against TRUNCATE and rewriting meanwhile. `settings.search_path` is the
  // user's. Throws SourceFailed.
  SourceQuery(const SessionSettings& settings, const std::string& slot,
              const std::vector<std::shared_ptr<const Table>>& tables,
              const std::stop_token& stop = {});
  ~SourceQuery();

  // The snapshot holds exactly the transactions below it.
  [[nodiscard]] Frontier frontier() const;

  // Runs one query in the snapshot; may be called again for others. Throws SourceFailed, also on
  // stop.
  void run(const std::string& sql, const TakeRow& take, const std::stop_token& stop = {});

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace deltamill
