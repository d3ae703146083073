// Works on lines, and leans on clang-format for where braces stand.
#include "tests/tidy/rules.h"

#include <algorithm>
#include <array>
#include <optional>

namespace deltamill::tidy {

namespace {

constexpr std::size_t code_columns_max = 100;
constexpr std::size_t comment_columns_max = 120;
constexpr std::size_t function_lines_max = 60;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string at(const SourceFile& file, std::size_t line, const std::string& what) {
  return file.path + ":" + std::to_string(line + 1) + ": " + what;
}

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".h");
}

std::string_view without_indent(std::string_view line) {
  return line.substr(std::min(line.find_first_not_of(' '), line.size()));
}

std::size_t indent_of(std::string_view line) {
  return line.size() - without_indent(line).size();
}

std::size_t characters_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char byte) { return (byte & '\xc0') != '\x80'; }));
}

bool may_include(std::string_view from, std::string_view target) {
  if (from.starts_with("tests/")) return true;
  if (from.starts_with("views/")) return target.starts_with("views/");
  if (from.starts_with("sinks/"))
    return target.starts_with("sinks/") || target.starts_with("views/data/") ||
           target.starts_with("migrations/");
  return !target.starts_with("tests/");
}

// The target of #include "target", or nothing.
std::optional<std::string_view> included(std::string_view line) {
  constexpr std::string_view opening = "#include \"";
  if (!line.starts_with(opening)) return std::nullopt;
  line.remove_prefix(opening.size());
  return line.substr(0, line.find('"'));
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts,
                             [&](std::string_view start) { return text.starts_with(start); });
}

bool opens_comment(const SourceFile& file, std::string_view line) {
  if (is_cpp(file)) return line.starts_with("//");
  if (file.path.ends_with(".sql")) return starts_with_any(line, {"--", "/*"});
  return line.starts_with("#");
}

// Where the head of the function begins whose brace ends this line; nothing = it is no function.
std::optional<std::size_t> function_head(const std::vector<std::string_view>& lines,
                                         std::size_t line) {
  if (!lines[line].ends_with(" {") || without_indent(lines[line]).starts_with("{"))
    return std::nullopt;  // not a block, or a row of a table
  std::size_t first = line;
  while (first > 0) {
    const std::string_view previous = lines[first - 1];
    if (previous.empty() || starts_with_any(without_indent(previous), {"//", "#", "}"}) ||
        std::string_view(";{}:").find(previous.back()) != std::string_view::npos)
      break;
    --first;
  }
  if (starts_with_any(without_indent(lines[first]),
                      {"namespace", "class ", "struct ", "union ", "enum ", "extern "}))
    return std::nullopt;
  for (std::size_t part = first; part <= line; ++part) {
    if (lines[part].find(" = {") != std::string_view::npos) return std::nullopt;
    if (lines[part].find('(') != std::string_view::npos) return first;
  }
  return std::nullopt;
}

// The line of the brace that closes what `begin` opened.
std::size_t closing_line(const std::vector<std::string_view>& lines, std::size_t begin,
                         std::size_t indent) {
  for (std::size_t line = begin + 1; line < lines.size(); ++line)
    if (indent_of(lines[line]) == indent && without_indent(lines[line]).starts_with("}"))
      return line;
  return begin;
}

bool is_excused(const std::vector<std::string_view>& lines, std::size_t line) {
  for (std::size_t before = line; before + 8 > line; --before) {
    if (lines[before].find("NOLINT") != std::string_view::npos) return true;
    if (before == 0) break;
  }
  return false;
}

}  // namespace

Findings wrong_includes(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line)
    if (const auto target = included(lines[line]); target && !may_include(file.path, *target))
      findings.push_back(at(file, line, "must not include " + std::string(*target)));
  return findings;
}

Findings missing_head(const SourceFile& file) {
  const std::vector<std::string_view> lines = lines_of(file.text);
  const std::size_t first = !lines.empty() && lines[0].starts_with("#!") ? 1 : 0;
  if (first < lines.size() && opens_comment(file, lines[first])) return {};
  return {at(file, first, "does not open with a comment that says what it is")};
}

Findings bad_lines(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const bool comment = starts_with_any(without_indent(lines[line]), {"//", "#", "--"}) ||
                         lines[line].find("  // ") != std::string_view::npos;
    const std::size_t limit = is_cpp(file) && !comment ? code_columns_max : comment_columns_max;
    if (characters_of(lines[line]) > limit)
      findings.push_back(at(file, line, "more than " + std::to_string(limit) + " columns"));
    if (lines[line].find('\t') != std::string_view::npos)
      findings.push_back(at(file, line, "a tab"));
    if (lines[line].ends_with(' ') || lines[line].ends_with('\r'))
      findings.push_back(at(file, line, "a blank at the end"));
  }
  if (!file.text.empty() && !file.text.ends_with('\n'))
    findings.push_back(at(file, lines.size() - 1, "no line end at the end"));
  return findings;
}

Findings long_functions(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const std::optional<std::size_t> head = function_head(lines, line);
    if (!head || indent_of(lines[*head]) > 2) continue;
    const std::size_t end = closing_line(lines, line, indent_of(lines[*head]));
    const std::size_t length = end - *head + 1;
    if (length > function_lines_max && !is_excused(lines, *head))
      findings.push_back(at(file, *head, "a function of " + std::to_string(length) + " lines"));
    line = end;
  }
  return findings;
}

Findings banned_names(const SourceFile& file) {
  constexpr std::array<std::string_view, 7> words = {"util", "utils",   "common", "helper",
                                                     "misc", "helpers", "manager"};
  Findings findings;
  std::string word;
  for (const char letter : file.path + "/") {
    if (letter >= 'a' && letter <= 'z') {
      word += letter;
      continue;
    }
    if (std::ranges::find(words, word) != words.end())
      findings.push_back(file.path + ": \"" + word + "\" names nothing");
    word.clear();
  }
  return findings;
}

Findings leftovers(const SourceFile& file) {
  // Written in two halves, so that this file does not hold them.
  const std::array<std::string, 3> words = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                            std::string("HA") + "CK"};
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line)
    for (const std::string& word : words)
      if (lines[line].find(word) != std::string_view::npos)
        findings.push_back(at(file, line, word));
  return findings;
}

Findings unguarded_header(const SourceFile& file) {
  if (!file.path.ends_with(".h") || file.text.find("#pragma once\n") != std::string::npos)
    return {};
  return {file.path + ": no #pragma once"};
}

std::vector<std::string> links_of(std::string_view markdown) {
  std::vector<std::string> links;
  for (std::size_t at = markdown.find("]("); at != std::string_view::npos;
       at = markdown.find("](", at + 1)) {
    const std::size_t end = markdown.find(')', at);
    if (end == std::string_view::npos) break;
    std::string target(markdown.substr(at + 2, end - at - 2));
    target = target.substr(0, target.find('#'));
    if (!target.empty() && target.find("://") == std::string::npos) links.push_back(target);
  }
  return links;
}

}  // namespace deltamill::tidy
