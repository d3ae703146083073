// One service over one random schema with many random views: after every step of random
// transactions each view equals PostgreSQL's answer, also when the process is killed in between.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/differential/random_changes.h"
#include "tests/differential/random_query.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/running_service.h"
#include "tests/support/view_oracle.h"

namespace deltamill {

struct RandomProjectOptions {
  std::string name;  // of the project and its database
  std::uint64_t seed = 0;
  int views = 20;
  int steps = 10;
  int kills = 1;  // SIGKILL between steps, at random ones
  bool verbose = false;
};

// What came of a project, and of all together.
struct Tally {
  int cases = 0;           // views compared after every step
  int comparisons = 0;     // of a view with PostgreSQL
  int with_rows = 0;       // comparisons of views that were not empty
  int with_changes = 0;    // comparisons in which the view had changed since the one before
  int rejected = 0;        // queries that PostgreSQL rejects
  int without_answer = 0;  // views whose SQL fails in PostgreSQL on some data
  int too_large = 0;       // views that outgrew the comparison
  int kills = 0;
  std::map<std::string, int> refused;  // declared refusals by message
  int rebuilds = 0;
  std::vector<std::string> failures;

  void add(const Tally& other);
};

class RandomProject {
 public:
  RandomProject(PostgresCluster& cluster, RandomProjectOptions options);
  ~RandomProject();
  RandomProject(const RandomProject&) = delete;
  RandomProject& operator=(const RandomProject&) = delete;

  // Never throws: what goes wrong is a failure of the tally.
  [[nodiscard]] Tally run();

 private:
  struct View {
    RandomQuery query;
    bool compared = true;                // false after a failure, which is reported once
    std::vector<std::string> rows = {};  // at the last comparison
  };

  void take_steps();
  void make_views();
  void withhold_some_views();
  void add_withheld_views();
  [[nodiscard]] bool try_to_add_view();
  void add_filler_view();
  void drop_refused_views();
  void refuse(const std::string& view, const std::string& message);
  void drop_view(const std::string& view);
  void change_data();
  void compare_all(const std::string& when);
  void compare(const std::string& name, View& view, const std::string& when);
  void rebuild_one();
  void verify_all();
  void fail(const std::string& what);

  RandomProjectOptions options_;
  PostgresCluster& cluster_;
  Random random_;
  std::vector<RandomTable> tables_;
  std::string url_;
  std::string schema_;
  SqlSession session_;
  ViewOracle oracle_;
  ProjectDirectory project_;
  RunningService service_;
  std::vector<Relation> relations_;
  std::map<std::string, View> views_;
  std::map<std::string, View> withheld_;  // their files are added before a later start
  std::vector<std::string> recent_;       // transactions since the last comparison
  Tally tally_;
};

}  // namespace deltamill
