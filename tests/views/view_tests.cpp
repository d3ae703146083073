// Runs every tests/views/*.test: applies its transactions, compares the deltas with what is
// expected and, after each transaction and with all of them in one batch, every view with the
// oracle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "service/time_zone_database.h"
#include "tests/oracle/source_tables.h"
#include "tests/oracle/view_state.h"
#include "tests/views/view_test_file.h"
#include "views/data/text_form.h"
#include "views/sql/view_definition.h"

namespace deltamill {

namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// The text PostgreSQL would print for a value written in any input form.
TextValue canonical(const Type& type, const TextValue& text) {
  if (!text) return std::nullopt;
  Arena arena;
  const std::optional<Value> value = parse_text(type, *text, arena);
  if (!value) throw std::runtime_error("'" + *text + "' is no " + format_type(type));
  std::string result;
  append_text(type, *value, result);
  return result;
}

std::vector<BoundView> bind(const ViewTestFile& file) {
  static const std::shared_ptr<const TimeZones> zones = make_time_zone_database();
  Catalog catalog;
  catalog.time_zones = zones;
  for (const std::shared_ptr<const EnumType>& type : file.enums) catalog.add_enum(type);
  for (const Table& table : file.tables) catalog.add_table(table);
  std::vector<ViewSource> sources;
  for (const auto& [name, sql] : file.views)
    sources.push_back({name, name + ".sql", sql, std::nullopt});
  const BindResult result = bind_views(sources, catalog);
  std::string diagnostics;
  for (const Diagnostic& diagnostic : result.diagnostics)
    if (diagnostic.severity == Severity::error) diagnostics += to_text(diagnostic);
  if (!diagnostics.empty()) throw std::runtime_error(diagnostics);
  std::vector<BoundView> views;
  for (const ViewBinding& binding : result.views) views.push_back(binding.view);
  return views;
}

class Run {
 public:
  explicit Run(const ViewTestFile& file)
      : file_(file),
        views_(bind(file)),
        tables_(shared_tables(file)),
        source_(tables_),
        graph_(views_),
        state_(views_) {}

  void run() {
    before_ = state_;
    state_.apply(graph_.initial());
    check(file_.steps.front());
    for (std::size_t step = 1; step < file_.steps.size(); ++step) {
      before_ = state_;
      for_each_change(file_.steps[step]);
      Batch batch = source_.take_batch();
      keep(batch);
      state_.apply(graph_.apply(batch));
      check(file_.steps[step]);
    }
    check_in_one_batch();
  }

 private:
  static std::vector<std::shared_ptr<const Table>> shared_tables(const ViewTestFile& file) {
    std::vector<std::shared_ptr<const Table>> tables;
    for (const Table& table : file.tables) tables.push_back(std::make_shared<const Table>(table));
    return tables;
  }

  const Table& table_named(const std::string& name) const {
    for (const std::shared_ptr<const Table>& table : tables_)
      if (table->name == name) return *table;
    throw std::runtime_error("no table " + name);
  }

  TextRow table_row(const Table& table, const TextRow& written) const {
    if (written.size() != table.columns.size())
      throw std::runtime_error("a row of " + table.name + " has another number of columns");
    TextRow row;
    for (std::size_t column = 0; column < written.size(); ++column)
      row.push_back(canonical(table.columns[column].type, written[column]));
    return row;
  }

  void for_each_change(const TransactionStep& step) {
    for (std::size_t place = 0; place < step.changes.size(); ++place) {
      const RowChangeLine& line = step.changes[place];
      INFO("line " << line.line);
      const Table& table = table_named(line.table);
      if (line.weight == 0) {
        source_.truncate(table);
        continue;
      }
      const TextRow row = table_row(table, line.row);
      const RowChangeLine* next =
          place + 1 < step.changes.size() ? &step.changes[place + 1] : nullptr;
      if (line.weight == -1 && next != nullptr && next->table == line.table && next->weight == 1) {
        source_.update(table, row, table_row(table, next->row));
        ++place;
        continue;
      }
      for (std::int64_t count = 0; count < line.weight; ++count) source_.insert(table, row);
      for (std::int64_t count = 0; count > line.weight; --count) source_.erase(table, row);
    }
  }

