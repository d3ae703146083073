// Both rules read #include "..." alone: what stands in <> is nobody's of ours.
#include "tests/tidy/includes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "tests/tidy/lines.h"

namespace deltamill::tidy {

namespace {

// What a file may include stands before it in this list, or in its own row. A row is a directory
// with all below it that has no row of its own, or one file without its ending.
constexpr std::array flow = {
    std::string_view("views/data"),
    std::string_view("views/functions"),
    std::string_view("views/expressions"),
    std::string_view("views/plan"),
    std::string_view("views/sql"),
    std::string_view("views/dataflow"),
    std::string_view("migrations"),
    std::string_view("sinks"),
    // What every stage of the process speaks of, and the time and queues between threads.
    std::string_view("service/condition"),
    std::string_view("service/mutex"),
    std::string_view("service/clock"),
    std::string_view("service/atomic_frontier"),
    std::string_view("service/random_epoch"),
    std::string_view("service/time_zone_database"),
    std::string_view("service/bounded_queue"),
    std::string_view("service/configuration"),
    std::string_view("service/telemetry"),
    std::string_view("service/journal"),
    std::string_view("service/source"),
    std::string_view("service/pipeline"),
    std::string_view("service/deployment"),
    std::string_view("service/http"),
    std::string_view("service"),  // composition, supervision, answers
    std::string_view("service/cli"),
    std::string_view("service/main"),
    std::string_view("tests"),
};

bool is_in(std::string_view path, std::string_view row) {
  return path.starts_with(row) && path.size() > row.size() &&
         (path[row.size()] == '/' || path[row.size()] == '.');
}

// The most exact row wins; the end = no row.
std::size_t place_in_flow(std::string_view path) {
  std::size_t place = flow.size();
  for (std::size_t row = 0; row < flow.size(); ++row)
    if (is_in(path, flow[row]) && (place == flow.size() || flow[row].size() > flow[place].size()))
      place = row;
  return place;
}

bool may_include(std::string_view from, std::string_view target) {
  if (from.starts_with("sinks/") && target.starts_with("views/"))
    return target.starts_with("views/data/");
  return place_in_flow(from) < flow.size() && place_in_flow(target) <= place_in_flow(from);
}

// The target of #include "target", or nothing.
std::optional<std::string_view> included(std::string_view line) {
  constexpr std::string_view opening = "#include \"";
  if (!line.starts_with(opening)) return std::nullopt;
  line.remove_prefix(opening.size());
  return line.substr(0, line.find('"'));
}

std::string without_ending(std::string_view path) {
  return std::string(path.substr(0, path.rfind('.')));
}

// Tarjan's strongly connected components of the files' includes.
class Circles {
 public:
  explicit Circles(const std::vector<SourceFile>& files) {
    for (const SourceFile& file : files) {
      const std::string from = without_ending(file.path);
      for (const std::string_view line : lines_of(file.text))
        if (const auto target = included(line); target && without_ending(*target) != from)
          includes_[from].insert(without_ending(*target));
    }
  }

  Findings find() {
    for (const auto& [file, targets] : includes_)
      if (!numbers_.contains(file)) visit(file);
    std::ranges::sort(findings_);
    return std::move(findings_);
  }

 private:
  // The lowest number on the stack that the file reaches.
  std::size_t visit(const std::string& file) {
    const std::size_t number = numbers_.size();
    numbers_[file] = number;
    std::size_t lowest = number;
    stack_.push_back(file);
    if (const auto targets = includes_.find(file); targets != includes_.end())
      for (const std::string& target : targets->second) {
        if (!numbers_.contains(target))
          lowest = std::min(lowest, visit(target));
        else if (std::ranges::find(stack_, target) != stack_.end())
          lowest = std::min(lowest, numbers_[target]);
      }
    if (lowest == number) take_circle(file);
    return lowest;
  }

  // What lies on the stack from the file on reaches it, and is reached by it.
  void take_circle(const std::string& file) {
    const auto first = std::ranges::find(stack_, file);
    if (stack_.end() - first > 1) {
      std::sort(first, stack_.end());
      std::string names;
      for (auto member = first; member != stack_.end(); ++member)
        names += (names.empty() ? "" : ", ") + *member;
      findings_.push_back("a circle of includes: " + names);
    }
    stack_.erase(first, stack_.end());
  }

  std::map<std::string, std::set<std::string>> includes_;
  std::map<std::string, std::size_t> numbers_;  // in the order of visits
  std::vector<std::string> stack_;
  Findings findings_;
};

}  // namespace

Findings wrong_includes(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line)
    if (const auto target = included(lines[line]); target && !may_include(file.path, *target))
      findings.push_back(at(file, line, "must not include " + std::string(*target)));
  return findings;
}

Findings include_circles(const std::vector<SourceFile>& files) {
  return Circles(files).find();
}

}  // namespace deltamill::tidy
