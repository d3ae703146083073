// Makes the source ready to be followed: identity, publication, slot, journal, bases, in this
// order. A crash between any two steps is continued by running all of it again, since each step
// looks at what is there first.
#include "service/source/preparation.h"

#include <algorithm>
#include <set>

#include "service/source/snapshot_reader.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

constexpr int slot_attempts_max = 60;  // times lock_timeout

std::vector<std::string> slot_statement(const std::string& slot) {
  return {"SELECT pg_create_logical_replication_slot(" + quoted_literal(slot) + ", 'pgoutput')"};
}

}  // namespace

SessionSettings session_settings(const SourceOptions& options, bool replication) {
  SessionSettings settings;
  settings.url = options.url;
  settings.application_name = "deltamill " + options.slot;
  settings.replication = replication;
  return settings;
}

void check_continuable(const SourceIdentity& stored, Frontier frontier, const ServerState& server,
                       const SlotState& slot) {
  // A gap is never continued over: views that miss transactions look as if they were right.
  if (const auto gap = gap_of(stored, frontier, server, slot))
    throw SourceFailed("continue the change log", *gap, Remedy::rebuild);
  if (!slot.usable_kind)
    throw SourceFailed("use replication slot \"" + stored.slot + "\"",
                       "it is not a pgoutput slot of this database without two_phase",
                       Remedy::stop);
}

Preparation::Preparation(const SourceOptions& options, Journal& journal,
                         const SourceHandlers& handlers, std::stop_token stop)
    : options_(options),
      journal_(journal),
      handlers_(handlers),
      stop_(std::move(stop)),
      sql_(session_settings(options, false)) {}

Prepared Preparation::run(const PrepareRequest& request) {
  LibpqSession replication(session_settings(options_, true));
  const ServerState server = read_server(replication, sql_);
  const SourceIdentity identity{server.system_id, server.timeline, server.database, options_.slot};
  const auto stored = journal_.identity();
  const bool new_history = request.new_history || !stored;
  const SlotState slot = read_slot(sql_, options_.slot);
  // Positions of two slots cannot be exchanged: each was confirmed by whoever used it.
  if (!new_history && stored->slot != options_.slot)
    throw SourceFailed("continue the change log",
                       "the journal belongs to slot \"" + stored->slot + "\"", Remedy::rebuild);
  if (!new_history) check_continuable(*stored, journal_.discard_incomplete(), server, slot);
  const PublicationState publication = read_publication(sql_, options_.publication);
  // Before the slot is made. A publication counts as it was at the position being decoded (POSTGRES
  // P31): tables published after the slot would be missing from the changes in between.
  publish(publication, request.tables, !slot.exists);
  if (new_history) begin_history(identity);
  // From the state before publish(): a table that was not published has changes that we did not
  // get.
  const TableList missing = tables_to_read(publication, request.tables);
  // After the journal has the new history, since it marks tables there.
  withdraw(publication, request.tables);
  return {new_history, read(missing)};
}

void Preparation::begin_history(const SourceIdentity& identity) {
  if (options_.manage) return journal_.reset(identity, Frontier(create_own_slot()));
  const SlotState slot = read_slot(sql_, options_.slot);
  if (!slot.exists)
    throw StatementsNeeded("use replication slot \"" + options_.slot + "\"", "it does not exist",
                           slot_statement(options_.slot));
  if (!slot.usable_kind || slot.wal_status == "lost")
    throw StatementsNeeded(
        "use replication slot \"" + options_.slot + "\"",
        "it is of another kind or has lost its WAL",
        {"SELECT pg_drop_replication_slot(" + quoted_literal(options_.slot) + ")",
         slot_statement(options_.slot).front()});
  // The owner's slot may have been confirmed by others: where it stands is where our history
  // begins.
  journal_.reset(identity, Frontier(slot.confirmed_flush));
}

