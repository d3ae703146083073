// Answers for operators: JSON about the process, and the jobs that they start.
#include "service/http/admin_handlers.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "service/http/target.h"

namespace deltamill {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t error_rows_max = 1000;
// Differences that a verification shows: at most, and when it is not told how many.
constexpr std::size_t sample_max = 1000;
constexpr std::size_t sample_default = 20;

// What is not UTF-8 in an error text of the system is replaced instead of failing the answer.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Response answer_text(std::string text, const char* content_type, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  response.set("Content-Type", content_type);
  response.set("Cache-Control", "no-store");
  return response;
}

Response answer_json(std::string json, int status = 200) {
  return answer_text(std::move(json), "application/json", status);
}

Response answer_json(const Json& json, int status = 200) {
  return answer_json(text_of(json), status);
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

const char* to_string(JobKind kind) {
  return kind == JobKind::rebuild ? "rebuild" : "verify";
}

const char* to_string(JobState state) {
  switch (state) {
    case JobState::queued: return "queued";
    case JobState::running: return "running";
    case JobState::done: return "done";
    case JobState::failed: return "failed";
    case JobState::cancelled: return "cancelled";
  }
  return "failed";
}

Json progress_json(const JobStatus& job) {
  Json progress = {{"rows", job.rows},
                   {"total_rows", job.total_rows},
                   {"rows_per_second", job.rows_per_second},
                   {"ratio", nullptr},
                   {"eta_seconds", nullptr}};
  // Nothing is known of the whole yet: a ratio would be a guess.
  if (job.total_rows == 0) return progress;
  const auto rows = static_cast<double>(job.rows);
  const auto total = static_cast<double>(job.total_rows);
  progress["ratio"] = rows < total ? rows / total : 1.0;
  if (job.rows_per_second > 0)
    progress["eta_seconds"] = rows < total ? (total - rows) / job.rows_per_second : 0.0;
  return progress;
}

// The object with one member more, whose JSON goes into it unread: numbers of rows are not doubles.
std::string with_member(const Json& object, std::string_view name, std::string_view value) {
  std::string json = text_of(object);
  json.back() = ',';
  return json.append("\"").append(name).append("\":").append(value).append("}");
}

std::string job_json(const JobStatus& job) {
  const Json members = {{"id", job.id},
                        {"kind", to_string(job.kind)},
                        {"view", job.view},
                        {"state", to_string(job.state)},
                        {"phase", or_null(job.phase)},
                        {"progress", progress_json(job)},
                        {"error", or_null(job.error)},
                        {"started_at", or_null(job.started_at)},
                        {"finished_at", or_null(job.finished_at)}};
  return with_member(members, "result", job.result_json);
}

std::string jobs_json(Site& site) {
  std::string jobs = "[";
  for (const JobStatus& job : site.jobs().all())
    jobs += (jobs.size() > 1 ? "," : "") + job_json(job);
  return jobs + "]";
}

Json source_json(const SourceState& source) {
  Json slot = {{"name", source.slot},
               {"active", source.slot_active},
               {"wal_status", or_null(source.wal_status)},
               {"retained_bytes", source.retained_bytes},
               {"safe_bytes", nullptr}};
  // null: without max_slot_wal_keep_size the source drops no slot, however much WAL it keeps.
  if (source.safe_bytes) slot["safe_bytes"] = *source.safe_bytes;
  return {{"connected", source.connected},
          {"position", to_string(source.position)},
          {"received", to_string(source.received)},
          {"confirmed", to_string(source.confirmed)},
          {"lag_ms", source.lag_ms},
          {"system_id", source.system_id},
          {"timeline", source.timeline},
          {"slot", std::move(slot)}};
}

Json sink_json(const SinkState& sink) {
  return {{"name", sink.name},           {"type", sink.type},
          {"condition", sink.condition}, {"frontier", to_string(sink.frontier)},
          {"lag_ms", sink.lag_ms},       {"error", or_null(sink.error)}};
}

Json view_json(const ServedView& view, const ViewState& state, const Json& sink_names) {
  Json previous;
  if (state.previous_generation) previous = *state.previous_generation;
  return {{"name", view.name},
          {"condition", to_string(state.condition)},
          {"reason", or_null(state.reason)},
          {"generation", state.generation},
          {"previous_generation", std::move(previous)},
          {"held", false},
          {"frontier", to_string(state.frontier)},
          {"lag_ms", state.lag_ms},
          {"rows", state.rows},
          {"error_rows", state.error_rows},
          {"sinks", sink_names},
          {"rebuild", or_null(state.rebuild_job)}};
}

// The live sizes that go with a plan; null = nothing runs.
Json operators_json(const std::optional<std::vector<OperatorState>>& operators) {
  if (!operators) return nullptr;
  Json list = Json::array();
  for (const OperatorState& state : *operators)
    list.push_back({{"name", state.name},
                    {"shared", state.shared},
                    {"rows", state.rows},
                    {"bytes", state.bytes}});
  return list;
}

bool all_ok(const std::vector<ReadyCheck>& checks) {
  for (const ReadyCheck& check : checks)
    if (!check.ok) return false;
  return true;
}

// The members of a body: an object with nothing in it but those that are known. A misspelt member
// that is ignored looks as if it had been obeyed.
Json parse_body(const Request& request, std::initializer_list<std::string_view> known) {
  const std::string type = request.header("Content-Type").value_or("");
  const std::string_view media = std::string_view(type).substr(0, type.find_first_of("; "));
  // A page of another site cannot make a browser send this type without asking first (Fetch,
  // CORS-safelisted request headers), so it starts no job here.
  if (!equals_ignoring_case(media, "application/json"))
    throw Problem(ProblemName::unsupported_media_type, "Content-Type is not application/json");
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw Problem(ProblemName::bad_request, "the body is not a JSON object");
  for (const auto& [name, value] : body.items())
    if (std::ranges::find(known, name) == known.end())
      throw Problem(ProblemName::bad_request, "unknown member \"" + name + "\"");
  return body;
}

// How many differences a verification shows.
std::size_t sample_limit(const Json& body) {
  const auto limit = body.find("limit");
  if (limit == body.end()) return sample_default;
  if (limit->is_number_integer() && *limit >= 0 && *limit <= sample_max)
    return limit->get<std::size_t>();
  throw Problem(ProblemName::bad_request,
                "\"limit\" is a number from 0 to " + std::to_string(sample_max));
}

// 202 with the job, or 409.
Response answer_job(Site& site, const Call& call, const std::optional<std::string>& id) {
  if (!id)
    throw Problem(ProblemName::job_conflict,
                  "a job of this kind runs for view \"" + call.arguments[0] + "\"");
  // Short of a hundred others started since, it is there, perhaps ended already.
  const std::optional<JobStatus> job = site.jobs().find(*id);
  Response response = answer_json(job ? job_json(*job) : text_of({{"id", *id}}), 202);
  response.set("Location", "/v1/jobs/" + percent_encode(*id));
  return response;
}

void check_rebuild_source(const Json& body) {
  const auto from = body.find("from");
  if (from == body.end() || *from == "journal") return;
  if (*from == "source")
    throw Problem(ProblemName::not_implemented,
                  "a rebuild from the source is not available in this version");
  throw Problem(ProblemName::bad_request, "\"from\" is \"journal\" or \"source\"");
}

void check_repair(const Json& body) {
  const auto repair = body.find("repair");
  if (repair == body.end() || *repair == false) return;
  if (*repair == true)
    throw Problem(ProblemName::not_implemented, "repair is not available in this version");
  throw Problem(ProblemName::bad_request, "\"repair\" is true or false");
}

Problem unknown_job(const Call& call) {
  return {ProblemName::unknown_job, "there is no job \"" + call.arguments[0] + "\""};
}

}  // namespace

