// The metrics of the process that Prometheus clients agree on (process_*), read from /proc and
// getrlimit.
#include "service/telemetry/process_metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace deltamill {

namespace {

// What /proc/self/stat says, in its units.
struct ProcessStat {
  bool known = false;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t started_ticks = 0;  // since the machine started
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

// The second field is the program's name in parentheses, which may hold anything; fields are
// counted from the third on.
ProcessStat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  ProcessStat stat;
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return stat;
  std::istringstream fields(line.substr(end + 1));
  std::string field;
  const auto skip = [&](int count) {
    while (count-- > 0) fields >> field;
  };
  skip(11);
  fields >> stat.user_ticks >> stat.system_ticks;
  skip(4);
  fields >> stat.threads;
  skip(1);
  fields >> stat.started_ticks >> stat.virtual_bytes >> stat.resident_pages;
  stat.known = !fields.fail();
  return stat;
}

// Unix time at which the machine started; 0 = unknown.
double machine_started() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return 0;
}

std::uint64_t open_files() {
  std::uint64_t count = 0;
  std::error_code unknown;
  for (std::filesystem::directory_iterator at("/proc/self/fd", unknown), end; !unknown && at != end;
       at.increment(unknown))
    ++count;
  return count == 0 ? 0 : count - 1;  // without the one that reads the directory
}

void append(const char* name, const char* kind, const char* help, double value, std::string& text) {
  text += fmt::format("# HELP process_{0} {2}\n# TYPE process_{0} {1}\nprocess_{0} {3}\n", name,
                      kind, help, value);
}

void append_limit(const char* name, const char* help, int resource, std::string& text) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
  append(name, "gauge", help, static_cast<double>(limit.rlim_cur), text);
}

}  // namespace

std::string process_metrics() {
  std::string text;
  const ProcessStat stat = read_stat();
  if (stat.known) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page_bytes = static_cast<double>(sysconf(_SC_PAGESIZE));
    append("cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.",
           static_cast<double>(stat.user_ticks + stat.system_ticks) / ticks, text);
    append("resident_memory_bytes", "gauge", "Resident memory size in bytes.",
           static_cast<double>(stat.resident_pages) * page_bytes, text);
    append("virtual_memory_bytes", "gauge", "Virtual memory size in bytes.",
           static_cast<double>(stat.virtual_bytes), text);
    append("threads", "gauge", "Number of OS threads in the process.",
           static_cast<double>(stat.threads), text);
    append("start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.",
           machine_started() + static_cast<double>(stat.started_ticks) / ticks, text);
  }
  append("open_fds", "gauge", "Number of open file descriptors.", static_cast<double>(open_files()),
         text);
  append_limit("max_fds", "Maximum number of open file descriptors.", RLIMIT_NOFILE, text);
  append_limit("virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.",
               RLIMIT_AS, text);
  return text;
}

}  // namespace deltamill
