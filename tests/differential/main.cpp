// The differential test: `differential --cases N --seed S [--kill] [--project K] [--verbose]`.
// Random schemas, views and transactions; every view is compared with PostgreSQL's answer at the
// same position after every step. A case is one view through all steps of its project; each project
// has at least one SIGKILL in the middle, with --kill several.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "tests/differential/random_project.h"

namespace deltamill {

namespace {

struct Arguments {
  int cases = 200;
  std::uint64_t seed = 1;
  bool kill = false;
  int project = -1;
  bool verbose = false;
};

void print_tally(const Tally& tally) {
  std::printf(
      "%d cases, %d comparisons (%d of views with rows, %d after a change), %d kills, %d "
      "rebuilds\n",
      tally.cases, tally.comparisons, tally.with_rows, tally.with_changes, tally.kills,
      tally.rebuilds);
  std::printf(
      "%d queries rejected by PostgreSQL, %d without an answer, %d too large, %zu failures\n",
      tally.rejected, tally.without_answer, tally.too_large, tally.failures.size());
  for (const auto& [message, count] : tally.refused)
    std::printf("  refused %d times: %s\n", count, message.c_str());
  // In the words of the other tests, for those who count them.
  const int failed = std::min(tally.cases, static_cast<int>(tally.failures.size()));
  std::printf("test cases: %d | %d passed | %d failed\n", tally.cases, tally.cases - failed,
              failed);
}

int run(const Arguments& arguments) {
  PostgresCluster cluster;
  Tally total;
  for (int number = 0; total.cases < arguments.cases; ++number) {
    if (arguments.project >= 0 && number != arguments.project) {
      if (number > arguments.project) break;
      continue;
    }
    RandomProjectOptions options;
    options.name = "random_" + std::to_string(number);
    options.seed = Random(arguments.seed * 1'000'003 + static_cast<std::uint64_t>(number)).next();
    options.kills = arguments.kill ? 4 : 1;
    options.verbose = arguments.verbose;
    Tally tally = RandomProject(cluster, options).run();
    for (const std::string& failure : tally.failures)
      std::printf("FAILED --seed %llu --project %d: %s\n",
                  static_cast<unsigned long long>(arguments.seed), number, failure.c_str());
    if (tally.cases == 0) tally.cases = 1;  // a project that broke off; the loop ends all the same
    total.add(tally);
    std::printf("project %d: %d cases so far, %zu failures\n", number, total.cases,
                total.failures.size());
    std::fflush(stdout);
  }
  print_tally(total);
  return total.failures.empty() ? 0 : 1;
}

}  // namespace
}  // namespace deltamill

int main(int argument_count, char** argument_values) {
  deltamill::Arguments arguments;
  CLI::App app("Random views and changes, compared with PostgreSQL");
  app.add_option("--cases", arguments.cases, "how many views to take through their steps");
  app.add_option("--seed", arguments.seed, "the same seed makes the same cases");
  app.add_flag("--kill", arguments.kill, "several SIGKILLs per project");
  app.add_option("--project", arguments.project, "only this project of the seed");
  app.add_flag("--verbose", arguments.verbose, "print what PostgreSQL rejects");
  CLI11_PARSE(app, argument_count, argument_values);
  std::printf("seed %llu\n", static_cast<unsigned long long>(arguments.seed));
  try {
    return deltamill::run(arguments);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "differential: %s\n", failure.what());
    return 2;
  }
}
