// status: the service's own report, as a page for people or as it is.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "service/cli/running_service.h"

namespace deltamill {

namespace {

std::string text_of(const Json& object, const char* member) {
  const Json& value = object.at(member);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  const char* unit = "KiB";
  for (const char* const larger : {"MiB", "GiB", "TiB"}) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

void print_source(const Json& status) {
  const Json& source = status.at("source");
  const Json& slot = source.at("slot");
  const Json& retained = slot.at("retained_bytes");
  std::string line = "not connected";
  if (source.at("connected").get<bool>())
    line = fmt::format("connected at {}, lag {} ms", text_of(source, "position"),
                       source.at("lag_ms").get<std::int64_t>());
  fmt::print("source   {}; slot {} retains {}\n", line, text_of(slot, "name"),
             retained.is_number() ? size_text(retained.get<std::uint64_t>()) : "an unknown amount");
  const Json& journal = status.at("journal");
  fmt::print("journal  durable to {}, {}\n", text_of(journal, "durable"),
             size_text(journal.at("bytes").get<std::uint64_t>()));
}

void print_views(const Json& views) {
  std::size_t width = 4;
  for (const Json& view : views) width = std::max(width, text_of(view, "name").size());
  fmt::print("\n{:<{}}  {:<9}  {:>12}  {:>9}  {}\n", "view", width, "condition", "rows", "lag ms",
             "frontier");
  for (const Json& view : views) {
    fmt::print("{:<{}}  {:<9}  {:>12}  {:>9}  {}\n", text_of(view, "name"), width,
               text_of(view, "condition"), view.at("rows").get<std::uint64_t>(),
               view.at("lag_ms").get<std::int64_t>(), text_of(view, "frontier"));
    if (const std::string reason = text_of(view, "reason"); !reason.empty())
      fmt::print("  {}\n", reason);
    if (const auto errors = view.at("error_rows").get<std::uint64_t>(); errors != 0)
      fmt::print("  {} rows in error: GET /v1/views/{}/errors\n", errors, text_of(view, "name"));
  }
}

void print_jobs(const Json& jobs) {
  if (!jobs.empty()) fmt::print("\n");
  for (const Json& job : jobs) {
    const std::string error = text_of(job, "error");
    fmt::print("job {}  {} of {}: {}{}{}\n", text_of(job, "id"), text_of(job, "kind"),
               text_of(job, "view"), text_of(job, "state"), error.empty() ? "" : ": ", error);
  }
}

void print_status(const Json& status) {
  fmt::print("{}: {}\n", text_of(status, "project"),
             status.at("ready").get<bool>() ? "ready" : "not ready");
  print_source(status);
  print_views(status.at("views"));
  print_jobs(status.at("jobs"));
}

}  // namespace

ExitCode status(const CommonOptions& common, const StatusOptions& options) {
  return with_service(common, [&](RunningService& service) {
    while (true) {
      const std::string text = service.get_text("/v1/status");
      const Json status = status_of(text);
      if (common.json)
        std::cout << text << "\n" << std::flush;
      else
        print_status(status);
      std::fflush(stdout);
      if (!options.watch)
        return status.at("ready").get<bool>() ? ExitCode::done : ExitCode::not_ready;
      std::this_thread::sleep_for(std::chrono::seconds(1));
      if (!common.json) fmt::print("\n");
    }
  });
}

}  // namespace deltamill
