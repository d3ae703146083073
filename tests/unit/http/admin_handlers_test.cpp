// The operator's routes.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/http/http_fixture.h"

namespace deltamill {

using Json = nlohmann::json;

namespace {

HttpFixture make_site() {
  return HttpFixture({{"a", {column("id", TypeKind::int4)}, KeyColumns{0}, {{1, {"1"}}}}});
}

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("health and readiness speak by their status") {
  HttpFixture http = make_site();
  CHECK(http.admin("GET", "/healthz").body == "ok");
  CHECK(http.admin("GET", "/readyz").body == R"({"ready":true,"checks":[]})");
  http.process.alive = false;
  http.process.checks = {{"view a", true, ""}, {"lag", false, "40 s"}};
  CHECK(http.admin("GET", "/healthz").status == 500);
  const Response ready = http.admin("GET", "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.body == R"({"ready":false,"checks":[{"name":"view a","ok":true,"detail":null},)"
                      R"({"name":"lag","ok":false,"detail":"40 s"}]})");
}

TEST_CASE("metrics are Prometheus text") {
  HttpFixture http = make_site();
  const Response response = http.admin("GET", "/metrics");
  CHECK(response.body == "deltamill_build_info 1\n");
  CHECK(header_of(response, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("the status has all members of the contract") {
  HttpFixture http = make_site();
  http.process.sinks.push_back({"local", "sqlite", "following", at(0x10), 0, ""});
  const Json status = Json::parse(http.admin("GET", "/v1/status").body);
  CHECK(names_of(status) == std::vector<std::string>{"epoch", "jobs", "journal", "memory",
                                                     "project", "ready", "sinks", "source",
                                                     "version", "views"});
  CHECK(names_of(status.at("source")) == std::vector<std::string>{"confirmed", "connected",
                                                                  "lag_ms", "position", "received",
                                                                  "slot", "system_id", "timeline"});
  CHECK(names_of(status.at("source").at("slot")) ==
        std::vector<std::string>{"active", "name", "retained_bytes", "safe_bytes", "wal_status"});
  CHECK(names_of(status.at("views").at(0)) ==
        std::vector<std::string>{"condition", "error_rows", "frontier", "generation", "held",
                                 "lag_ms", "name", "previous_generation", "reason", "rebuild",
                                 "rows", "sinks"});
  CHECK(status.at("views").at(0).at("sinks").dump() == R"(["local"])");
  CHECK(status.at("journal").dump() == R"({"bytes":4096,"durable":"0/40","oldest":"0/10"})");
}

TEST_CASE("a rebuild is a job that can be watched and cancelled") {
  HttpFixture http = make_site();
  const Response started = http.admin("POST", "/v1/views/a/rebuild", R"({"from":"journal"})");
  CHECK(started.status == 202);
  CHECK(header_of(started, "Location") == "/v1/jobs/job-1");
  CHECK(problem_of(http.admin("POST", "/v1/views/a/rebuild", "{}")) == "job_conflict");
  const Json job = Json::parse(http.admin("GET", "/v1/jobs/job-1").body);
  CHECK(job.at("kind") == "rebuild");
  CHECK(job.at("state") == "running");
  CHECK(job.at("phase") == "load");
  CHECK(job.at("progress").at("ratio") == 0.25);
  CHECK(job.at("progress").at("eta_seconds") == 1.5);
  CHECK(Json::parse(http.admin("GET", "/v1/jobs").body).size() == 1);
  CHECK(http.admin("DELETE", "/v1/jobs/job-1").status == 204);
  CHECK(Json::parse(http.admin("GET", "/v1/jobs/job-1").body).at("state") == "cancelled");
  CHECK(problem_of(http.admin("DELETE", "/v1/jobs/nope")) == "unknown_job");
  CHECK(problem_of(http.admin("GET", "/v1/jobs/nope")) == "unknown_job");
}

TEST_CASE("a verify is a job with a result") {
  HttpFixture http = make_site();
  CHECK(http.admin("POST", "/v1/views/a/verify", R"({"repair":false})").status == 202);
  const Json job = Json::parse(http.admin("GET", "/v1/jobs/job-1").body);
  CHECK(job.at("kind") == "verify");
  CHECK(job.at("result").dump() == R"({"missing":0})");
  CHECK(problem_of(http.admin("POST", "/v1/views/a/verify", R"({"repair":true})")) ==
        "not_implemented");
}

TEST_CASE("a verify shows as many differences as it is told to") {
  HttpFixture http = make_site();
  const std::string path = "/v1/views/a/verify";
  CHECK(http.admin("POST", path, "{}").status == 202);
  CHECK(http.process.verify_sample_max == 20);
  for (const std::size_t limit : {0U, 1U, 1000U}) {
    const std::string body = R"({"repair":false,"limit":)" + std::to_string(limit) + "}";
    CHECK(http.admin("POST", path, body).status == 202);
    CHECK(http.process.verify_sample_max == limit);
  }
  for (const char* limit : {"1001", "-1", "1.5", "\"9\"", "null", "1e3", "18446744073709551617"})
    CHECK(problem_of(http.admin("POST", path, R"({"limit":)" + std::string(limit) + "}")) ==
          "bad_request");
}

TEST_CASE("the rows in a result keep their digits") {
  HttpFixture http = make_site();
  const std::string result = R"({"sample":[{"view":{"a":1.10,"b":1e400}}]})";
  CHECK(http.admin("POST", "/v1/views/a/verify", "{}").status == 202);
  http.process.job_list[0].result_json = result;
  for (const char* path : {"/v1/jobs/job-1", "/v1/jobs", "/v1/status"})
    CHECK(http.admin("GET", path).body.find("\"result\":" + result) != std::string::npos);
}

TEST_CASE("bodies are JSON objects of known members") {
  HttpFixture http = make_site();
  const std::string path = "/v1/views/a/rebuild";
  for (const char* body :
       {"", "[]", "null", "{", R"({"from":"moon"})", R"({"form":"journal"})", R"({"from":1})"})
    CHECK(problem_of(http.admin("POST", path, body)) == "bad_request");
  CHECK(problem_of(http.ask("POST", path, {}, "{}", Listener::admin)) == "unsupported_media_type");
  CHECK(problem_of(http.ask("POST", path, {{"Content-Type", "text/plain"}}, "{}",
                            Listener::admin)) == "unsupported_media_type");
  CHECK(http.ask("POST", path, {{"Content-Type", "application/json; charset=utf-8"}}, "{}",
                 Listener::admin)
            .status == 202);
  CHECK(problem_of(http.admin("POST", "/v1/views/nope/rebuild", "{}")) == "unknown_view");
}

TEST_CASE("the plan and the rows in error of a view") {
  HttpFixture http = make_site();
  http.process.errors.push_back({"(1)", "project", "division by zero"});
  CHECK(http.admin("GET", "/v1/views/a/explain").body ==
        R"({"view":"a","plan":"plan of a","operators":null})");
  http.process.operator_states = {{"table public.t", true, 7, 700}, {"view a", false, 3, 300}};
  CHECK(http.admin("GET", "/v1/views/a/explain").body ==
        R"({"view":"a","plan":"plan of a","operators":[)"
        R"({"name":"table public.t","shared":true,"rows":7,"bytes":700},)"
        R"({"name":"view a","shared":false,"rows":3,"bytes":300}]})");
  CHECK(http.admin("GET", "/v1/views/a/errors").body ==
        R"x([{"key":"(1)","operator":"project","message":"division by zero"}])x");
}

TEST_CASE("what this version lacks says so") {
  HttpFixture http = make_site();
  for (const char* path : {"/", "/v1/graph", "/v1/plan", "/openapi.json"})
    CHECK(problem_of(http.admin("GET", path)) == "not_implemented");
  for (const char* path :
       {"/v1/apply", "/v1/views/a/rollback", "/v1/views/a/pause", "/v1/views/a/resume"})
    CHECK(problem_of(http.admin("POST", path, "{}")) == "not_implemented");
  CHECK(problem_of(http.admin("POST", "/v1/views/a/rebuild", R"({"from":"source"})")) ==
        "not_implemented");
  CHECK(header_of(http.admin("GET", "/v1/apply"), "Allow") == "POST, OPTIONS");
  CHECK(header_of(http.admin("POST", "/v1/jobs/x"), "Allow") == "GET, HEAD, DELETE, OPTIONS");
}

TEST_CASE("paths that take no parameters refuse them, probes aside") {
  HttpFixture http = make_site();
  for (const char* path : {"/v1/views?x=1", "/v1/status?x=1", "/v1/jobs?state=done",
                           "/v1/views/a/explain?format=json", "/v1/views/a/errors?limit=1"})
    CHECK(problem_of(http.admin("GET", path)) == "bad_query");
  CHECK(problem_of(http.admin("POST", "/v1/views/a/rebuild?from=source", "{}")) == "bad_query");
  CHECK(http.admin("GET", "/v1/views?").status == 200);
  CHECK(http.admin("GET", "/healthz?x=1").status == 200);
}

TEST_CASE("a refused method counts for its route") {
  HttpFixture http = make_site();
  CHECK(http.admin("POST", "/v1/jobs/x", "{}").status == 405);
  CHECK(http.process.counted == std::vector<std::string>{"/v1/jobs/{id} 405"});
}

TEST_CASE("a store that fails is a 500 without details") {
  HttpFixture http = make_site();
  std::string reported;
  SiteOptions options;
  options.report_failure = [&reported](const std::string& what) { reported = what; };
  StoreReader missing("/nonexistent/views.db", 1);
  Site site(http.process, http.process, http.process, missing, options);
  Request request;
  request.method = "GET";
  request.target = "/v1/views/a";
  const Response response = std::get<Response>(answer_request(site, Listener::open, request));
  CHECK(problem_of(response) == "internal");
  CHECK(response.body.find("nonexistent") == std::string::npos);
  CHECK_FALSE(reported.empty());
}

}  // namespace deltamill
