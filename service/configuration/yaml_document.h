// YAML as a strict tree with positions: scalars are text, and duplicate keys, anchors, aliases,
// tags and merge keys are errors. The only neighbour of yaml-cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "views/sql/diagnostic.h"

namespace deltamill {

struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string text;             // scalar
  bool quoted = false;         // scalar in quotes: never null
  bool reported = false;       // an error was reported for it already: skip it
  std::uint32_t line = 1;       // 1-based
  std::uint32_t column = 1;     // 1-based
  std::vector<YamlNode> items;  // list
  struct Entry;
  std::vector<Entry> entries;  // map, in order

  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

struct YamlNode::Entry {
  std::string key;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  YamlNode value;
};

// A file's text being read: where diagnostics go and what they show.
class YamlSource {
 public:
  // `first_line` and `first_column`: where `text` begins in the file, for a header inside a .sql
  // file.
  YamlSource(std::string file, std::string text, Diagnostics& diagnostics,
             std::uint32_t first_line = 1, std::uint32_t first_column = 1);

  // Parses one document; on a syntax error reports it and returns a null node.
  [[nodiscard]] YamlNode parse();

  void error(const YamlNode& at, std::string_view code, std::string message, std::string hint = {});
  void error(const YamlNode::Entry& at, std::string_view code, std::string message,
             std::string hint = {});
  void error_at(std::uint32_t line, std::uint32_t column, std::size_t length, std::string_view code,
                std::string message, std::string hint);
  void warning(const YamlNode& at, std::string_view code, std::string message,
               std::string hint = {});
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void report(Diagnostic diagnostic, std::size_t length);

  std::string file_;
  std::string text_;
  Diagnostics& diagnostics_;
  std::uint32_t first_line_;
  std::uint32_t first_column_;
  bool failed_ = false;
};

// The candidate nearest to `word` (Levenshtein distance at most a third of its length), or empty.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string_view>& candidates);

// `did you mean "x"?`, or empty when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace deltamill
