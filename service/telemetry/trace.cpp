// Makes the lines of trace events and hands them to spdlog as plain text. Its queue is bounded and
// drops the oldest: a terminal that does not read must not stop the service.
#include "service/telemetry/trace.h"

#include <fmt/chrono.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>

#include "views/data/text_form.h"

namespace deltamill {

namespace {

constexpr std::size_t queued_events_max = 8192;

constexpr std::string_view level_names[] = {"error", "warning", "info", "debug"};
constexpr std::string_view journal_prefixes[] = {"<3>", "<4>", "<6>", "<7>"};

std::string now_text() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto milliseconds = now.time_since_epoch().count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), milliseconds);
}

// A value of logfmt: bare if it is one plain word, otherwise quoted and escaped as JSON.
void append_logfmt(std::string_view name, std::string_view value, std::string& line) {
  if (!line.empty()) line += ' ';
  line += name;
  line += '=';
  const bool plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::ranges::none_of(value, [](char letter) {
                       return static_cast<unsigned char>(letter) < 0x20;
                     });
  if (plain)
    line += value;
  else
    append_json_string(value, line);
}

void append_member(std::string_view name, std::string_view value, std::string& line) {
  line += line.empty() ? '{' : ',';
  append_json_string(name, line);
  line += ':';
  append_json_string(value, line);
}

}  // namespace

struct Trace::Writer {
  // spdlog's own interface asks for shared ownership.
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): at start
  bool to_journal = std::getenv("JOURNAL_STREAM") != nullptr;
};

Trace::Trace(const TraceSettings& settings)
    : writer_(std::make_unique<Writer>()), settings_(settings) {
  writer_->pool = std::make_shared<spdlog::details::thread_pool>(queued_events_max, 1);
  writer_->logger = std::make_shared<spdlog::async_logger>(
      "deltamill", std::make_shared<spdlog::sinks::stderr_sink_mt>(), writer_->pool,
      spdlog::async_overflow_policy::overrun_oldest);
  writer_->logger->set_pattern("%v");
  // What matters is out before a crash that may follow it.
  writer_->logger->flush_on(spdlog::level::warn);
}

Trace::~Trace() {
  writer_->logger->flush();
}

void Trace::event(TraceLevel level, std::string_view event, std::string_view message,
                  std::initializer_list<TraceField> fields) {
  if (level > settings_.level) return;
  const auto append = settings_.format == TraceFormat::json ? append_member : append_logfmt;
  std::string line;
  append("time", now_text(), line);
  append("level", level_names[static_cast<std::size_t>(level)], line);
  append("event", event, line);
  for (const TraceField& field : fields) append(field.name, field.value, line);
  append("msg", message, line);
  if (settings_.format == TraceFormat::json) line += '}';
  // systemd's journal takes the priority from this prefix (sd-daemon(3)).
  if (writer_->to_journal) line.insert(0, journal_prefixes[static_cast<std::size_t>(level)]);
  const auto severity = level == TraceLevel::error     ? spdlog::level::err
                        : level == TraceLevel::warning ? spdlog::level::warn
                                                       : spdlog::level::info;
  writer_->logger->log(severity, spdlog::string_view_t(line.data(), line.size()));
}

void Trace::flush() {
  writer_->logger->flush();
}

std::size_t Trace::dropped() const {
  return writer_->pool->overrun_counter();
}

}  // namespace deltamill
