// Server identity, slots and the check for a gap: the slot must not have been confirmed
// beyond what the journal holds.
#include "service/source/replication_slot.h"

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr int server_version_min = 150000;

Lsn lsn_from(const std::string& text) {
  const auto lsn = lsn_of(text);
  if (!lsn) throw SourceFailed("read a position", "the server sent \"" + text + "\"", Remedy::stop);
  return *lsn;
}

// What no retry mends, with what to do about it.
void check_server(const ServerState& server) {
  const auto refuse = [](const char* reason) {
    throw SourceFailed("use the source", reason, Remedy::stop);
  };
  if (server.version < server_version_min) refuse("PostgreSQL 15 or newer is needed");
  if (server.in_recovery) refuse("it is a standby; connect to the primary");
  if (server.wal_level != "logical")
    refuse("wal_level is not logical: ALTER SYSTEM SET wal_level = logical, restart");
}

}  // namespace

ServerState read_server(LibpqSession& replication, SqlSession& sql) {
  ServerState server;
  // IDENTIFY_SYSTEM exists on replication connections only. Its position is that of flushed WAL:
  // everything below survives a crash of the server.
  const ResultPtr identity = replication.run("identify the source", "IDENTIFY_SYSTEM");
  server.system_id = LibpqSession::text(identity, 0, 0);
  server.timeline = static_cast<std::uint32_t>(std::stoul(LibpqSession::text(identity, 0, 1)));
  server.flushed = lsn_from(LibpqSession::text(identity, 0, 2));
  // wal_sender_timeout from pg_settings, where it is in milliseconds whatever the unit it was set
  // in.
  const pqxx::result row = sql.run("identify the source", R"(
      SELECT current_setting('server_version_num'), pg_is_in_recovery(),
             current_setting('wal_level'),
             (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'),
             (SELECT oid FROM pg_database WHERE datname = current_database()))");
  server.version = row[0][0].as<int>();
  server.in_recovery = row[0][1].as<bool>();
  server.wal_level = row[0][2].c_str();
  server.wal_sender_timeout_ms = row[0][3].as<std::int64_t>();
  server.database = row[0][4].as<Oid>();
  check_server(server);
  return server;
}

// safe_wal_size is NULL when the size of WAL kept is not limited; restart_lsn is NULL for a slot
// that reserves nothing, as one that was lost.
SlotState read_slot(SqlSession& sql, const std::string& name) {
  const pqxx::result rows = sql.run("read the replication slot", R"(
      SELECT active,
             coalesce(plugin = 'pgoutput' AND NOT two_phase AND database = current_database(),
                      false),
             coalesce(wal_status, ''), confirmed_flush_lsn,
             pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint,
             safe_wal_size
      FROM pg_replication_slots WHERE slot_name = )" + quoted_literal(name));
  SlotState slot;
  if (rows.empty()) return slot;
  const pqxx::row row = rows[0];
  slot.exists = true;
  slot.active = row[0].as<bool>();
  slot.usable_kind = row[1].as<bool>();
  slot.wal_status = row[2].c_str();
  if (!row[3].is_null()) slot.confirmed_flush = lsn_from(row[3].c_str());
  slot.retained_bytes = row[4].is_null() ? 0 : row[4].as<std::int64_t>();
  if (!row[5].is_null()) slot.safe_bytes = row[5].as<std::int64_t>();
  return slot;
}

CreatedSlot create_slot(LibpqSession& replication, const std::string& name, SlotLife life) {
  check_replication_name("slot", name);
  // Over the replication protocol: only there a slot is made together with the snapshot of its
  // consistent point. The name was checked above; this grammar has no parameters and no quotes.
  const bool temporary = life == SlotLife::session;
  const ResultPtr result = replication.run(
      "create replication slot \"" + name + "\"",
      "CREATE_REPLICATION_SLOT " + name + (temporary ? " TEMPORARY" : "") +
          " LOGICAL pgoutput (SNAPSHOT " + (temporary ? "'export'" : "'nothing'") + ")");
  return {lsn_from(LibpqSession::text(result, 0, 1)), LibpqSession::text(result, 0, 2)};
}

// One statement that finds no row for an unknown slot, instead of an error to be told apart.
void drop_slot(SqlSession& sql, const std::string& name) {
  sql.run(
      "drop replication slot \"" + name + "\"",
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = " +
          quoted_literal(name));
}

void advance_slot(SqlSession& sql, const std::string& name, Frontier durable) {
  sql.run("advance replication slot \"" + name + "\"",
          "SELECT pg_replication_slot_advance(" + quoted_literal(name) + ", " +
              quoted_literal(to_string(durable.end())) + ")");
}

// Making a slot waits for every transaction with an xid, of all databases, and for prepared ones,
// which no session owns any more (POSTGRES P35).
std::string slot_blockers(SqlSession& sql) {
  const pqxx::result rows = sql.run("find what blocks a replication slot", R"(
      SELECT 'pid ' || pid || ' (transaction ' || backend_xid ||
             coalesce(' since ' || xact_start::text, '') || ')'
      FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
      UNION ALL
      SELECT 'prepared transaction ' || quote_literal(gid) || ' of ' || database
      FROM pg_prepared_xacts
      LIMIT 20)");
  std::string text;
  for (const pqxx::row& row : rows)
    text += (text.empty() ? "" : ", ") + std::string(row[0].c_str());
  return text.empty() ? "nobody any more" : text;
}

std::optional<std::string> gap_of(const SourceIdentity& stored, Frontier frontier,
                                  const ServerState& server, const SlotState& slot) {
  // Each of these has another history behind the same LSNs, so no comparison of positions would
  // find it.
  if (stored.system_id != server.system_id) return "another database cluster (system identifier)";
  if (stored.database != server.database) return "another database (its oid differs)";
  if (stored.timeline != server.timeline)
    return "another timeline: a failover or a point-in-time recovery";
  // We have seen commits that the server does not know.
  if (frontier.reflects(server.flushed))
    return "the server is at " + to_string(server.flushed) + ", before our " + to_string(frontier) +
           ": restored from a backup";
  if (!slot.exists) return "replication slot \"" + stored.slot + "\" does not exist";
  if (slot.wal_status == "lost") return "replication slot \"" + stored.slot + "\" has lost its WAL";
  // Confirmed beyond us by somebody, or we confirmed what a disk then lost. The server would begin
  // there, without a word (POSTGRES 0.2).
  if (!frontier.has_reached(slot.confirmed_flush))
    return "the slot is confirmed to " + to_string(slot.confirmed_flush) + ", beyond our " +
           to_string(frontier);
  return std::nullopt;
}

}  // namespace deltamill
