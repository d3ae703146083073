// The decoder on bytes as PostgreSQL 15 sends them, and on bytes it never sends.
#include "service/source/pgoutput.h"

#include <catch2/catch.hpp>

#include "tests/unit/source/messages.h"

namespace deltamill {

namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    if (hex[at] == ' ') ++at;
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
  }
  return bytes;
}

template <typename Kind>
Kind decoded(const std::string& bytes, std::vector<Field>& fields) {
  return std::get<Kind>(pgoutput::decode(bytes, fields));
}

// As captured from PostgreSQL 15.20.
const std::string captured_relation = from_hex(
    "52 00004001 7075626c696300 7400 64 0002 01 696400 00000017 ffffffff "
    "00 6e616d6500 00000019 ffffffff");

TEST_CASE("begin and commit carry the positions of the transaction") {
  std::vector<Field> fields;
  const auto begin =
      decoded<pgoutput::Begin>(from_hex("42 0000000001523f88 0002b3c5a1e8f000 000002e1"), fields);
  CHECK(begin.commit_lsn == Lsn(0x1523f88));
  CHECK(begin.xid == 0x2e1);
  const auto commit = decoded<pgoutput::Commit>(
      from_hex("43 00 0000000001523f88 0000000001523fb8 0002b3c5a1e8f000"), fields);
  CHECK(commit.commit_lsn == Lsn(0x1523f88));
  CHECK(commit.end_lsn == Lsn(0x1523fb8));
  CHECK(commit.commit_time == begin.commit_time);
}

TEST_CASE("a relation is decoded and encodes to the same bytes") {
  std::vector<Field> fields;
  const auto relation = decoded<Relation>(captured_relation, fields);
  CHECK(relation.oid == 0x4001);
  CHECK(relation.schema == "public");
  CHECK(relation.name == "t");
  CHECK(relation.identity == ReplicaIdentity::key);
  REQUIRE(relation.columns.size() == 2);
  CHECK(relation.columns[0] == RelationColumn{"id", 23, -1, true});
  CHECK(relation.columns[1] == RelationColumn{"name", 25, -1, false});
  CHECK(pgoutput::encode_relation(relation) == captured_relation);
}

TEST_CASE("an empty schema name is pg_catalog, both ways") {
  std::vector<Field> fields;
  const std::string bytes =
      pgoutput::encode_relation({1, "pg_catalog", "x", ReplicaIdentity::full, {}});
  CHECK(bytes[5] == '\0');
  CHECK(decoded<Relation>(bytes, fields).schema == "pg_catalog");
}

TEST_CASE("an insert's fields are text, null or unchanged") {
  std::vector<Field> fields(3);
  const std::string bytes = from_hex("49 00004001 4e 0003 74 00000002 3432 6e 75");
  const auto insert = decoded<pgoutput::Insert>(bytes, fields);
  CHECK(insert.relation == 0x4001);
  CHECK(insert.new_tuple.first == 3);
  REQUIRE(fields.size() == 6);
  CHECK(fields[3].text() == "42");
  CHECK(fields[4].kind == Field::Kind::null);
  CHECK(fields[5].kind == Field::Kind::unchanged);
}

TEST_CASE("an update may carry the old key or the old row") {
  using namespace messages;
  std::vector<Field> fields;
  CHECK(decoded<pgoutput::Update>(update(9, {"1", "a"}), fields).old_kind == OldTuple::none);
  for (const auto& [letter, kind] :
       {std::pair("K", OldTuple::key), std::pair("O", OldTuple::full)}) {
    fields.clear();
    const std::string bytes =
        "U" + network(9, 4) + letter + tuple({"1", "~"}) + "N" + tuple({"2", "?"});
    const auto update = decoded<pgoutput::Update>(bytes, fields);
    CHECK(update.old_kind == kind);
    CHECK(fields[update.old_tuple.first].text() == "1");
    CHECK(fields[update.new_tuple.first].text() == "2");
  }
}

TEST_CASE("a truncate lists its relations") {
  std::vector<Field> fields;
  const auto truncate =
      decoded<pgoutput::Truncate>(from_hex("54 00000002 03 00004001 00004002"), fields);
  CHECK(truncate.cascade);
  CHECK(truncate.restart_identity);
  CHECK(truncate.relations == std::vector<Oid>{0x4001, 0x4002});
}

TEST_CASE("type, origin and logical messages are understood") {
  std::vector<Field> fields;
  CHECK(decoded<pgoutput::TypeName>(from_hex("59 00004005 00 696e743400"), fields).schema ==
        "pg_catalog");
  CHECK(decoded<pgoutput::Origin>(from_hex("4f 0000000000000001 6f00"), fields).name == "o");
  const std::string bytes = from_hex("4d 01 0000000000000010 7000 00000002 6162");
  const auto message = decoded<pgoutput::LogicalMessage>(bytes, fields);
  CHECK(message.transactional);
  CHECK(message.prefix == "p");
  CHECK(message.content == "ab");
}

TEST_CASE("every shortened message is refused, and so is every lengthened one") {
  using namespace messages;
  const std::string whole[] = {
      begin(16),
      commit(16, 32),
      captured_relation,
      insert(1, {"a", "~"}),
      erase(1, {"k", "~"}),
      truncate({1, 2}),
      "U" + network(9, 4) + "K" + tuple({"1"}) + "N" + tuple({"2"}),
      "Y" + network(1, 4) + std::string("s\0n\0", 4),
      "O" + network(1, 8) + std::string("o\0", 2),
      "M" + network(1, 1) + network(1, 8) + std::string("p\0", 2) + network(1, 4) + "x"};
  for (const std::string& bytes : whole) {
    std::vector<Field> fields;
    CHECK_NOTHROW(pgoutput::decode(bytes, fields));
    CHECK_THROWS_AS(pgoutput::decode(bytes + "x", fields), MalformedMessage);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      INFO(bytes.front() << " of " << length << " bytes");
      CHECK_THROWS_AS(pgoutput::decode(bytes.substr(0, length), fields), MalformedMessage);
    }
  }
}

TEST_CASE("messages of other protocol versions and binary values are refused with their place") {
  std::vector<Field> fields;
  for (const char* foreign : {"53", "45", "62", "50", "4b", "72", "00", "ff"})
    CHECK_THROWS_AS(pgoutput::decode(from_hex(foreign) + "0000", fields), MalformedMessage);
  try {
    static_cast<void>(pgoutput::decode(from_hex("49 00004001 4e 0001 62 00000001 00"), fields));
    FAIL("a binary value was taken");
  } catch (const MalformedMessage& error) {
    CHECK(error.message() == 'I');
    CHECK(error.offset() == 9);
  }
}

TEST_CASE("a bogus length takes no memory") {
  std::vector<Field> fields;
  CHECK_THROWS_AS(pgoutput::decode(from_hex("49 00004001 4e ffff 6e"), fields), MalformedMessage);
  CHECK_THROWS_AS(pgoutput::decode(from_hex("49 00004001 4e 0001 74 ffffffff 00"), fields),
                  MalformedMessage);
  CHECK_THROWS_AS(pgoutput::decode(from_hex("54 ffffffff 00 00000001"), fields), MalformedMessage);
  CHECK(fields.capacity() < 100);
}

}  // namespace
}  // namespace deltamill
