// Zones by name: what is known without a database, and what one adds.
#include "views/data/time_zones.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "views/data/datetime.h"

namespace deltamill {

namespace {

// A zone of one offset, as a file of version 1.
ZoneFile file_of(std::string name, char hours) {
  std::string bytes = "TZif" + std::string(35, '\0') + '\x01' + std::string(3, '\0') + '\x01';
  const int seconds = hours * 3600;
  bytes +=
      std::string(2, '\0') + static_cast<char>(seconds >> 8) + static_cast<char>(seconds & 255);
  bytes += std::string(3, '\0');
  return {std::move(name), std::move(bytes)};
}

// Hours east of UTC, -100 = no such zone.
std::int64_t hours_of(std::string_view name) {
  const Zone* const zone = find_zone(name);
  return zone == nullptr ? -100 : zone->offset_at(0) / microseconds_per_hour;
}

struct NoZonesAfterwards {
  ~NoZonesAfterwards() { install_time_zones(nullptr); }
};

}  // namespace

TEST_CASE("abbreviations and specifications need no database") {
  CHECK(hours_of("UTC") == 0);
  CHECK(hours_of("est") == -5);
  CHECK(hours_of("+5") == -5);
  CHECK(hours_of("Test/Three") == -100);
  CHECK(zone_problem("Test/Three") ==
        "time zone \"Test/Three\" needs the time zone database, which is not there");
}

TEST_CASE("a database is read once, and its names have any letter case") {
  const NoZonesAfterwards undo;
  int reads = 0;
  install_time_zones([&reads] {
    ++reads;
    return ZoneFiles{file_of("Test/Three", 3), file_of("EST", 7)};
  });
  CHECK(reads == 0);
  CHECK(hours_of("Test/Three") == 3);
  CHECK(hours_of("tEST/thREE") == 3);
  CHECK(hours_of(":test/three") == 3);
  CHECK(hours_of("EST") == -5);  // the abbreviation comes first
  CHECK(hours_of(":EST") == 7);
  CHECK(hours_of("Test/Four") == -100);
  CHECK(zone_problem("Test/Four") == "time zone \"Test/Four\" not recognized");
  CHECK(zone_names() == std::vector<std::string>{"EST", "Test/Three"});
  CHECK(reads == 1);
}

TEST_CASE("another database replaces what threads remember") {
  const NoZonesAfterwards undo;
  install_time_zones([] { return ZoneFiles{file_of("Test/Moving", 3)}; });
  CHECK(hours_of("Test/Moving") == 3);
  install_time_zones([] { return ZoneFiles{file_of("Test/Moving", 4)}; });
  CHECK(hours_of("Test/Moving") == 4);
}

TEST_CASE("names of any number are looked up from several threads") {
  const NoZonesAfterwards undo;
  install_time_zones([] { return ZoneFiles{file_of("Test/Three", 3)}; });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread)
    threads.emplace_back([&wrong] {
      for (int i = 0; i < 6000; ++i) {
        if (hours_of("X" + std::string(1, static_cast<char>('A' + i % 26)) + "-" +
                     std::to_string(i % 100) + ":" + std::to_string(i / 100)) != i % 100)
          ++wrong;
        if (hours_of("Test/Three") != 3) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("zones that mean something else on each machine are told apart from unknown ones") {
  const NoZonesAfterwards undo;
  install_time_zones([] { return ZoneFiles{file_of("Test/Three", 3)}; });
  CHECK(zone_problem("right/Test/Three") ==
        "time zone \"right/Test/Three\" counts leap seconds, which is not supported");
  CHECK(zone_problem("localtime") ==
        "time zone \"localtime\" is another one on each machine, which is not supported");
}

}  // namespace deltamill
