// Borrowing, waiting for what fits, taking back.
#include "service/slot.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <optional>
#include <thread>

namespace deltamill {

namespace {

constexpr std::chrono::milliseconds no_patience(0);

void must_not_recall() {
  FAIL("nobody holds it");
}

// A thread that waits for a number in the slot, and what it found: 0 = nothing.
std::future<int> wait_for(Slot<std::atomic<int>>& slot, int wanted, std::stop_token stop = {}) {
  return std::async(std::launch::async, [&slot, wanted, stop] {
    const auto loan =
        slot.wait_for([wanted](const std::atomic<int>& held) { return held == wanted; }, stop);
    return loan ? loan->load() : 0;
  });
}

}  // namespace

TEST_CASE("there is nothing to borrow before something is put in, and after it is taken back") {
  SystemClock clock;
  Slot<int> slot(clock);
  int number = 7;
  CHECK_FALSE(slot.borrow());
  slot.put(number);
  CHECK(*slot.borrow() == 7);
  slot.take_back(no_patience, must_not_recall);
  CHECK_FALSE(slot.borrow());
}

TEST_CASE("what is taken back is waited for, and nobody borrows it meanwhile") {
  SystemClock clock;
  Slot<int> slot(clock);
  int number = 7;
  slot.put(number);
  std::optional<Slot<int>::Loan> loan = slot.borrow();
  std::promise<void> recalled;
  std::atomic<bool> given_back = false;
  std::thread taker([&] {
    slot.take_back(no_patience, [&] { recalled.set_value(); });
    CHECK(given_back);
  });
  recalled.get_future().wait();
  CHECK_FALSE(slot.borrow());
  given_back = true;
  loan.reset();
  taker.join();
}

TEST_CASE("whoever gives it back in time is not recalled") {
  SystemClock clock;
  Slot<int> slot(clock);
  int number = 7;
  slot.put(number);
  std::optional<Slot<int>::Loan> loan = slot.borrow();
  std::thread taker([&] { slot.take_back(std::chrono::hours(1), must_not_recall); });
  while (slot.borrow()) std::this_thread::yield();
  loan.reset();
  taker.join();
}

TEST_CASE("a borrower waits until something is there that fits") {
  SystemClock clock;
  Slot<std::atomic<int>> slot(clock);
  std::atomic<int> number = 1;
  std::future<int> found = wait_for(slot, 2);
  slot.put(number);
  number = 2;
  slot.look_again();
  CHECK(found.get() == 2);
  CHECK(wait_for(slot, 2).get() == 2);
}

TEST_CASE("a borrower that is told to stop goes without") {
  SystemClock clock;
  Slot<std::atomic<int>> slot(clock);
  std::atomic<int> number = 1;
  slot.put(number);
  std::stop_source stop;
  std::future<int> found = wait_for(slot, 2, stop.get_token());
  stop.request_stop();
  CHECK(found.get() == 0);
  CHECK(wait_for(slot, 1, stop.get_token()).get() == 0);
}

}  // namespace deltamill
