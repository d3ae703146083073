// The fake process and the store beneath it.
#include "tests/unit/http/http_fixture.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>

namespace deltamill {

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
  return finish(process, begin(request, listener));
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

namespace {

void await(FakeProcess& process, const Wait& until) {
  std::mutex mutex;
  std::condition_variable moved;
  const Subscription subscription = process.on_move([&] {
    const std::lock_guard lock(mutex);
    moved.notify_all();
  });
  std::unique_lock lock(mutex);
  moved.wait_until(lock, until.deadline, [&] {
    return process.stopping() ||
           (until.position && process.store_frontier().has_reached(*until.position));
  });
}

}  // namespace

Response finish(FakeProcess& process, Answer answer) {
  while (auto* const waiting = std::get_if<Waiting>(&answer)) {
    await(process, waiting->until);
    const std::function<Answer()> then = std::move(waiting->then);
    answer = then();
  }
  Response response = std::get<Response>(std::move(answer));
  while (response.rest) {
    BodyPiece piece = response.rest->next();
    if (const auto* const bytes = std::get_if<std::string>(&piece)) response.body += *bytes;
    if (std::holds_alternative<EndOfBody>(piece)) response.rest.reset();
  }
  return response;
}

std::string problem_of(const Response& response) {
  if (header_of(response, "Content-Type") != "application/problem+json") return "no problem";
  const auto json = nlohmann::json::parse(response.body);
  return json.at("type").get<std::string>().substr(20);  // urn:deltamill:error:
}

}  // namespace deltamill