// Whether the process should be restarted: not whether it is up to date, nor whether the source
// answers. A restart mends neither.
Answer show_health(Site& site, const Call& /*call*/) {
  const bool alive = site.status().threads_alive();
  return answer_text(alive ? "ok" : "a thread does not answer", "text/plain; charset=utf-8",
                     alive ? 200 : 500);
}

// Whether to send traffic here, by the views that the project calls required.
Answer show_readiness(Site& site, const Call& /*call*/) {
  const std::vector<ReadyCheck> checks = site.status().ready_checks();
  const bool ready = all_ok(checks);
  Json list = Json::array();
  for (const ReadyCheck& check : checks)
    list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", or_null(check.detail)}});
  return answer_json(Json{{"ready", ready}, {"checks", std::move(list)}}, ready ? 200 : 503);
}

Answer show_metrics(Site& site, const Call& /*call*/) {
  return answer_text(site.status().metrics_text(), "text/plain; version=0.0.4; charset=utf-8");
}

// Not of one moment: each part is as of when it was asked. What must agree, a view's rows and its
// frontier, comes from one snapshot of the store.
Answer show_status(Site& site, const Call& /*call*/) {
  const StatusPage& status = site.status();
  const JournalState journal = status.journal_state();
  const MemoryState memory = status.memory_state();
  Json sinks = Json::array();
  Json sink_names = Json::array();
  for (const SinkState& sink : status.sink_states()) {
    sinks.push_back(sink_json(sink));
    sink_names.push_back(sink.name);
  }
  Json views = Json::array();
  for (std::size_t view = 0; view < status.views().size(); ++view)
    views.push_back(view_json(status.views()[view], status.view_state(view), sink_names));
  const Json members = {
      {"project", status.project()},
      {"version", status.version()},
      {"epoch", status.epoch()},
      {"ready", all_ok(status.ready_checks())},
      {"source", source_json(status.source_state())},
      {"journal",
       {{"oldest", to_string(journal.oldest)},
        {"durable", to_string(journal.durable)},
        {"bytes", journal.bytes}}},
      {"sinks", std::move(sinks)},
      {"views", std::move(views)},
      {"memory", {{"limit_bytes", memory.limit_bytes}, {"used_bytes", memory.used_bytes}}}};
  return answer_json(with_member(members, "jobs", jobs_json(site)));
}

