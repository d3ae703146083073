// Files of the time zone database, made up here byte by byte.
#include "views/data/zone_file.h"

#include <catch2/catch.hpp>

namespace deltamill {

namespace {

std::string big_endian(std::int64_t number, int size) {
  std::string bytes;
  for (int byte = size - 1; byte >= 0; --byte)
    bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * byte) & 0xff);
  return bytes;
}

struct Counts {
  int leap_seconds = 0;
  int changes = 0;
  int local_times = 0;
  int letters = 0;
};

std::string header(const Counts& counts) {
  std::string bytes = "TZif2" + std::string(15, '\0') + big_endian(0, 4) + big_endian(0, 4);
  for (const int count : {counts.leap_seconds, counts.changes, counts.local_times, counts.letters})
    bytes += big_endian(count, 4);
  return bytes;
}

std::string local_time(std::int32_t offset, bool saving, int letters) {
  return big_endian(offset, 4) + big_endian(saving ? 1 : 0, 1) + big_endian(letters, 1);
}

const std::string empty_block =
    header({0, 0, 1, 1}) + local_time(0, false, 0) + std::string(1, '\0');
const std::string letters("LMT\0NEW\0", 8);

// LMT, half an hour ahead, until 1900; NEW, an hour ahead, from then on.
std::string file_with(const std::string& rules) {
  return empty_block + header({0, 1, 2, 8}) + big_endian(-2208988800, 8) + big_endian(1, 1) +
         local_time(1800, false, 0) + local_time(3600, false, 4) + letters + "\n" + rules + "\n";
}

ZoneRules rules_of(const std::string& bytes) {
  const auto table = read_zone_file(bytes);
  REQUIRE(table);
  return ZoneRules(*table);
}

constexpr std::int64_t july_2024 = 1719835200;

}  // namespace

TEST_CASE("before its first change a zone has its own mean time") {
  const ZoneRules rules = rules_of(file_with("NEW-1"));
  CHECK(rules.offset_at(-2208988801) == 1800);
  CHECK(rules.offset_at(-2208988800) == 3600);
  CHECK(rules.offset_at(july_2024) == 3600);
}

TEST_CASE("the rules of the last line follow the last change") {
  const ZoneRules rules = rules_of(file_with("NEW-1NDT,M3.5.0,M10.5.0/3"));
  CHECK(rules.offset_at(-2208988801) == 1800);
  CHECK(rules.offset_at(july_2024) == 7200);
  CHECK(rules.offset_at(july_2024 + 40 * seconds_per_calendar_cycle) == 7200);
  CHECK(rules.offset_of_abbreviation("NDT", 0) == 7200);
  CHECK(rules.offset_of_abbreviation("LMT", 0) == std::nullopt);  // no change leads to it
}

TEST_CASE("in a gap the offset before it holds, in an overlap the one after it") {
  const ZoneRules rules = rules_of(file_with("NEW-1NDT,M3.5.0,M10.5.0/3"));
  constexpr std::int64_t gap = 1711852200;      // 2024-03-31 02:30
  constexpr std::int64_t overlap = 1729996200;  // 2024-10-27 02:30
  CHECK(rules.offset_of_local(gap) == 3600);
  CHECK(rules.offset_of_local(overlap) == 3600);
  CHECK(rules.offset_of_local(gap + 3600) == 7200);
  CHECK(rules.offset_of_local(overlap - 3600) == 7200);
}

TEST_CASE("a file with leap seconds, a short one and another kind are refused") {
  const std::string whole = file_with("NEW-1");
  CHECK(read_zone_file(whole));
  CHECK_FALSE(read_zone_file(""));
  CHECK_FALSE(read_zone_file("# tab"));
  for (std::size_t size = 0; size + 7 < whole.size(); ++size)
    CHECK_FALSE(read_zone_file(whole.substr(0, size)));
  const std::string leap = big_endian(78796800, 8) + big_endian(1, 4);
  CHECK_FALSE(read_zone_file(empty_block + header({1, 0, 1, 4}) + local_time(0, false, 0) +
                             std::string("UTC\0", 4) + leap + "\n\n"));
}

}  // namespace deltamill
