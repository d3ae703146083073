// A site over a real view store and a process that is not there: its state is set by the test.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/http/client.h"
#include "service/http/routes.h"
#include "service/http/site.h"
#include "sinks/sqlite/view_store.h"
#include "tests/unit/sinks/sink_fixture.h"

namespace deltamill {

class FakeProcess final : public StatusPage, public Positions, public JobDesk {
 public:
  [[nodiscard]] const std::string& project() const override { return project_name; }
  [[nodiscard]] const std::string& version() const override { return version_name; }
  [[nodiscard]] std::string epoch() const override { return "epoch 1"; }
  [[nodiscard]] const std::vector<ServedView>& views() const override { return served; }
  [[nodiscard]] ViewState view_state(std::size_t view) const override { return states.at(view); }
  [[nodiscard]] SourceState source_state() const override { return source; }
  [[nodiscard]] std::vector<SinkState> sink_states() const override { return sinks; }
  [[nodiscard]] JournalState journal_state() const override { return {at(0x10), at(0x40), 4096}; }
  [[nodiscard]] MemoryState memory_state() const override { return {2048, 1024}; }
  [[nodiscard]] std::vector<ErrorRow> error_rows(std::size_t /*view*/) const override {
    return errors;
  }
  [[nodiscard]] std::optional<std::vector<OperatorState>> operators(
      std::size_t /*view*/) const override {
    return operator_states;
  }
  [[nodiscard]] Frontier store_frontier() const override { return at(reached); }
  void request_position(Lsn /*lsn*/) override {}
  [[nodiscard]] Subscription on_move(std::function<void()> moved) override {
    return movers.add(std::move(moved));
  }
  [[nodiscard]] std::int64_t lag_ms(Frontier /*frontier*/) const override { return 7; }
  [[nodiscard]] bool threads_alive() const override { return alive; }
  [[nodiscard]] std::vector<ReadyCheck> ready_checks() const override { return checks; }
  [[nodiscard]] std::string metrics_text() override { return "deltamill_build_info 1\n"; }
  void count_request(const char* route, int status, double seconds) override;
  [[nodiscard]] std::optional<std::string> start_rebuild(std::size_t view) override;
  [[nodiscard]] std::optional<std::string> start_verify(std::size_t view,
                                                        std::size_t sample_max) override;
  [[nodiscard]] std::vector<JobStatus> all() const override { return job_list; }
  [[nodiscard]] std::optional<JobStatus> find(const std::string& id) const override;
  bool cancel(const std::string& id) override;
  [[nodiscard]] bool stopping() const override { return is_stopping; }

  std::string project_name = "shop";
  std::string version_name = "0.1.0";
  std::vector<ServedView> served;
  std::vector<ViewState> states;
  SourceState source;
  std::vector<SinkState> sinks;
  std::vector<ErrorRow> errors;
  std::optional<std::vector<OperatorState>> operator_states;
  std::vector<ReadyCheck> checks;
  std::vector<JobStatus> job_list;
  std::size_t verify_sample_max = 0;  // of the last verification started
  bool alive = true;
  std::atomic<bool> is_stopping{false};
  // The store commits up to there.
  void reach(std::uint64_t position) {
    reached = position;
    movers.call_all();
  }
  std::atomic<std::uint64_t> reached{0x1000};
  Subscribers movers;
  std::vector<std::string> counted;  // "route status", guarded by the test's single thread
  bool count = true;
};

// A view with its first rows.
struct TestView {
  std::string name;
  Columns columns;
  std::optional<KeyColumns> key;
  std::vector<SignedRow> rows;
};

class HttpFixture {
 public:
  explicit HttpFixture(std::vector<TestView> views, SiteOptions options = {});

  [[nodiscard]] Response ask(const std::string& method, const std::string& target,
                             std::vector<Header> headers = {}, const std::string& body = "",
                             Listener listener = Listener::open);
  [[nodiscard]] Response get(const std::string& target, std::vector<Header> headers = {}) {
    return ask("GET", target, std::move(headers));
  }
  // The same, not finished.
  [[nodiscard]] Answer begin(const Request& request, Listener listener = Listener::open) {
    return answer_request(*site_, listener, request);
  }
  [[nodiscard]] Response admin(const std::string& method, const std::string& target,
                               const std::string& body = "");
  // Commits a change of a view.
  void change(std::uint32_t view, const std::vector<SignedRow>& rows);
  // Builds and activates a generation of a view.
  void rebuild(std::uint32_t view, const std::vector<SignedRow>& rows);

  FakeProcess process;
  [[nodiscard]] Site& site() { return *site_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  TemporaryStore store_;
  std::string path_;
  std::vector<TestView> views_;
  std::vector<RowMaker> makers_;
  std::vector<Generation> generations_;
  std::unique_ptr<SqliteSink> sink_;
  std::unique_ptr<StoreReader> reader_;
  std::unique_ptr<Site> site_;
};

// The answer as a client of a server gets it: waited for until the process has reached the position,
// and with all its pieces.
[[nodiscard]] Response finish(FakeProcess& process, Answer answer);

// The name of a problem: "bad_value".
[[nodiscard]] std::string problem_of(const Response& response);

}  // namespace deltamill