// A slot of this name without a journal is left over: what it skipped is not known, so it is made
// anew. One of another database or kind is somebody else's.
Lsn Preparation::create_own_slot() {
  const SlotState slot = read_slot(sql_, options_.slot);
  if (slot.exists && !slot.usable_kind)
    throw SourceFailed("create replication slot \"" + options_.slot + "\"",
                       "one of this name exists, for another database or of another kind; set "
                       "source.slot to a name of your own",
                       Remedy::stop);
  drop_slot(sql_, options_.slot);
  for (int attempt = 1;; ++attempt) {
    try {
      LibpqSession replication(session_settings(options_, true));
      return create_slot(replication, options_.slot, SlotLife::permanent).consistent_point;
    } catch (const SourceFailed& error) {
      // Making a slot waits for every transaction that has written already; a forgotten one waits
      // for ever. Each attempt is bounded by lock_timeout, and whoever looks at the log is told who
      // blocks.
      if (error.sqlstate() != "55P03" || attempt == slot_attempts_max || stop_.stop_requested())
        throw;
      handlers_.on_trouble(std::string(error.what()) + "; waiting for " + slot_blockers(sql_));
    }
  }
}

void Preparation::publish(const PublicationState& publication, const TableList& tables,
                          bool slot_is_missing) {
  const std::vector<std::string> statements =
      statements_to_publish(options_.publication, publication, tables);
  if (!statements.empty() && !options_.manage) {
    std::vector<std::string> needed = statements;
    if (slot_is_missing) needed.push_back(slot_statement(options_.slot).front());
    throw StatementsNeeded("use publication \"" + options_.publication + "\"",
                           "it does not hold the tables of the views", needed);
  }
  for (const std::string& statement : statements)
    sql_.run("publish tables in \"" + options_.publication + "\"", statement);
}

// Tables that no view reads any more leave the publication. Should a view read one later, it is read
// anew, since the changes in between are not known.
void Preparation::withdraw(const PublicationState& publication, const TableList& tables) {
  if (!options_.manage) return;
  std::vector<std::string> gone;
  const pqxx::result rows =
      sql_.run("read publication \"" + options_.publication + "\"",
               "SELECT r.prrelid, n.nspname, c.relname FROM pg_publication_rel r "
               "JOIN pg_publication p ON p.oid = r.prpubid JOIN pg_class c ON c.oid = r.prrelid "
               "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = " +
                   quoted_literal(options_.publication));
  for (const pqxx::row& row : rows) {
    const Oid oid = row[0].as<Oid>();
    const bool is_read =
        std::ranges::any_of(tables, [oid](const auto& table) { return table->oid == oid; });
    if (!publication.tables.contains(oid) || is_read) continue;
    journal_.begin_table(
        {.oid = oid, .schema = row[1].c_str(), .name = row[2].c_str(), .base = journal_.durable()});
    // Incomplete in the journal before it leaves the publication: a crash in between reads it once
    // too often, the other order would once read too little.
    gone.push_back(quoted_table(row[1].c_str(), row[2].c_str()));
  }
  if (gone.empty()) return;
  sql_.run("withdraw tables from \"" + options_.publication + "\"",
           statement_to_withdraw(options_.publication, gone));
}

TableList Preparation::tables_to_read(const PublicationState& publication,
                                      const TableList& tables) {
  std::set<Oid> complete;
  for (const JournalTable& table : journal_.tables())
    if (table.complete) complete.insert(table.oid);
  TableList missing;
  for (const auto& table : tables)
    if (!complete.contains(table->oid) || !publication.tables.contains(table->oid))
      missing.push_back(table);
  return missing;
}

std::vector<Oid> Preparation::read(const TableList& tables) {
  if (tables.empty()) return {};
  read_bases(session_settings(options_, false),
             {options_.slot, options_.publication, tables, options_.snapshot_workers}, journal_,
             handlers_.on_progress, handlers_.on_trouble, stop_);
  std::vector<Oid> oids;
  for (const auto& table : tables) oids.push_back(table->oid);
  return oids;
}

}  // namespace deltamill
