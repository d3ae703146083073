// YAML as a strict tree with positions: scalars are text, and duplicate keys, anchors, aliases,
// tags and merge keys are errors. Lines are shown without secrets. The only neighbour of yaml-cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/sql/diagnostic.h"

namespace deltamill {

struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string text;             // scalar
  bool quoted = false;          // scalar in quotes: never null
  bool reported = false;        // an error was reported for it already: skip it
  std::uint32_t line = 1;       // 1-based, within the YAML
  std::uint32_t column = 1;     // 1-based, in bytes
  std::uint32_t length = 1;     // characters to underline
  std::vector<YamlNode> items;  // list
  struct Entry;
  std::vector<Entry> entries;  // map, in order

  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  // Whether this is the scalar `word`; where the word is a boolean or a number, not in quotes.
  [[nodiscard]] bool is_word(std::string_view word) const;
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
  // The YAML is text[begin, end), for a header inside a .sql file; positions and lines shown are
  // those of the whole text.
  YamlSource(std::string file, std::string text, Diagnostics& diagnostics, std::size_t begin = 0,
             std::size_t end = std::string::npos);

  // Parses one document. Nothing = it is no YAML, which is reported. What this tree does not allow
  // is reported too, and the rest of the tree is there.
  [[nodiscard]] std::optional<YamlNode> parse();

  // The text is one value of a secret setting: of what does not look harmless, *** is shown.
  void hide_text() { hidden_ = true; }

  // A diagnostic that stands here and says nothing yet.
  [[nodiscard]] Diagnostic at(const YamlNode& node) const;
  [[nodiscard]] Diagnostic at(const YamlNode::Entry& entry) const;

  void error(const YamlNode& at, std::string_view code, std::string message, std::string hint = {});
  void error(const YamlNode::Entry& at, std::string_view code, std::string message,
             std::string hint = {});
  // About the file as a whole.
  void error(std::string_view code, std::string message, std::string hint = {});
  void warning(const YamlNode& at, std::string_view code, std::string message,
               std::string hint = {});
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    std::uint32_t length = 1;
  };

  [[nodiscard]] Diagnostic located(const Place& place) const;
  void report(Diagnostic diagnostic, std::string_view code, std::string message, std::string hint);
  [[nodiscard]] std::string line_of(std::uint32_t line) const;

  std::string file_;
  std::string text_;
  Diagnostics& diagnostics_;
  std::size_t begin_;
  std::size_t end_;
  std::uint32_t lines_before_ = 0;  // of text_ before the YAML
  std::uint32_t bytes_before_ = 0;  // in the line where the YAML begins
  bool hidden_ = false;
  bool failed_ = false;
};

}  // namespace deltamill
