// Blocks into batches: frontiers, bases, cuts, slices.
#include "service/pipeline/batch_assembler.h"

#include <catch2/catch.hpp>

#include "tests/unit/source/messages.h"

namespace deltamill {

namespace {

using namespace messages;

std::string described(const Tuple& tuple) {
  std::string text = "(";
  for (std::uint32_t column = 0; column < tuple.count; ++column) {
    const Field& field = tuple.fields[column];
    text += column == 0 ? "" : ",";
    text += field.kind == Field::Kind::text ? std::string(field.text())
                                            : (field.kind == Field::Kind::null ? "~" : "?");
  }
  return text + ")";
}

// "[10,20) +t(x) -t(k)", slices as "[10…", truncates as "0t".
std::string described(const Batch& batch) {
  std::string text = "[" + std::to_string(batch.from.end().value) +
                     (batch.complete ? "," + std::to_string(batch.to.end().value) + ")" : "…");
  for (const Change& change : batch.changes) {
    const std::string& name = batch.relations.at(change.relation)->name;
    if (change.kind == ChangeKind::truncate) text += " 0" + name;
    if (change.old_kind != OldTuple::none) text += " -" + name + described(change.old_tuple);
    if (change.new_tuple.count > 0) text += " +" + name + described(change.new_tuple);
  }
  return text;
}

struct Engine {
  explicit Engine(std::uint64_t start = 0, std::size_t changes_max = 100)
      : batches(Frontier(Lsn(start)), {changes_max}) {
    batches.follow_table(1, Frontier());
  }
  std::vector<std::string> all() {
    std::vector<std::string> texts;
    while (auto batch = batches.next()) {
      kept.push_back(std::move(*batch));
      texts.push_back(described(kept.back()));
    }
    return texts;
  }

