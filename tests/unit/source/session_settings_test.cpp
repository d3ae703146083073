// Connection strings, quoting, and what is done about errors.
#include "service/source/session_settings.h"

#include <catch2/catch.hpp>

#include "service/source/publication.h"
#include "service/source/reading_pace.h"
#include "service/source/replication_slot.h"
#include "service/source/source_catalog.h"
#include "service/source/source_failed.h"

namespace deltamill {

namespace {

using Catch::Contains;
using namespace std::chrono_literals;

TEST_CASE("every session gets the fixed settings behind the user's own") {
  SessionSettings settings;
  settings.url = "postgresql://u:p%20w@h/d?options=-c%20datestyle%3DGerman";
  settings.search_path = {"public", "My Schema"};
  const std::string text = connection_string(settings);
  CHECK_THAT(text, Contains("client_encoding='UTF8'"));
  CHECK_THAT(text,
             Contains("options='-c datestyle=German -c datestyle=ISO -c intervalstyle=postgres"));
  CHECK_THAT(text, Contains("extra_float_digits=3") && Contains("timezone=UTC") &&
                       Contains("row_security=off"));
  CHECK_THAT(text, Contains("timezone_abbreviations=Default"));
  CHECK_THAT(text, Contains(R"(search_path="public","My\\ Schema")"));
  CHECK_THAT(text, !Contains("replication="));
  settings.replication = true;
  CHECK_THAT(connection_string(settings), Contains("replication='database'"));
}

TEST_CASE("passwords are never printed") {
  CHECK_THAT(redacted("postgresql://u:hunter2@h/d"),
             !Contains("hunter2") && Contains("password='***'"));
  try {
    SessionSettings settings;
    settings.url = "postgresql://u:hunter2@h:not a port/d?nonsense=hunter2";
    static_cast<void>(connection_string(settings));
    FAIL("a malformed url was taken");
  } catch (const SourceFailed& error) {
    CHECK_THAT(error.what(), !Contains("hunter2"));
    CHECK(error.remedy() == Remedy::stop);
  }
}

TEST_CASE("names and texts are quoted") {
  CHECK(quoted_table("public", "we \"ird") == R"("public"."we ""ird")");
  CHECK(quoted_literal("it's") == "'it''s'");
  CHECK(quoted_literal(R"(a\'b)") == R"( E'a\\''b')");
  CHECK(quoted_array({"a", "b\"c"}) == R"( E'{"a","b\\"c"}')");
  CHECK(quoted_array({}) == "'{}'");
}

TEST_CASE("names of slots and publications are a-z, 0-9 and _") {
  CHECK_NOTHROW(check_replication_name("slot", "deltamill_shop2"));
  for (const std::string name : {"", "Shop", "a-b", "a;drop", "a b"})
    CHECK_THROWS_AS(check_replication_name("slot", name), SourceFailed);
  CHECK_THROWS_AS(check_replication_name("slot", std::string(64, 'a')), SourceFailed);
}

TEST_CASE("the SQLSTATE decides what is done") {
  CHECK(remedy_of("", "connection lost") == Remedy::retry);
  CHECK(remedy_of("57P01", "terminating connection") == Remedy::retry);
  CHECK(remedy_of("55006", "replication slot \"s\" is active for PID 1") == Remedy::retry_slowly);
  CHECK(remedy_of("55000", "can no longer get changes from replication slot \"s\"") ==
        Remedy::rebuild);
  CHECK(remedy_of("55000", "logical decoding requires wal_level >= logical") == Remedy::stop);
  CHECK(remedy_of("42704", "replication slot \"s\" does not exist") == Remedy::rebuild);
  CHECK(remedy_of("42704", "publication \"p\" does not exist") == Remedy::rebuild);
  CHECK(remedy_of("53400", "all replication slots are in use") == Remedy::retry_slowly);
  CHECK(remedy_of("28P01", "password authentication failed") == Remedy::stop);
  CHECK(remedy_of("42501", "permission denied") == Remedy::stop);
  CHECK(remedy_of("XX000", "invalid memory alloc request size 1174405123") == Remedy::stop);
  CHECK(remedy_of_connecting("Connection refused") == Remedy::retry);
  CHECK(remedy_of_connecting("FATAL:  password authentication failed for user \"u\"") ==
        Remedy::stop);
}

TEST_CASE("a change log is continued only where it was left") {
  const SourceIdentity stored{"7", 1, 5, "s"};
  ServerState server;
  server.system_id = "7";
  server.timeline = 1;
  server.database = 5;
  server.flushed = Lsn(100);
  SlotState slot;
  slot.exists = true;
  slot.wal_status = "reserved";
  slot.confirmed_flush = Lsn(50);
  const Frontier frontier(Lsn(50));
  CHECK_FALSE(gap_of(stored, frontier, server, slot));
  CHECK_FALSE(gap_of(stored, Frontier(Lsn(100)), server, slot));

  const auto is_gap = [&](auto change) {
    ServerState changed_server = server;
    SlotState changed_slot = slot;
    change(changed_server, changed_slot);
    return gap_of(stored, frontier, changed_server, changed_slot).has_value();
  };
  CHECK(is_gap([](auto& s, auto&) { s.system_id = "8"; }));
  CHECK(is_gap([](auto& s, auto&) { s.timeline = 2; }));
  CHECK(is_gap([](auto& s, auto&) { s.database = 6; }));
  CHECK(is_gap([](auto& s, auto&) { s.flushed = Lsn(49); }));
  CHECK(is_gap([](auto&, auto& s) { s.exists = false; }));
  CHECK(is_gap([](auto&, auto& s) { s.wal_status = "lost"; }));
  CHECK(is_gap([](auto&, auto& s) { s.confirmed_flush = Lsn(51); }));
}

TEST_CASE("a table without usable identity is refused with the statement for its owner") {
  Table table;
  table.schema = "public";
  table.name = "t";
  REQUIRE(identity_problem(table));
  CHECK(identity_problem(table)->statement == R"(ALTER TABLE "public"."t" REPLICA IDENTITY FULL)");
  table.identity = ReplicaIdentity::full;
  CHECK_FALSE(identity_problem(table));
  table.identity = ReplicaIdentity::index;
  CHECK(identity_problem(table));
  table.identity_index = KeyColumns{0};
  CHECK_FALSE(identity_problem(table));
  table.primary_key = KeyColumns{0};
  table.identity = ReplicaIdentity::nothing;
  CHECK(identity_problem(table)->statement ==
        R"(ALTER TABLE "public"."t" REPLICA IDENTITY DEFAULT)");
}

TEST_CASE("a publication gets the tables it lacks, each without its children") {
  auto table = std::make_shared<Table>();
  table->oid = 4;
  table->schema = "public";
  table->name = "t";
  const TableList tables{table};
  CHECK(statements_to_publish("p", {}, tables) ==
        std::vector<std::string>{R"(CREATE PUBLICATION p FOR TABLE ONLY "public"."t")"
                                 " WITH (publish = 'insert, update, delete, truncate')"});
  PublicationState state;
  state.exists = state.all_operations = true;
  CHECK(statements_to_publish("p", state, tables) ==
        std::vector<std::string>{R"(ALTER PUBLICATION p ADD TABLE ONLY "public"."t")"});
  state.tables = {4};
  CHECK(statements_to_publish("p", state, tables).empty());
  state.all_operations = false;
  CHECK_THROWS_AS(statements_to_publish("p", state, tables), SourceFailed);
  state.all_tables = state.all_operations = true;
  CHECK_THROWS_AS(statements_to_publish("p", state, tables), SourceFailed);
}

TEST_CASE("bytes gather while messages follow closely, and only then") {
  ReadingPace pace;
  for (int read = 0; read < 100; ++read) pace.note(1ms, 3);
  CHECK_FALSE(pace.gathering());
  for (int read = 0; read < 16; ++read) pace.note(10us, 1);
  CHECK(pace.gathering());
  pace.note(250us, 50);
  CHECK(pace.gathering());
  pace.note(250us, 2);
  CHECK_FALSE(pace.gathering());
}

}  // namespace
}  // namespace deltamill
