// Zones by name: what is known without a database, and what one adds.
#include "views/data/time_zones.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "service/time_zone_database.h"
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
std::int64_t hours_of(const TimeZones& zones, std::string_view name) {
  const ZonePtr zone = zones.find(name);
  return zone == nullptr ? -100 : zone->offset_at(0) / microseconds_per_hour;
}

}  // namespace

TEST_CASE("abbreviations and specifications need no database") {
  const TimeZones& zones = built_in_zones();
  CHECK(hours_of(zones, "UTC") == 0);
  CHECK(hours_of(zones, "est") == -5);
  CHECK(hours_of(zones, "+5") == -5);
  CHECK(hours_of(zones, "Test/Three") == -100);
  CHECK(zone_problem(zones, "Test/Three") ==
        "time zone \"Test/Three\" needs the time zone database, which is not there");
}

TEST_CASE("a database is read once, and its names have any letter case") {
  int reads = 0;
  const auto zones = make_time_zone_database([&reads] {
    ++reads;
    return ZoneFiles{file_of("Test/Three", 3), file_of("EST", 7)};
  });
  CHECK(hours_of(*zones, "EST") == -5);  // the abbreviation comes first
  CHECK(reads == 0);
  CHECK(hours_of(*zones, "Test/Three") == 3);
  CHECK(hours_of(*zones, "tEST/thREE") == 3);
  CHECK(hours_of(*zones, ":test/three") == 3);
  CHECK(hours_of(*zones, ":EST") == 7);
  CHECK(hours_of(*zones, "Test/Four") == -100);
  CHECK(zone_problem(*zones, "Test/Four") == "time zone \"Test/Four\" not recognized");
  CHECK(zones->names() == std::vector<std::string>{"EST", "Test/Three"});
  CHECK(reads == 1);
}

TEST_CASE("two databases know each its own zones") {
  const auto three = make_time_zone_database([] { return ZoneFiles{file_of("Test/Moving", 3)}; });
  const auto four = make_time_zone_database([] { return ZoneFiles{file_of("Test/Moving", 4)}; });
  CHECK(hours_of(*three, "Test/Moving") == 3);
  CHECK(hours_of(*four, "Test/Moving") == 4);
  CHECK(hours_of(*three, "Test/Moving") == 3);
}

TEST_CASE("names of any number are looked up from several threads") {
  const auto zones = make_time_zone_database([] { return ZoneFiles{file_of("Test/Three", 3)}; });
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread)
    threads.emplace_back([&wrong, &zones] {
      for (int i = 0; i < 6000; ++i) {
        if (hours_of(*zones, "X" + std::string(1, static_cast<char>('A' + i % 26)) + "-" +
                                 std::to_string(i % 100) + ":" + std::to_string(i / 100)) !=
            i % 100)
          ++wrong;
        if (hours_of(*zones, "Test/Three") != 3) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("zones that mean something else on each machine are told apart from unknown ones") {
  const auto zones = make_time_zone_database([] { return ZoneFiles{file_of("Test/Three", 3)}; });
  CHECK(zone_problem(*zones, "right/Test/Three") ==
        "time zone \"right/Test/Three\" counts leap seconds, which is not supported");
  CHECK(zone_problem(*zones, "localtime") ==
        "time zone \"localtime\" is another one on each machine, which is not supported");
}

}  // namespace deltamill