  void keep(const Batch& batch) {
    whole_.relations = batch.relations;
    whole_.changes.insert(whole_.changes.end(), batch.changes.begin(), batch.changes.end());
    storages_.push_back(batch.storage);
  }

  std::size_t offset_of(const std::string& name) const {
    for (std::size_t view = 0; view < views_.size(); ++view)
      if (views_[view].name == name) return view;
    throw std::runtime_error("no view " + name);
  }

  void check(const TransactionStep& step) {
    for (const Expectation& expectation : step.expectations) {
      INFO("line " << expectation.line << ", view " << expectation.view);
      const std::size_t view = offset_of(expectation.view);
      if (expectation.errors)
        check_errors(view, expectation);
      else
        check_rows(view, expectation);
    }
    INFO("after the transaction at line " << step.line);
    check_oracle(state_);
  }

  void check_rows(std::size_t view, const Expectation& expectation) {
    const Columns& columns = views_[view].plan->columns;
    TextMultiset expected;
    for (const auto& [written, weight] : expectation.rows) {
      REQUIRE(written.size() == columns.size());
      TextRow row;
      for (std::size_t column = 0; column < columns.size(); ++column)
        row.push_back(canonical(columns[column].type, written[column]));
      expected[row] += weight;
    }
    TextMultiset changed = state_.rows(view);
    for (const auto& [row, count] : before_.rows(view)) changed[row] -= count;
    std::erase_if(changed, [](const auto& one) { return one.second == 0; });
    INFO("expected:\n" << to_text(expected) << "got:\n" << to_text(changed));
    const bool equal = expected == changed;
    CHECK(equal);
  }

  void check_errors(std::size_t view, const Expectation& expectation) {
    std::map<std::string, std::int64_t> changed = state_.errors(view);
    for (const auto& [error, count] : before_.errors(view)) changed[error] -= count;
    std::erase_if(changed, [](const auto& one) { return one.second == 0; });
    std::map<std::string, std::int64_t> expected;
    for (const auto& [error, count] : expectation.rows) expected[error[0].value()] = count;
    CHECK(changed == expected);
  }

  // Views in error are left to `expect errors`: the oracle computes rows, not errors.
  void check_oracle(const ViewState& state) {
    OracleState all{source_.rows(), {}};
    for (std::size_t view = 0; view < views_.size(); ++view) {
      if (!state.errors(view).empty()) return;
      const TextRows rows = compute_rows(*views_[view].plan, all);
      INFO("view " << views_[view].name << "\n" << graph_.explain(views_[view].name));
      INFO("oracle:\n" << to_text(multiset_of(rows)) << "got:\n" << to_text(state.rows(view)));
      const bool equal = multiset_of(rows) == state.rows(view);
      CHECK(equal);
      all.views[views_[view].name] = rows;
    }
  }

  void check_in_one_batch() {
    INFO("all transactions in one batch");
    Graph graph(views_);
    ViewState state(views_);
    state.apply(graph.initial());
    state.apply(graph.apply(whole_));
    for (std::size_t view = 0; view < views_.size(); ++view) {
      INFO("view " << views_[view].name << "\n"
                   << "step by step:\n"
                   << to_text(state_.rows(view)) << "got:\n"
                   << to_text(state.rows(view)));
      const bool equal = state.rows(view) == state_.rows(view);
      CHECK(equal);
      CHECK(state.errors(view) == state_.errors(view));
    }
  }

  const ViewTestFile& file_;
  std::vector<BoundView> views_;
  std::vector<std::shared_ptr<const Table>> tables_;
  SourceTables source_;
  Graph graph_;
  ViewState state_;
  ViewState before_ = ViewState(std::vector<BoundView>());
  Batch whole_;
  std::vector<std::shared_ptr<const void>> storages_;
};

TEST_CASE("views follow their tables as the text tests say") {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(DELTAMILL_VIEW_TESTS))
    if (entry.path().extension() == ".test") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(!paths.empty());
  for (const std::filesystem::path& path : paths) {
    DYNAMIC_SECTION(path.filename().string()) {
      const ViewTestFile file = parse_view_test(read_file(path));
      Run(file).run();
    }
  }
}

}  // namespace
}  // namespace deltamill
