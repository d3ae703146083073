// The fake process and the store beneath it.
#include "tests/unit/http/http_fixture.h"

#include <nlohmann/json.hpp>
#include <thread>

namespace deltamill {

bool FakeProcess::wait_for(Lsn lsn, std::chrono::steady_clock::time_point deadline) {
  ++waits;
  while (lsn.value > reached && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return lsn.value <= reached;
}

void FakeProcess::count_request(const char* route, int status, double /*seconds*/) {
  if (count) counted.push_back(std::string(route) + " " + std::to_string(status));
}

std::optional<std::string> FakeProcess::start_rebuild(std::size_t view) {
  for (const JobStatus& known : job_list)
    if (known.kind == JobKind::rebuild && known.state == JobState::running) return std::nullopt;
  JobStatus started;
  started.id = "job-" + std::to_string(job_list.size() + 1);
  started.view = served.at(view).name;
  started.state = JobState::running;
  started.phase = "load";
  started.rows = 1;
  started.total_rows = 4;
  started.rows_per_second = 2;
  job_list.push_back(started);
  return started.id;
}

std::optional<std::string> FakeProcess::start_verify(std::size_t view, std::size_t sample_max) {
  verify_sample_max = sample_max;
  JobStatus started;
  started.id = "job-" + std::to_string(job_list.size() + 1);
  started.kind = JobKind::verify;
  started.view = served.at(view).name;
  started.state = JobState::done;
  started.result_json = R"({"missing":0})";
  job_list.push_back(started);
  return started.id;
}

std::optional<JobStatus> FakeProcess::find(const std::string& id) const {
  for (const JobStatus& known : job_list)
    if (known.id == id) return known;
  return std::nullopt;
}

bool FakeProcess::cancel(const std::string& id) {
  for (JobStatus& known : job_list) {
    if (known.id != id || known.state != JobState::running) continue;
    known.state = JobState::cancelled;
    return true;
  }
  return false;
}

HttpFixture::HttpFixture(std::vector<TestView> views, SiteOptions options)
    : path_(store_.path()), views_(std::move(views)) {
  std::vector<SinkView> sink_views;
  for (const TestView& view : views_) {
    sink_views.push_back({view.name, "definition of " + view.name, view.columns, view.key, {}});
    makers_.emplace_back(view.columns);
    ServedView served;
    served.name = view.name;
    served.description = "About " + view.name;
    served.columns = view.columns;
    served.key = view.key;
    served.definition = "definition of " + view.name;
    served.explain = "plan of " + view.name;
    process.served.push_back(served);
    ViewState state;
    state.condition = Condition::live;
    process.states.push_back(state);
  }
  sink_ = std::make_unique<SqliteSink>(path_, "epoch 1", "instance 1", sink_views);
  generations_.resize(views_.size());
  for (std::uint32_t view = 0; view < views_.size(); ++view) rebuild(view, views_[view].rows);
  reader_ = std::make_unique<StoreReader>(path_, 4);
  site_ = std::make_unique<Site>(process, process, process, *reader_, options);
}

Response HttpFixture::ask(const std::string& method, const std::string& target,
                          std::vector<Header> headers, const std::string& body, Listener listener) {
  Request request;
  request.method = method;
  request.target = target;
  request.headers = std::move(headers);
  request.body = body;
  request.id = "test";
  request.received = std::chrono::steady_clock::now();
  return answer_request(*site_, listener, request);
}

Response HttpFixture::admin(const std::string& method, const std::string& target,
                            const std::string& body) {
  return ask(method, target, {{"Content-Type", "application/json"}}, body, Listener::admin);
}

void HttpFixture::change(std::uint32_t view, const std::vector<SignedRow>& rows) {
  sink_->apply(generations_[view], makers_[view].delta(rows));
  sink_->commit(sink_->frontier(), at(sink_->frontier().end().value + 0x10));
}

void HttpFixture::rebuild(std::uint32_t view, const std::vector<SignedRow>& rows) {
  generations_[view] = sink_->begin_generation(view);
  sink_->load(generations_[view], makers_[view].delta(rows));
  sink_->activate(generations_[view]);
  sink_->commit(sink_->frontier(), at(sink_->frontier().end().value + 0x10));
}

std::string problem_of(const Response& response) {
  if (header_of(response, "Content-Type") != "application/problem+json") return "no problem";
  const auto json = nlohmann::json::parse(response.body);
  return json.at("type").get<std::string>().substr(20);  // urn:deltamill:error:
}

}  // namespace deltamill
