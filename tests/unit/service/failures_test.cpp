// What is done about a failed engine and an ended source.
#include "service/failures.h"

#include <catch2/catch.hpp>

#include "service/source/source_failed.h"

namespace deltamill {

namespace {

const EngineFailure of_all{{}, "the journal cannot be read"};

// Pauses in ms until it gives up.
std::vector<std::int64_t> pauses_of(FailureCount& count) {
  std::vector<std::int64_t> pauses;
  while (true) {
    const EngineRemedy remedy = count.remedy_for(of_all);
    if (std::holds_alternative<GiveUp>(remedy)) return pauses;
    pauses.push_back(std::get<StartAgain>(remedy).pause.count());
  }
}

template <typename Failure>
std::exception_ptr thrown(Failure failure) {
  return std::make_exception_ptr(std::move(failure));
}

}  // namespace

TEST_CASE("pauses between failures in a row grow up to a limit, then it is given up") {
  FailureCount count;
  CHECK(pauses_of(count) ==
        std::vector<std::int64_t>{200, 400, 800, 1600, 3200, 6400, 10'000, 10'000});
}

TEST_CASE("a commit ends the row") {
  FailureCount count;
  CHECK(pauses_of(count).size() == 8);
  count.forget();
  CHECK(pauses_of(count).size() == 8);
}

TEST_CASE("views at fault stop, however often, and nothing is counted") {
  FailureCount count;
  for (int round = 0; round < 20; ++round) {
    const EngineRemedy remedy = count.remedy_for({{3, 5}, "memory_limit is reached"});
    REQUIRE(std::holds_alternative<StopViews>(remedy));
    CHECK(std::get<StopViews>(remedy).views == std::vector<std::uint32_t>{3, 5});
  }
  CHECK(pauses_of(count).size() == 8);
}

TEST_CASE("only a gap begins anew, and only where the settings ask for it") {
  const std::exception_ptr gap =
      thrown(SourceFailed("stream", "the slot is lost", Remedy::rebuild));
  const SourceEnd rebuilt = source_end(gap, OnGap::rebuild);
  CHECK(rebuilt.gap);
  CHECK(rebuilt.begins_anew);
  CHECK(rebuilt.message == "cannot stream: the slot is lost");
  CHECK(source_end(gap, OnGap::stop).gap);
  CHECK_FALSE(source_end(gap, OnGap::stop).begins_anew);

  const std::exception_ptr refused = thrown(SourceFailed("connect", "no such role", Remedy::stop));
  CHECK_FALSE(source_end(refused, OnGap::rebuild).gap);
  CHECK_FALSE(source_end(refused, OnGap::rebuild).begins_anew);
  const SourceEnd unknown = source_end(thrown(std::runtime_error("no memory")), OnGap::rebuild);
  CHECK_FALSE(unknown.begins_anew);
  CHECK(unknown.message == "no memory");
}

}  // namespace deltamill
