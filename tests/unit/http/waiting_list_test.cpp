// Who is woken when, without sockets or threads.
#include "service/http/waiting_list.h"

#include <catch2/catch.hpp>
#include <deque>
#include <optional>
#include <string>

namespace deltamill {

namespace {

Frontier at(std::uint64_t position) {
  return Frontier(Lsn(position));
}

// A list whose entries are called by letters.
struct Waiters {
  explicit Waiters(std::size_t served_at_once) : list(served_at_once) {}

  std::optional<WaitingList::Entry>& add(std::uint64_t position, char name) {
    std::optional<WaitingList::Entry>& entry = entries.emplace_back();
    entry.emplace(list, Lsn(position), [this, name] { woken += name; });
    return entry;
  }

  std::string woken;
  WaitingList list;
  std::deque<std::optional<WaitingList::Entry>> entries;
};

}  // namespace

TEST_CASE("only those whose position is reached are woken, in the order of the positions") {
  Waiters waiters(10);
  waiters.add(30, 'c');
  waiters.add(10, 'a');
  waiters.add(20, 'b');
  waiters.list.reached(at(20));
  CHECK(waiters.woken == "ab");
  waiters.list.reached(at(30));
  CHECK(waiters.woken == "abc");
}

TEST_CASE("of many that are let through, the next is woken when one has been served") {
  Waiters waiters(2);
  auto& first = waiters.add(10, 'a');
  auto& second = waiters.add(10, 'b');
  waiters.add(10, 'c');
  waiters.add(20, 'd');
  waiters.list.reached(at(10));
  CHECK(waiters.woken == "ab");
  second.reset();
  CHECK(waiters.woken == "abc");
  first.reset();
  CHECK(waiters.woken == "abc");
  waiters.list.reached(at(20));
  CHECK(waiters.woken == "abcd");
}

TEST_CASE("one that gives up before it is woken lets nobody through") {
  Waiters waiters(1);
  waiters.add(10, 'a');
  auto& impatient = waiters.add(10, 'b');
  waiters.add(10, 'c');
  waiters.list.reached(at(10));
  impatient.reset();
  CHECK(waiters.woken == "a");
}

TEST_CASE("a frontier that is told late takes nothing back") {
  Waiters waiters(1);
  waiters.list.reached(at(20));
  waiters.list.reached(at(10));
  waiters.add(20, 'a');
  waiters.list.reached(at(10));
  CHECK(waiters.woken == "a");
}

TEST_CASE("when waiting is over all are woken at once, and nobody is let through any more") {
  Waiters waiters(1);
  auto& first = waiters.add(10, 'a');
  waiters.add(20, 'b');
  waiters.add(30, 'c');
  waiters.list.reached(at(10));
  waiters.list.wake_all();
  CHECK(waiters.woken == "abc");
  waiters.list.reached(at(30));
  first.reset();
  CHECK(waiters.woken == "abc");
}

}  // namespace deltamill
