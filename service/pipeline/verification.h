// A view against its SQL on the source, at one frontier, while writes go on: the source's side in
// an exported snapshot at L, the view's side from the store at the moment it holds exactly the
// transactions below L.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/pipeline/engine.h"
#include "service/pipeline/jobs.h"
#include "service/source/session_settings.h"
#include "sinks/sqlite/reader.h"

namespace deltamill {

struct VerificationTarget {
  Engine& engine;
  SinkFollower& follower;  // of the store. REQUIRES: settled
  StoreReader& store;
  SessionSettings session;                           // of the source
  std::string slot;                                  // the temporary slot is named after it
  std::vector<std::shared_ptr<const Table>> tables;  // that the query reads
  std::string view;
  Columns columns;
  std::optional<KeyColumns> key;
  std::string query;  // as PostgreSQL runs it
  std::size_t sample_max = 20;
  std::function<void(Lsn)> request_position;  // makes an idle source report that it is there
};

struct VerificationResult {
  bool equal = false;
  std::uint64_t mismatched = 0;
  std::string json;  // RowComparison::to_json
};

// Runs the job. Throws SourceFailed, JobCancelled, or std::runtime_error when the frontier is not
// reached in time.
[[nodiscard]] VerificationResult verify_view(const VerificationTarget& target, JobControl& control);

}  // namespace deltamill
