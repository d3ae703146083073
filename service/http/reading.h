// One read of a view: what every read may ask for besides its query, the snapshot it reads, how
// fresh that is, and how long the stages took.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "service/http/media_type.h"
#include "service/http/message.h"
#include "service/http/preferences.h"
#include "service/http/site.h"
#include "sinks/sqlite/bound_sql.h"

namespace deltamill {

// The stages of an answer for the header Server-Timing.
class Timing {
 public:
  // Ends the running stage under this name; the next begins.
  void end(const char* stage);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  std::string text_;
};

// What every answer that reads views may be asked for.
struct CommonTerms {
  Preferences preferences;
  std::optional<Lsn> min_lsn;
};

[[nodiscard]] CommonTerms parse_common_terms(const Request& request);

struct ReadTerms : CommonTerms {
  std::size_t view = 0;
};

// REQUIRES: the call's first argument is a view's name.
[[nodiscard]] ReadTerms parse_terms(Site& site, const Call& call);

// What the headers of an answer say of its rows.
struct Freshness {
  Frontier frontier;
  std::int64_t lag_ms = 0;
  Condition condition = Condition::live;
};

// Freshness, caching, applied preferences.
void add_headers(const Freshness& freshness, const CommonTerms& terms, Response& response);

// The frontier of a view's rows: the snapshot's, or the view's own when it stopped following.
[[nodiscard]] Frontier frontier_of(const ServedView& view, const ViewState& state,
                                   const StoreReader::Snapshot& snapshot);

// One view in one snapshot.
class Reading {
 public:
  // Throws not_ready, behind.
  Reading(Site& site, const ReadTerms& terms, const ViewState& state);

  [[nodiscard]] StoreReader::Snapshot& snapshot() { return snapshot_; }
  // Quoted name of the table of the current generation.
  [[nodiscard]] const std::string& table() const { return table_; }

  // A weak validator of an answer to this request: of the definition, the view's last change and
  // the question.
  [[nodiscard]] std::string entity_tag(std::uint64_t definition, const Call& call,
                                       RowFormat format) const;
  [[nodiscard]] const Freshness& freshness() const { return freshness_; }

 private:
  StoreReader::Snapshot snapshot_;
  std::string table_;
  Freshness freshness_;
  Frontier changed_at_;
  std::int64_t generation_ = 0;
};

// Refuses a view that has nothing to serve, waits where the terms ask for it, and gives the reading
// to `then`. The timing's stage "wait" ends there.
[[nodiscard]] Answer begin_reading(Site& site, const ReadTerms& terms,
                                   const std::shared_ptr<Timing>& timing,
                                   std::function<Answer(Reading reading)> then);

// True when one of the tags of If-None-Match is ours (weak comparison).
[[nodiscard]] bool matches(const std::optional<std::string>& if_none_match, std::string_view tag);

// A statement of a snapshot with its parameters bound; given back reset.
class BoundStatement {
 public:
  BoundStatement(StoreReader::Snapshot& snapshot, BoundSql sql);
  ~BoundStatement();
  BoundStatement(const BoundStatement&) = delete;
  BoundStatement& operator=(const BoundStatement&) = delete;

  [[nodiscard]] Statement& operator*() { return statement_; }
  [[nodiscard]] Statement* operator->() { return &statement_; }
  // Back before the first row.
  void rewind();

 private:
  BoundSql sql_;
  Statement& statement_;
};

}  // namespace deltamill