  BatchAssembler batches;
  std::vector<Batch> kept;  // what they point to must outlive the blocks
};

using Texts = std::vector<std::string>;
const std::string shape = relation(1, {"a"});

TEST_CASE("several blocks become one batch") {
  Engine engine;
  engine.batches.add(block(0, 20, {begin(10), shape, insert(1, {"x"}), commit(10, 20)}));
  engine.batches.add(
      block(20, 40, {begin(20), shape, erase(1, {"x"}), truncate({1}), commit(20, 30)}));
  CHECK(engine.all() == Texts{"[0,40) +t(x) -t(x) 0t"});
  CHECK(engine.kept[0].transaction_count == 2);
  CHECK(engine.kept[0].oldest_commit_time == 7);
  CHECK(engine.kept[0].relations.size() == 1);
  CHECK(engine.batches.frontier() == Frontier(Lsn(40)));
  CHECK(engine.all().empty());
}

TEST_CASE("a batch keeps alive what its tuples point to") {
  Engine engine;
  engine.batches.add(
      block(0, 20, {begin(10), shape, insert(1, {std::string(100, 'x')}), commit(10, 20)}));
  engine.all();
  CHECK(engine.kept[0].changes[0].new_tuple.fields[0].text() == std::string(100, 'x'));
}

TEST_CASE("an empty block advances the frontier") {
  Engine engine(5);
  engine.batches.add(block(5, 9, {}));
  CHECK(engine.all() == Texts{"[5,9)"});
}

TEST_CASE("transactions below the start are dropped, the one that commits at it is not") {
  Engine engine(20);
  engine.batches.add(block(0, 40,
                           {begin(10), shape, insert(1, {"below"}), commit(10, 20), begin(20),
                            insert(1, {"at"}), commit(20, 30)}));
  CHECK(engine.all() == Texts{"[20,40) +t(at)"});
}

TEST_CASE("changes below a table's base and of tables not followed are dropped") {
  Engine engine;
  engine.batches.follow_table(2, Frontier(Lsn(20)));
  engine.batches.add(block(0, 40,
                           {begin(10), relation(2, {"b"}, "u"), insert(2, {"below"}),
                            relation(3, {"c"}, "v"), insert(3, {"unknown"}), commit(10, 20),
                            begin(20), insert(2, {"at"}), truncate({2, 3}), commit(20, 30)}));
  CHECK(engine.all() == Texts{"[0,40) +u(at) 0u"});
}

TEST_CASE("a batch ends at each cut") {
  Engine engine;
  for (const std::uint64_t cut : {20, 33, 35}) engine.batches.cut_at(Frontier(Lsn(cut)));
  engine.batches.add(
      block(0, 50,
            {begin(10), shape, insert(1, {"x"}), commit(10, 20), begin(20), insert(1, {"y"}),
             commit(20, 30), begin(40), insert(1, {"z"}), commit(40, 45)}));
  CHECK(engine.all() == Texts{"[0,20) +t(x)", "[20,33) +t(y)", "[33,35)", "[35,50) +t(z)"});
}

TEST_CASE("a cut within a commit record and one in a keepalive's reach are kept") {
  Engine engine;
  for (const std::uint64_t cut : {15, 60}) engine.batches.cut_at(Frontier(Lsn(cut)));
  engine.batches.add(block(0, 90, {begin(10), shape, insert(1, {"x"}), commit(10, 20)}));
  CHECK(engine.all() == Texts{"[0,15) +t(x)", "[15,60)", "[60,90)"});
}

TEST_CASE("a cut after ticks stands before the transaction that commits at its LSN") {
  Engine engine;
  engine.batches.cut_at(Frontier(Lsn(20), 1));
  Block ticks;
  ticks.from = Frontier(Lsn(20));
  ticks.to = Frontier(Lsn(20), 2);
  Block then = *block(20, 30, {begin(20), shape, insert(1, {"y"}), commit(20, 30)});
  then.from = ticks.to;
  engine.batches.add(block(0, 20, {begin(10), shape, insert(1, {"x"}), commit(10, 20)}));
  engine.batches.add(std::make_shared<const Block>(std::move(ticks)));
  engine.batches.add(std::make_shared<const Block>(std::move(then)));
  CHECK(engine.all() == Texts{"[0,20) +t(x)", "[20,30) +t(y)"});
  CHECK(engine.kept[0].to == Frontier(Lsn(20), 1));
  CHECK(engine.kept[1].from == Frontier(Lsn(20), 1));
}

TEST_CASE("a full batch ends before the transaction that does not fit") {
  Engine engine(0, 3);
  engine.batches.add(
      block(0, 20, {begin(10), shape, insert(1, {"a"}), insert(1, {"b"}), commit(10, 20)}));
  engine.batches.add(
      block(20, 40, {begin(20), shape, insert(1, {"c"}), insert(1, {"d"}), commit(20, 30)}));
  CHECK(engine.all() == Texts{"[0,20) +t(a) +t(b)", "[20,40) +t(c) +t(d)"});
}

TEST_CASE("a transaction larger than a batch comes in slices and ends its last one") {
  Engine engine(0, 2);
  engine.batches.add(block(0, 30,
                           {begin(10), shape, insert(1, {"a"}), insert(1, {"b"}), insert(1, {"c"}),
                            commit(10, 20), begin(20), insert(1, {"d"}), commit(20, 30)}));
  CHECK(engine.all() == Texts{"[0… +t(a) +t(b)", "[0,20) +t(c)", "[20,30) +t(d)"});
  CHECK(engine.kept[0].transaction_count == 0);
  CHECK(engine.kept[1].transaction_count == 1);
}

TEST_CASE("pieces of a large transaction are slices of one transaction") {
  Engine engine;
  engine.batches.add(block(0, 10, {begin(5), shape, insert(1, {"a"}), commit(5, 10)}));
  engine.batches.add(block(10, 10, {begin(10), shape, insert(1, {"b"})}, false));
  CHECK(engine.all() == Texts{"[0,10) +t(a)", "[10… +t(b)"});
  engine.batches.add(block(10, 10, {begin(10), shape, insert(1, {"c"})}, false));
  engine.batches.add(block(10, 20, {begin(10), shape, insert(1, {"d"}), commit(10, 20)}));
  CHECK(engine.all() == Texts{"[10,20) +t(c) +t(d)"});
}

TEST_CASE("a repeated relation is the same object, a changed one is another") {
  Engine engine;
  engine.batches.add(block(0, 20, {begin(10), shape, insert(1, {"x"}), commit(10, 20)}));
  engine.all();
  engine.batches.add(block(20, 40,
                           {begin(20), shape, insert(1, {"y"}), relation(1, {"a", "b"}),
                            insert(1, {"y", "z"}), commit(20, 40)}));
  CHECK(engine.all() == Texts{"[20,40) +t(y) +t(y,z)"});
  CHECK(engine.kept[1].relations.at(0) == engine.kept[0].relations.at(0));
  CHECK(engine.kept[1].relations.at(1) != engine.kept[0].relations.at(0));
}

TEST_CASE("the shape a table had before a change in a carried-over transaction is kept") {
  Engine engine(0, 3);
  engine.batches.add(
      block(0, 40,
            {begin(5), shape, insert(1, {"a"}), commit(5, 10), begin(10), insert(1, {"b"}),
             relation(1, {"a", "b"}), insert(1, {"c", "d"}), commit(10, 40)}));
  CHECK(engine.all() == Texts{"[0,10) +t(a)", "[10,40) +t(b) +t(c,d)"});
}

TEST_CASE("a payload that PostgreSQL never sent is refused") {
  const auto fails = [](const std::vector<std::string>& content) {
    Engine engine;
    engine.batches.add(block(0, 90, content));
    CHECK_THROWS_AS(engine.all(), MalformedMessage);
  };
  fails({insert(1, {"x"})});
  fails({begin(10), insert(1, {"x"}), commit(10, 20)});              // never announced
  fails({begin(10), shape, insert(1, {"x", "y"}), commit(10, 20)});  // another number of columns
  fails({begin(10), shape, insert(1, {"x"})});                       // ends within a transaction
  fails({begin(10), begin(20)});
  fails({"Q"});
  Engine engine;
  auto torn = std::make_shared<Block>(*block(0, 90, {begin(10), commit(10, 20)}));
  torn->payload.pop_back();
  engine.batches.add(torn);
  CHECK_THROWS_AS(engine.all(), TornPayload);
}

}  // namespace
}  // namespace deltamill
