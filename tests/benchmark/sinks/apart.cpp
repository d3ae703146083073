// Two sinks on one view, one of them in trouble: its commits fail or sleep at random, or a hundred fail in a
// row, or it is put back to an older copy. The other's freshness (from the journal to its commit) is measured
// beside that without trouble, in alternating rounds of one run.
//
//   benchmark_sinks [SECONDS]      per round, 10 if not given; six rounds. Exit 1 when the two sinks do not end
//                                  equal, or the dataflow ended
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>
#include <vector>

#include "tests/unit/service/mill.h"

namespace deltamill {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int rounds = 6;
constexpr std::size_t rows = 500;
constexpr std::chrono::milliseconds between_transactions(2);

Changes base_rows() {
  Changes changes;
  for (std::size_t row = 0; row < rows; ++row) changes.push_back("+" + std::to_string(row) + ",x");
  return changes;
}

// What befalls the second sink before each of its commits. For the sink's thread.
class Trouble {
 public:
  explicit Trouble(std::uint64_t seed) : random_(seed) {}

  void operator()() {
    if (!on) return;
    const std::uint64_t chance = random_() % 100;
    if (chance < 20) throw SinkFailed("the store is away", true);
    if (chance < 40) std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 1000));
  }

  std::atomic<bool> on = false;

 private:
  std::mt19937_64 random_;
};

double percentile(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

class Run {
 public:
  explicit Run(std::chrono::seconds round)
      : mill_(base_rows(), {whole_table("v")}, 2), round_(round) {
    mill_.sink(1).before_commit([this] { trouble_(); });
    mill_.start();
  }

  // The freshness of the first sink in milliseconds, one value a transaction.
  std::vector<double> measure(bool troubled) {
    trouble_.on = troubled;
    if (troubled) {
      mill_.sink(1).fail_next_commits(100, true);
      mill_.sink(1).copy();
    }
    std::vector<double> freshness;
    const auto begin = Clock::now();
    bool replaced = !troubled;
    while (Clock::now() - begin < round_) {
      if (!replaced && Clock::now() - begin > round_ / 2) {
        mill_.sink(1).put_copy_back();
        replaced = true;
      }
      freshness.push_back(one_transaction());
      std::this_thread::sleep_for(between_transactions);
    }
    return freshness;
  }

  // Both sinks have every row, and the one dataflow went on. REQUIRES: no trouble any more.
  [[nodiscard]] bool ends_well() {
    trouble_.on = false;
    const Frontier end = at(position_);
    for (int tries = 0; tries < 30 && !mill_.sink(1).wait_for(end); ++tries) {
    }
    return mill_.sink(0).rows() == mill_.sink(1).rows() && !mill_.failed();
  }

  [[nodiscard]] std::size_t left_behind() { return mill_.left_behind(); }
  [[nodiscard]] std::uint64_t failures() { return mill_.sink(1).failures(); }

 private:
  double one_transaction() {
    position_ += 10;
    const auto begin = Clock::now();
    mill_.commit(position_,
                 {"=" + std::to_string(random_() % rows) + "," + std::to_string(position_)});
    if (!mill_.sink(0).wait_for(at(position_)))
      throw std::runtime_error("the healthy sink stands still");
    return Milliseconds(Clock::now() - begin).count();
  }

  Trouble trouble_{4711};
  Mill mill_;
  const std::chrono::seconds round_;
  std::mt19937_64 random_{7};
  std::uint64_t position_ = 10;
};

int run(std::chrono::seconds round) {
  Run run(round);
  (void)run.measure(false);  // warms up
  std::vector<double> calm;
  std::vector<double> troubled;
  for (int number = 0; number < rounds; ++number) {
    std::vector<double>& values = number % 2 == 0 ? calm : troubled;
    const std::vector<double> measured = run.measure(number % 2 != 0);
    values.insert(values.end(), measured.begin(), measured.end());
  }
  fmt::print("freshness of the healthy sink, ms        p50      p90   transactions\n");
  for (auto& [name, values] :
       {std::pair<const char*, std::vector<double>&>{"without trouble", calm},
        {"beside a sink in trouble", troubled}})
    fmt::print("{:<36} {:8.3f} {:8.3f} {:14}\n", name, percentile(values, 0.5),
               percentile(values, 0.9), values.size());
  fmt::print("ratio of the medians {:.2f}\n", percentile(troubled, 0.5) / percentile(calm, 0.5));
  fmt::print("failed commits {}, replays for the sink alone {}\n", run.failures(),
             run.left_behind());
  const bool well = run.ends_well();
  fmt::print("both sinks end equal, the dataflow was never made anew: {}\n", well ? "yes" : "NO");
  return well ? 0 : 1;
}

}  // namespace

}  // namespace deltamill

int main(int argument_count, char** arguments) {
  try {
    return deltamill::run(std::chrono::seconds(argument_count > 1 ? std::atoi(arguments[1]) : 10));
  } catch (const std::exception& failure) {
    std::cerr << "benchmark_sinks: " << failure.what() << "\n";
    return 1;
  }
}
