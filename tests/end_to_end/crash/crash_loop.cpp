// `crash_loop --kills N --seed S`: the service is killed with SIGKILL at random moments while
// writers go on: in the snapshot and the first load, while it recovers, while it follows. After
// each round of kills the writers rest and every view must equal PostgreSQL's answer at the same
// position. A reader watches all the while.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/differential/random.h"
#include "tests/end_to_end/crash/reader.h"
#include "tests/end_to_end/crash/workload.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/running_service.h"
#include "tests/support/view_oracle.h"

namespace deltamill {

namespace {

struct Arguments {
  int kills = 100;
  std::uint64_t seed = 1;
};

// When the next kill comes: often within recovery, sometimes after the views follow.
std::chrono::milliseconds moment(Random& random) {
  if (random.chance(40)) return std::chrono::milliseconds(random.between(0, 120));
  if (random.chance(60)) return std::chrono::milliseconds(random.between(100, 600));
  return std::chrono::milliseconds(random.between(500, 2500));
}

// One project from an empty state directory on: the first kills fall into its snapshot.
class Round {
 public:
  Round(PostgresCluster& cluster, int number, std::uint64_t seed)
      : random_(seed),
        url_(cluster.create_database("crash_" + std::to_string(number))),
        project_("crash_" + std::to_string(number), url_),
        service_(project_) {
    Workload::create_tables(url_);
    oracle_ = std::make_unique<ViewOracle>(url_);
    // Views read views, so they are declared until all are known.
    std::map<std::string, std::string> left = Workload::views();
    while (!left.empty())
      std::erase_if(left, [&](const auto& view) { return declare(view.first, view.second); });
  }

  // Empty = all views were right after every comparison.
  [[nodiscard]] std::string run(int kills) {
    Workload workload(url_, random_.next());
    Reader reader(project_, Workload::accounts_total);
    for (int kill = 1; kill <= kills; ++kill) {
      service_.launch();
      const std::optional<int> ended = service_.process().wait(moment(random_));
      if (ended)
        return "the service ended by itself with " + std::to_string(*ended) + "\n" +
               service_.trace();
      service_.kill();
      if (kill % kills_per_comparison != 0 && kill != kills) continue;
      workload.pause();
      if (!workload.failure().empty()) return workload.failure();
      service_.start();
      const std::string differences = oracle_->differences(service_);
      if (!differences.empty()) return differences + service_.trace();
      workload.resume();
      transactions_ = workload.transactions();
    }
    if (const std::string problem = reader.finish(); !problem.empty()) return problem;
    answers_ = reader.answers();
    return service_.stop() == 0 ? "" : "the service does not stop cleanly\n" + service_.trace();
  }

  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }

 private:
  static constexpr int kills_per_comparison = 2;

  bool declare(const std::string& view, const std::string& select) {
    try {
      oracle_->declare(view, select);
    } catch (const SqlFailed&) {
      return false;
    }
    project_.write_view(view, select);
    return true;
  }

  Random random_;
  std::string url_;
  ProjectDirectory project_;
  RunningService service_;
  std::unique_ptr<ViewOracle> oracle_;
  std::uint64_t transactions_ = 0;
  std::uint64_t answers_ = 0;
};

int run(const Arguments& arguments) {
  constexpr int kills_per_round = 6;
  PostgresCluster cluster;
  Random random(arguments.seed);
  std::uint64_t transactions = 0;
  std::uint64_t answers = 0;
  int done = 0;
  for (int round = 0; done < arguments.kills; ++round) {
    const int kills = std::min(kills_per_round, arguments.kills - done);
    Round current(cluster, round, random.next());
    const std::string problem = current.run(kills);
    if (!problem.empty()) {
      std::printf("FAILED in round %d of seed %llu: %s\n", round,
                  static_cast<unsigned long long>(arguments.seed), problem.c_str());
      return 1;
    }
    done += kills;
    transactions += current.transactions();
    answers += current.answers();
    std::printf("%d kills, %llu transactions, %llu answers: views equal to PostgreSQL\n", done,
                static_cast<unsigned long long>(transactions),
                static_cast<unsigned long long>(answers));
    std::fflush(stdout);
  }
  std::printf("test cases: %d | %d passed | 0 failed\n", done, done);
  return 0;
}

}  // namespace
}  // namespace deltamill

int main(int argument_count, char** argument_values) {
  deltamill::Arguments arguments;
  CLI::App app("SIGKILL at random moments under load");
  app.add_option("--kills", arguments.kills, "how often the service is killed");
  app.add_option("--seed", arguments.seed, "moments and transactions; the interleaving is free");
  CLI11_PARSE(app, argument_count, argument_values);
  std::printf("seed %llu\n", static_cast<unsigned long long>(arguments.seed));
  try {
    return deltamill::run(arguments);
  } catch (const std::exception& failure) {
    std::printf("FAILED: %s\n", failure.what());
    return 1;
  }
}