Answer explain_view(Site& site, const Call& call) {
  const std::size_t view = site.find_view(call.listener, call.arguments[0]);
  const ServedView& served = site.status().views()[view];
  return answer_json(Json{{"view", served.name},
                          {"plan", served.explain},
                          {"operators", operators_json(site.status().operators(view))}});
}

Answer show_errors(Site& site, const Call& call) {
  const std::size_t view = site.find_view(call.listener, call.arguments[0]);
  Json list = Json::array();
  for (const ErrorRow& row : site.status().error_rows(view)) {
    if (list.size() == error_rows_max) break;
    list.push_back({{"key", row.key}, {"operator", row.operator_name}, {"message", row.message}});
  }
  return answer_json(list);
}

Answer start_rebuild(Site& site, const Call& call) {
  const std::size_t view = site.find_view(call.listener, call.arguments[0]);
  const Json body = parse_body(call.request, {"from"});
  check_rebuild_source(body);
  return answer_job(site, call, site.jobs().start_rebuild(view));
}

Answer start_verify(Site& site, const Call& call) {
  const std::size_t view = site.find_view(call.listener, call.arguments[0]);
  const Json body = parse_body(call.request, {"repair", "limit"});
  check_repair(body);
  return answer_job(site, call, site.jobs().start_verify(view, sample_limit(body)));
}

Answer list_jobs(Site& site, const Call& /*call*/) {
  return answer_json(jobs_json(site));
}

Answer show_job(Site& site, const Call& call) {
  const std::optional<JobStatus> job = site.jobs().find(call.arguments[0]);
  if (!job) throw unknown_job(call);
  return answer_json(job_json(*job));
}

Answer cancel_job(Site& site, const Call& call) {
  if (!site.jobs().find(call.arguments[0])) throw unknown_job(call);
  // A job that has finished meanwhile is what the caller wanted: not running.
  site.jobs().cancel(call.arguments[0]);
  Response response;
  response.status = 204;
  return response;
}

}  // namespace deltamill
