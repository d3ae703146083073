// Progress lines. What a line says is a pure function (progress_line); the class only decides when
// to print one.
#include "service/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "views/data/text_form.h"

namespace deltamill {

namespace {

double ratio_of(std::uint64_t rows, std::uint64_t total_rows) {
  if (total_rows == 0) return 0;
  return std::min(1.0, static_cast<double>(rows) / static_cast<double>(total_rows));
}

std::uint64_t eta_seconds(std::uint64_t rows, std::uint64_t total_rows, double rate) {
  if (rate <= 0 || rows >= total_rows) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(total_rows - rows) / rate);
}

}  // namespace

std::string short_count(std::uint64_t count) {
  const auto scaled = [](double value, char unit) {
    return value < 10 ? fmt::format("{:.1f}{}", value, unit) : fmt::format("{:.0f}{}", value, unit);
  };
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return scaled(value / 1e9, 'G');
  if (count >= 1'000'000) return scaled(value / 1e6, 'M');
  if (count >= 1'000) return scaled(value / 1e3, 'k');
  return std::to_string(count);
}

std::string progress_line(const std::string& view, std::uint64_t rows, std::uint64_t total_rows,
                          double rows_per_second) {
  const std::string speed = short_count(static_cast<std::uint64_t>(rows_per_second)) + "/s";
  if (total_rows == 0) return fmt::format("{}  {} rows  {}", view, short_count(rows), speed);
  const double ratio = ratio_of(rows, total_rows);
  const auto filled = static_cast<std::size_t>(ratio * 10);
  const std::uint64_t eta = eta_seconds(rows, total_rows, rows_per_second);
  return fmt::format("{}  {}{}  {:.0f}%  {}/{} rows  {}  ETA {}:{:02}", view,
                     std::string(filled, '#'), std::string(10 - filled, '-'), ratio * 100,
                     short_count(rows), short_count(total_rows), speed, eta / 60, eta % 60);
}

Progress::Form progress_form(const CommonOptions& common) {
  if (common.quiet) return Progress::Form::none;
  if (common.json) return Progress::Form::json;
  return isatty(STDERR_FILENO) == 1 ? Progress::Form::terminal : Progress::Form::plain;
}

Progress::~Progress() {
  finish();
}

void Progress::report(const std::string& view, std::uint64_t rows, std::uint64_t total_rows) {
  if (form_ == Form::none) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (view != view_) {
    view_ = view;
    began_ = now;
    printed_ = now;
    lines_ = 0;
  }
  const auto pause =
      form_ == Form::terminal ? std::chrono::milliseconds(100) : std::chrono::seconds(10);
  const bool ends = total_rows != 0 && rows >= total_rows && lines_ > 0;
  if (now - printed_ < pause && !ends) return;
  printed_ = now;
  ++lines_;
  const std::chrono::duration<double> elapsed = now - began_;
  print(view, rows, total_rows,
        elapsed.count() > 0 ? static_cast<double>(rows) / elapsed.count() : 0);
}

void Progress::print(const std::string& view, std::uint64_t rows, std::uint64_t total_rows,
                     double rate) {
  if (form_ == Form::json) {
    std::string name;
    append_json_string(view, name);
    fmt::print(stderr,
               "{{\"progress\":{{\"view\":{},\"ratio\":{:.4f},\"rows\":{},\"total_rows\":{},"
               "\"rows_per_second\":{:.0f},\"eta_seconds\":{}}}}}\n",
               name, ratio_of(rows, total_rows), rows, total_rows, rate,
               eta_seconds(rows, total_rows, rate));
    return;
  }
  const std::string line = progress_line(view, rows, total_rows, rate);
  fmt::print(stderr, "{}{}{}", form_ == Form::terminal ? "\r\033[K" : "", line,
             form_ == Form::terminal ? "" : "\n");
  std::fflush(stderr);
  line_open_ = form_ == Form::terminal;
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (line_open_) fmt::print(stderr, "\n");
  line_open_ = false;
  view_.clear();
}

}  // namespace deltamill
