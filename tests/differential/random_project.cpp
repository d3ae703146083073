// The stages of a case: schema, rows, views, service, steps.
#include "tests/differential/random_project.h"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include "tests/differential/declared_refusals.h"

namespace deltamill {

namespace {

constexpr int attempts_per_view = 8;
constexpr int view_rows_max = 3000;  // at first
constexpr std::size_t compared_rows_max = 60'000;
constexpr std::size_t failures_max = 6;  // of one project

bool reads(const std::string& sql, const std::string& view) {
  return std::regex_search(sql, std::regex("(FROM|JOIN|,) " + view + " AS "));
}

}  // namespace

void Tally::add(const Tally& other) {
  cases += other.cases;
  comparisons += other.comparisons;
  with_rows += other.with_rows;
  with_changes += other.with_changes;
  rejected += other.rejected;
  without_answer += other.without_answer;
  too_large += other.too_large;
  kills += other.kills;
  rebuilds += other.rebuilds;
  for (const auto& [message, count] : other.refused) refused[message] += count;
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

RandomProject::RandomProject(PostgresCluster& cluster, RandomProjectOptions options)
    : options_(std::move(options)),
      cluster_(cluster),
      random_(options_.seed),
      tables_(random_schema(random_)),
      url_(cluster.create_database(options_.name)),
      session_(url_),
      oracle_(url_),
      project_(options_.name, url_),
      service_(project_) {}

RandomProject::~RandomProject() {
  try {
    if (service_.running()) service_.kill();
    session_.execute(
        "DO $$ BEGIN FOR i IN 1..200 LOOP PERFORM 1 FROM pg_replication_slots WHERE "
        "active AND slot_name = " +
        quoted(project_.slot()) +
        "; EXIT WHEN NOT FOUND; PERFORM pg_sleep(0.01); END LOOP; END $$");
    session_.execute(
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE "
        "NOT active AND slot_name = " +
        quoted(project_.slot()));
  } catch (const std::exception&) {
    // The slot goes with the server at the latest.
  }
}

Tally RandomProject::run() {
  try {
    schema_ = create_types_sql();
    for (const RandomTable& table : tables_) schema_ += table.create_sql();
    schema_ += RandomChanges::create_filler_sql();
    RandomChanges changes(tables_, random_);
    for (const RandomTable& table : tables_) schema_ += changes.initial_rows(table) + ";\n";
    session_.execute(schema_);
    for (const RandomTable& table : tables_) relations_.push_back(relation_of(table));
    make_views();
    add_filler_view();
    drop_refused_views();
    tally_.cases += static_cast<int>(views_.size());
    withhold_some_views();
    service_.start();
    compare_all("after the snapshot");
    take_steps();
    verify_all();
    if (service_.stop() != 0) fail("the service does not stop cleanly\n" + service_.trace());
  } catch (const std::exception& failure) {
    fail(failure.what());
  }
  return std::move(tally_);
}

void RandomProject::take_steps() {
  std::set<int> kill_after;
  for (int i = 0; i < options_.kills; ++i)
    kill_after.insert(random_.between(0, options_.steps - 1));
  for (int at = 0; at < options_.steps && tally_.failures.size() < failures_max; ++at) {
    if (kill_after.contains(at)) {
      change_data();  // nobody waits for these: they are caught in any stage
      service_.kill();
      ++tally_.kills;
      if (random_.chance(50)) change_data();
      if (random_.chance(60)) add_withheld_views();
      service_.start();
      compare_all("after a kill before step " + std::to_string(at));
    }
    if (random_.chance(20)) rebuild_one();
    change_data();
    compare_all("after step " + std::to_string(at));
  }
}

// Views that no other one reads, so that their files may come later.
void RandomProject::withhold_some_views() {
  for (auto view = views_.begin(); view != views_.end();) {
    const bool read = std::any_of(views_.begin(), views_.end(), [&](const auto& other) {
      return reads(other.second.query.sql, view->first);
    });
    if (read || !random_.chance(25)) {
      ++view;
      continue;
    }
    project_.remove_view(view->first);
    withheld_.insert(views_.extract(view++));
  }
}

void RandomProject::add_withheld_views() {
  for (const auto& [name, view] : withheld_) project_.write_view(name, view.query.sql);
  views_.merge(withheld_);
}

// Asked for and not waited for: the data changes meanwhile.
void RandomProject::rebuild_one() {
  if (views_.empty()) return;
  const auto view =
      std::next(views_.begin(), static_cast<std::ptrdiff_t>(random_.below(views_.size())));
  const Response answer = service_.post_admin("/v1/views/" + view->first + "/rebuild");
  if (answer.status == 202)
    ++tally_.rebuilds;
  else if (answer.status != 409)
    fail("rebuild of " + view->first + ": " + answer.body);
}

// The product's own comparison must agree. Views whose SQL has no answer are left out.
void RandomProject::verify_all() {
  std::vector<std::string> command = {"verify"};
  for (const auto& [name, view] : views_)
    if (view.compared && view.query.open_columns().empty()) command.push_back(name);
  if (command.size() == 1) return;
  const Outcome outcome = project_.command(command);
  if (outcome.exit_code != 0)
    fail("verify exits " + std::to_string(outcome.exit_code) + ": " + outcome.output +
         outcome.messages);
}

void RandomProject::make_views() {
  for (int i = 0; i < options_.views; ++i)
    for (int attempt = 0; attempt < attempts_per_view && !try_to_add_view(); ++attempt)
      ++tally_.rejected;
}

bool RandomProject::try_to_add_view() {
  RandomQueries queries(relations_, random_);
  const std::string name = "v" + std::to_string(views_.size() + 1);
  View view{queries.query()};
  ColumnsByValue open = view.query.open_columns();
  try {
    session_.execute("SELECT set_config('search_path', 'oracle, public', false)");
    oracle_.declare(name, view.query.sql, open);
  } catch (const SqlFailed& failure) {
    if (options_.verbose)
      std::printf("rejected: %s\n  %s\n", view.query.sql.c_str(), failure.what());
    return false;
  }
  try {
    const std::string rows = session_.value(
        "SELECT count(*) FROM (SELECT row_to_json(v) FROM oracle." + name + " AS v OFFSET 0) AS r");
    view.query.rows = std::stod(rows);
    if (view.query.rows > view_rows_max) throw SqlFailed("too many rows", "");
    if (view.query.rows == 0 && random_.chance(90)) throw SqlFailed("no rows", "");
  } catch (const SqlFailed& failure) {
    if (options_.verbose) std::printf("fails: %s\n  %s\n", view.query.sql.c_str(), failure.what());
    oracle_.forget(name);
    return false;
  }
  relations_.push_back(relation_of(view.query, name));
  project_.write_view(name, view.query.sql);
  views_.emplace(name, std::move(view));
  return true;
}

void RandomProject::add_filler_view() {
  const std::string name = "filled";
  View view{{RandomChanges::filler_view_sql(), {}, 1}};
  oracle_.declare(name, view.query.sql);
  project_.write_view(name, view.query.sql);
  views_.emplace(name, std::move(view));
}

void RandomProject::drop_refused_views() {
  while (!views_.empty()) {
    const Outcome checked = project_.command({"check", "--json"});
    std::map<std::string, std::string> refused;
    std::istringstream lines(checked.output);
    for (std::string line; std::getline(lines, line);) {
      const nlohmann::json diagnostic = nlohmann::json::parse(line, nullptr, false);
      if (!diagnostic.is_object() || diagnostic.value("severity", "") != "error") continue;
      const std::string file = std::filesystem::path(diagnostic.value("file", "")).stem();
      refused.emplace(file, diagnostic.value("code", "") + ": " + diagnostic.value("message", "") +
                                " at " + std::to_string(diagnostic.value("line", 0)) + ":" +
                                std::to_string(diagnostic.value("column", 0)));
    }
    if (refused.empty()) {
      if (checked.exit_code != 0)
        fail("check exits " + std::to_string(checked.exit_code) + ": " + checked.output +
             checked.messages);
      return;
    }
    std::size_t known = 0;
    for (const auto& [view, message] : refused) known += views_.contains(view) ? 1 : 0;
    if (known != refused.size()) throw std::runtime_error("check: " + checked.output);
    for (const auto& [view, message] : refused)
      if (views_.contains(view)) refuse(view, message);  // not dropped with a view it reads
  }
}

void RandomProject::refuse(const std::string& view, const std::string& message) {
  if (is_declared_refusal(message))
    ++tally_.refused[message.substr(0, message.rfind(" at "))];
  else
    fail("refused: " + message + "\n  " + views_.at(view).query.sql);
  drop_view(view);
}

// And the views over it.
void RandomProject::drop_view(const std::string& view) {
  views_.erase(view);
  project_.remove_view(view);
  std::vector<std::string> dependents;
  for (const auto& [name, other] : views_)
    if (reads(other.query.sql, view)) dependents.push_back(name);
  for (const std::string& dependent : dependents) drop_view(dependent);
}

void RandomProject::change_data() {
  RandomChanges changes(tables_, random_);
  const int transactions = random_.chance(10) ? random_.between(10, 30) : random_.between(1, 3);
  for (int i = 0; i < transactions; ++i) {
    const std::string transaction = changes.transaction();
    try {
      session_.execute(transaction);
      recent_.push_back(transaction);
    } catch (const SqlFailed& failure) {
      if (failure.sqlstate.empty()) throw;
      if (options_.verbose) std::printf("not possible: %s\n", failure.what());
      session_.execute("ROLLBACK");
    }
  }
}

void RandomProject::compare_all(const std::string& when) {
  for (auto& [name, view] : views_)
    if (view.compared && tally_.failures.size() < failures_max) compare(name, view, when);
  recent_.clear();
}

void RandomProject::compare(const std::string& name, View& view, const std::string& when) {
  std::vector<std::string> rows;
  try {
    rows = oracle_.rows(name);
    std::sort(rows.begin(), rows.end());
  } catch (const SqlFailed& failure) {
    // The SQL has no answer on these data; what the view does then is a matter of its own.
    if (options_.verbose) std::printf("no answer: %s\n", failure.what());
    ++tally_.without_answer;
    view.compared = false;
    return;
  }
  if (rows.size() > compared_rows_max) {  // a product of tables that grew
    ++tally_.too_large;
    view.compared = false;
    return;
  }
  const std::string difference = oracle_.difference(service_, name);
  ++tally_.comparisons;
  tally_.with_rows += rows.empty() ? 0 : 1;
  tally_.with_changes += rows == view.rows ? 0 : 1;
  view.rows = std::move(rows);
  std::string problem;
  if (!difference.empty())
    problem = difference;
  else if (const nlohmann::json status = service_.view_status(name);
           status.at("condition") != "live")
    problem = name + " is " + status.dump() + "\n  " + view.query.sql;
  if (problem.empty()) return;
  view.compared = false;
  fail(when + "\n" + problem);
}

void RandomProject::fail(const std::string& what) {
  std::string failure = "seed " + std::to_string(options_.seed) + ": " + what + "\n";
  if (!recent_.empty()) {
    failure += "--- transactions since the last comparison\n";
    for (const std::string& transaction : recent_) failure += transaction + "\n";
  }
  if (tally_.failures.empty()) {
    failure += "--- schema\n" + schema_ + "--- views\n";
    for (const auto& [name, view] : views_) failure += name + ": " + view.query.sql + "\n";
  }
  tally_.failures.push_back(failure);
}

}  // namespace deltamill
