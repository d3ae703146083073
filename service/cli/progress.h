// Progress on stderr: a line that is rewritten on a terminal, a plain line each ten seconds
// elsewhere, objects with --json.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "service/cli/commands.h"

namespace deltamill {

class Progress {
 public:
  enum class Form : std::uint8_t { none, terminal, plain, json };

  explicit Progress(Form form) : form_(form) {}
  ~Progress();

  // Thread-safe. `total_rows` 0 = unknown. Printed at most ten times a second on a terminal; off it
  // what takes less than ten seconds prints nothing.
  void report(const std::string& view, std::uint64_t rows, std::uint64_t total_rows);
  // Ends the line of what was reported.
  void finish();

 private:
  void print(const std::string& view, std::uint64_t rows, std::uint64_t total_rows, double rate);

  Form form_;
  std::mutex mutex_;
  std::string view_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point printed_;
  std::uint64_t lines_ = 0;  // printed about view_
  bool line_open_ = false;
};

// Where the progress of a command goes.
[[nodiscard]] Progress::Form progress_form(const CommonOptions& common);

// 3100000 as "3.1M", 148000 as "148k".
[[nodiscard]] std::string short_count(std::uint64_t count);

// The line of one report, without its end: "customer_balance  ######----  62%  3.1M/5.0M rows
// 148k/s  ETA 0:13".
[[nodiscard]] std::string progress_line(const std::string& view, std::uint64_t rows,
                                        std::uint64_t total_rows, double rows_per_second);

}  // namespace deltamill
