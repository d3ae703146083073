// The warning of retained WAL comes once per rise.
#include "service/source/retained_wal.h"

#include <catch2/catch.hpp>

namespace deltamill {

TEST_CASE("each rise above the limit warns once") {
  RetainedWalAlarm alarm(100);
  CHECK_FALSE(alarm.rose_above(0));
  CHECK_FALSE(alarm.rose_above(100));
  CHECK(alarm.rose_above(101));
  CHECK_FALSE(alarm.rose_above(500));
  CHECK_FALSE(alarm.rose_above(100));
  CHECK(alarm.rose_above(101));
}

TEST_CASE("a limit of nothing never warns, nor does a slot that reserves nothing") {
  CHECK_FALSE(RetainedWalAlarm(0).rose_above(1'000'000));
  CHECK_FALSE(RetainedWalAlarm(100).rose_above(-1));
}

}  // namespace deltamill
