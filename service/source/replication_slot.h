// Who the server is and what state our slot is in; creating and dropping slots. Internal to
// service/source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/journal/journal.h"
#include "service/source/libpq_session.h"
#include "service/source/sql_session.h"

namespace deltamill {

struct ServerState {
  std::string system_id;
  std::uint32_t timeline = 0;
  Oid database = 0;
  Lsn flushed;      // end of the server's durable WAL
  int version = 0;  // server_version_num
  bool in_recovery = false;
  std::string wal_level;
  std::int64_t wal_sender_timeout_ms = 0;  // 0 = off
};

struct SlotState {
  bool exists = false;
  bool active = false;
  bool usable_kind = false;  // logical, pgoutput, not two_phase, of this database
  std::string wal_status;    // reserved, extended, unreserved, lost
  Lsn confirmed_flush;
  std::int64_t retained_bytes = 0;
  std::optional<std::int64_t> safe_bytes;
};

// Throws SourceFailed (stop) for a server that cannot be a source: a standby, older than 15,
// wal_level not logical.
[[nodiscard]] ServerState read_server(LibpqSession& replication, SqlSession& sql);

[[nodiscard]] SlotState read_slot(SqlSession& sql, const std::string& name);

struct CreatedSlot {
  Lsn consistent_point;  // transactions from here on are sent
  std::string snapshot;  // exported, valid until the next command of its session
};

enum class SlotLife : std::uint8_t { permanent, session };

// Waits for all transactions that wrote already, at most the session's lock_timeout: SourceFailed
// (retry, 55P03). A session slot exports its snapshot and vanishes with the session.
[[nodiscard]] CreatedSlot create_slot(LibpqSession& replication, const std::string& name,
                                      SlotLife life);

// Nothing happens if it does not exist. Fails (retry slowly, 55006) while it is in use.
void drop_slot(SqlSession& sql, const std::string& name);

// Confirms everything below the position without reading it. REQUIRES: it is durable here. Fails
// (retry slowly, 55006) while the slot is in use.
void advance_slot(SqlSession& sql, const std::string& name, Frontier durable);

// Who keeps a slot from being created: pids with their transaction, prepared transactions. For
// messages.
[[nodiscard]] std::string slot_blockers(SqlSession& sql);

// Why the change log cannot be continued at `frontier` by this server, or nothing.
[[nodiscard]] std::optional<std::string> gap_of(const SourceIdentity& stored, Frontier frontier,
                                                const ServerState& server, const SlotState& slot);

}  // namespace deltamill
