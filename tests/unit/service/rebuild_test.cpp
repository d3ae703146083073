// A rebuild beside an engine that moves on, or that the journal is ahead of.
#include "service/pipeline/rebuild.h"

#include <catch2/catch.hpp>

#include "tests/unit/service/mill.h"

namespace deltamill {

namespace {

class Uninterrupted : public JobControl {
 public:
  void phase(const std::string&) override {}
  void progress(std::uint64_t, std::uint64_t) override {}
  [[nodiscard]] const std::stop_token& stop() const override { return stop_; }

 private:
  std::stop_token stop_;
};

// Whenever the rebuild has made a step, the engine makes another.
class Chased : public Uninterrupted {
 public:
  explicit Chased(Mill& mill) : mill_(mill) {}
  void progress(std::uint64_t, std::uint64_t) override {
    if (steps == steps_max) return;
    ++steps;
    mill_.commit(20 + steps, {"=1,step " + std::to_string(steps)});
    REQUIRE(mill_.sink().wait_for(at(20 + steps)));
    REQUIRE(mill_.engine().run([](Engine::Pause&) {}));
  }

  static constexpr std::uint64_t steps_max = 500;
  std::uint64_t steps = 0;

 private:
  Mill& mill_;
};

}  // namespace

TEST_CASE("a rebuild ends although writers never rest") {
  Mill mill({"+1,Ada"});
  mill.start();
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink().wait_for(at(20)));
  Chased control(mill);
  const std::string result = rebuild_view(
      {mill.journal(), mill.engine(), {&mill.follower()}, mill.streamed_views(), 0}, control);
  CHECK(control.steps < 10);
  CHECK(mill.sink().rows() ==
        std::vector<std::string>{"1,step " + std::to_string(control.steps), "2,Bob"});
}

TEST_CASE("a rebuild swaps in every sink of the view at one frontier") {
  Mill mill({"+1,Ada"}, {whole_table("v")}, 2);
  mill.start();
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink(0).wait_for(at(20)));
  REQUIRE(mill.sink(1).wait_for(at(20)));
  Uninterrupted control;
  CHECK(rebuild_view({mill.journal(),
                      mill.engine(),
                      {&mill.follower(0), &mill.follower(1)},
                      mill.streamed_views(),
                      0},
                     control) == R"({"frontier":"0/14","rows":2})");
  mill.commit(30, {"=2,Ben"});
  for (const std::size_t sink : {0, 1}) {
    REQUIRE(mill.sink(sink).wait_for(at(30)));
    CHECK(mill.sink(sink).rows() == std::vector<std::string>{"1,Ada", "2,Ben"});
    CHECK(mill.sink(sink).current(0)->number == 2);
  }
}

TEST_CASE("a rebuild passes a transaction larger than a batch") {
  Mill mill({"+1,a"});
  mill.start();
  Changes many;
  for (int row = 2; row < 100; ++row) many.push_back("+" + std::to_string(row) + ",x");
  mill.commit_in_pieces(20, {many, {"-2", "=1,b"}});
  REQUIRE(mill.sink().wait_for(at(20)));
  Uninterrupted control;
  RebuildTarget target{mill.journal(), mill.engine(), {&mill.follower()}, mill.streamed_views(), 0};
  target.limits.changes_max = 10;
  CHECK(rebuild_view(target, control) == R"({"frontier":"0/14","rows":98})");
  CHECK(mill.sink().rows().size() == 98);
  CHECK(mill.sink().rows().front() == "1,b");
}

TEST_CASE("a rebuild does not pass the engine when the journal is ahead of it") {
  const Changes base = {"+1,Ada"};
  Mill mill(base);
  mill.start();
  mill.commit(20, {"+2,Bob"});
  REQUIRE(mill.sink().wait_for(at(20)));
  // A task runs at a boundary, so the engine's frontier is told from here on.
  REQUIRE(mill.engine().run([](Engine::Pause&) {}));
  Mill ahead(base);
  ahead.commit_together({{20, {"+2,Bob"}}, {30, {"+3,Cid"}}, {40, {"-1"}}});

  Uninterrupted control;
  const std::int64_t generation = mill.sink().current(0)->number;
  CHECK(rebuild_view({ahead.journal(), mill.engine(), {&mill.follower()}, mill.streamed_views(), 0},
                     control) == R"({"frontier":"0/14","rows":2})");
  CHECK(mill.sink().current(0)->number > generation);
  CHECK(mill.sink().rows() == std::vector<std::string>{"1,Ada", "2,Bob"});

  mill.commit(30, {"+3,Cid", "-1"});
  REQUIRE(mill.sink().wait_for(at(30)));
  CHECK(mill.sink().rows() == std::vector<std::string>{"2,Bob", "3,Cid"});
}

}  // namespace deltamill
