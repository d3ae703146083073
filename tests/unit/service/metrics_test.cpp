// The metrics page, and what fills it outside the composition root.
#include "service/telemetry/metrics.h"

#include <catch2/catch.hpp>

#include "service/pipeline/operator_gauges.h"

namespace deltamill {

namespace {

// The value of a line of the page; -1 = there is no such line.
double value_of(const Metrics& metrics, const std::string& name) {
  const std::string text = "\n" + metrics.text();
  const std::size_t at = text.find("\n" + name + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE("the process tells of its files, threads and start") {
  const Metrics metrics;
  CHECK(value_of(metrics, "process_open_fds") >= 3);
  CHECK(value_of(metrics, "process_max_fds") >= value_of(metrics, "process_open_fds"));
  CHECK(value_of(metrics, "process_threads") >= 1);
  const auto now = static_cast<double>(std::time(nullptr));
  CHECK(value_of(metrics, "process_start_time_seconds") > now - 3600);
  CHECK(value_of(metrics, "process_start_time_seconds") < now + 2);
  CHECK(value_of(metrics, "process_resident_memory_bytes") > 100'000);
  CHECK(value_of(metrics, "process_virtual_memory_bytes") >
        value_of(metrics, "process_resident_memory_bytes"));
}

TEST_CASE("a counter that is kept elsewhere never falls") {
  Metrics metrics;
  const std::string name = "deltamill_trace_events_dropped_total{reason=\"slow\"}";
  metrics.raise_to("trace_events_dropped_total", 0, {{"reason", "slow"}});
  CHECK(value_of(metrics, name) == 0);
  metrics.raise_to("trace_events_dropped_total", 5, {{"reason", "slow"}});
  metrics.raise_to("trace_events_dropped_total", 5, {{"reason", "slow"}});
  metrics.raise_to("trace_events_dropped_total", 3, {{"reason", "slow"}});
  CHECK(value_of(metrics, name) == 5);
}

TEST_CASE("operators of one name are shown together, those of several views without one") {
  Metrics metrics;
  OperatorGauges gauges(metrics);
  const std::chrono::steady_clock::time_point now{std::chrono::hours(1)};
  REQUIRE(gauges.due(now));
  gauges.set({{.view = "v", .name = "join", .readers = {}, .rows = 2, .bytes = 20},
              {.view = "v", .name = "join", .readers = {}, .rows = 3, .bytes = 30},
              {.view = "", .name = "table public.t", .readers = {}, .rows = 7, .bytes = 70}},
             now);
  CHECK(value_of(metrics, "deltamill_operator_rows{operator=\"join\",view=\"v\"}") == 5);
  CHECK(value_of(metrics, "deltamill_operator_bytes{operator=\"join\",view=\"v\"}") == 50);
  CHECK(value_of(metrics, "deltamill_operator_rows{operator=\"table public.t\",view=\"\"}") == 7);
  CHECK_FALSE(gauges.due(now + std::chrono::seconds(1)));
  CHECK(gauges.due(now + std::chrono::seconds(3)));
}

}  // namespace deltamill
