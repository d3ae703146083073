// Messages into blocks: the door at which repeated transactions are dropped.
#include "service/source/block_assembler.h"

#include <catch2/catch.hpp>

#include "tests/unit/source/messages.h"

namespace deltamill {

namespace {

using namespace messages;

struct Door {
  explicit Door(std::uint64_t start = 0, BlockLimits limits = {})
      : assembler(Frontier(Lsn(start)), limits) {}

  void add(const std::vector<std::string>& content) {
    for (const std::string& message : content) assembler.add(message);
  }
  void transaction(std::uint64_t commit_lsn, std::uint64_t end_lsn, Oid oid = 1) {
    add({begin(commit_lsn), insert(oid, {"x"}), commit(commit_lsn, end_lsn)});
  }

  BlockAssembler assembler;
};

TEST_CASE("small transactions are gathered into one block") {
  Door door;
  door.add({begin(10), relation(1, {"a"}), insert(1, {"x"}), commit(10, 20)});
  door.transaction(20, 30);
  const BlockPtr block = door.assembler.take(false);
  REQUIRE(block);
  CHECK(block->from == Frontier());
  CHECK(block->to == Frontier(Lsn(30)));
  CHECK(block->complete);
  CHECK(block->transaction_count == 2);
  CHECK(block->change_count == 2);
  CHECK(block->oldest_commit_time == 7);
  CHECK(kinds_of(block->payload) == "BRICBIC");
  CHECK(door.assembler.take(false) == nullptr);
}

TEST_CASE("each block announces the relations it uses, and only these") {
  Door door;
  door.add({begin(10), relation(1, {"a"}), insert(1, {"x"}), relation(2, {"b"}), insert(2, {"y"}),
            commit(10, 20)});
  CHECK(kinds_of(door.assembler.take(false)->payload) == "BRIRIC");
  door.transaction(20, 30, 2);
  const auto content = messages_of(door.assembler.take(false)->payload);
  REQUIRE(content.size() == 4);
  CHECK(content[1] == relation(2, {"b"}));
}

TEST_CASE("a transaction that commits at the frontier is taken, one below it is dropped") {
  Door door(100);
  door.add({relation(1, {"a"})});
  door.transaction(90, 100);
  CHECK(door.assembler.take(false) == nullptr);
  door.transaction(100, 110);
  const BlockPtr block = door.assembler.take(false);
  REQUIRE(block);
  CHECK(block->transaction_count == 1);
  CHECK(block->from == Frontier(Lsn(100)));
  CHECK(block->to == Frontier(Lsn(110)));
}

TEST_CASE("a keepalive raises the frontier outside a transaction only") {
  Door door(100);
  door.assembler.keepalive(Lsn(150));
  CHECK(door.assembler.take(false) == nullptr);
  const BlockPtr empty = door.assembler.take(true);
  REQUIRE(empty);
  CHECK(empty->payload.empty());
  CHECK(empty->to == Frontier(Lsn(150)));
  CHECK(door.assembler.take(true) == nullptr);

  door.add({begin(150), relation(1, {"a"})});  // exactly at the keepalive's position
  door.assembler.keepalive(Lsn(500));
  CHECK(door.assembler.take(true) == nullptr);
  door.add({insert(1, {"x"}), commit(150, 160)});
  CHECK(door.assembler.take(true)->to == Frontier(Lsn(160)));
}

TEST_CASE("whole transactions are handed over while another is open") {
  Door door;
  door.add({begin(10), relation(1, {"a"}), insert(1, {"x"}), commit(10, 20)});
  door.add({begin(20), insert(1, {"y"})});
  const BlockPtr first = door.assembler.take(false);
  REQUIRE(first);
  CHECK(first->to == Frontier(Lsn(20)));
  CHECK(first->change_count == 1);
  CHECK(kinds_of(first->payload) == "BRIC");
  CHECK(door.assembler.take(false) == nullptr);
  door.add({insert(1, {"z"}), commit(20, 30)});
  const BlockPtr second = door.assembler.take(false);
  REQUIRE(second);
  CHECK(second->from == first->to);
  CHECK(second->change_count == 2);
  CHECK(kinds_of(second->payload) == "BRIIC");
}

TEST_CASE("a split keeps both shapes of a table that changed within the open transaction") {
  Door door;
  door.add({begin(10), relation(1, {"a"}), insert(1, {"x"}), commit(10, 20)});
  door.add({begin(20), insert(1, {"y"}), relation(1, {"a", "b"}), insert(1, {"y", "z"})});
  static_cast<void>(door.assembler.take(false));
  door.add({commit(20, 30)});
  const auto content = messages_of(door.assembler.take(false)->payload);
  REQUIRE(content.size() == 6);
  CHECK(content[0] == begin(20));
  CHECK(content[1] == relation(1, {"a"}));
  CHECK(content[2] == insert(1, {"y"}));
  CHECK(content[3] == relation(1, {"a", "b"}));
  CHECK(content[4] == insert(1, {"y", "z"}));
}

TEST_CASE("a large transaction comes in pieces that can be read alone") {
  Door door(0, {.block_bytes_max = 200, .block_changes_max = 100, .piece_bytes_max = 200});
  door.add({begin(5), relation(1, {"a"}), insert(1, {"x"}), commit(5, 10), begin(10)});
  std::vector<BlockPtr> blocks;
  for (int row = 0; row < 20; ++row) {
    door.add({insert(1, {"0123456789"})});
    if (door.assembler.full())
      while (const BlockPtr block = door.assembler.take(false)) blocks.push_back(block);
  }
  door.add({commit(10, 50)});
  CHECK(door.assembler.full());  // the last piece is a block of its own
  while (const BlockPtr block = door.assembler.take(false)) blocks.push_back(block);
  REQUIRE(blocks.size() >= 4);
  CHECK(kinds_of(blocks.front()->payload) == "BRIC");
  std::uint64_t changes = 0;
  for (std::size_t piece = 1; piece < blocks.size(); ++piece) {
    const bool last = piece + 1 == blocks.size();
    CHECK(blocks[piece]->complete == last);
    CHECK(blocks[piece]->from == Frontier(Lsn(10)));
    CHECK(blocks[piece]->to == Frontier(Lsn(last ? 50 : 10)));
    CHECK(kinds_of(blocks[piece]->payload).starts_with("BR"));
    changes += blocks[piece]->change_count;
  }
  CHECK(changes == 20);
}

TEST_CASE("messages that are not stored are still checked") {
  Door door;
  door.add({"M" + network(0, 1) + network(1, 8) + std::string("p\0", 2) +
            network(0, 4)});  // outside a transaction
  door.add({begin(10), "O" + network(1, 8) + std::string("o\0", 2)});
  door.add({"Y" + network(1, 4) + std::string("\0n\0", 3), relation(1, {"a"}), insert(1, {"x"}),
            commit(10, 20)});
  CHECK(kinds_of(door.assembler.take(false)->payload) == "BRIC");
  CHECK_THROWS_AS(door.assembler.add("O"), MalformedMessage);
}

TEST_CASE("messages in a wrong place are errors") {
  CHECK_THROWS_AS(Door().add({commit(10, 20)}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({insert(1, {"x"})}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({begin(10), begin(20)}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({begin(10), commit(11, 20)}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({begin(10), insert(1, {"x"})}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({begin(10), commit(10, 20), begin(10)}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({"S"}), MalformedMessage);
  CHECK_THROWS_AS(Door().add({""}), MalformedMessage);
}

}  // namespace
}  // namespace deltamill
