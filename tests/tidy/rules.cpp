// Works on lines, and leans on clang-format for where braces stand.
#include "tests/tidy/rules.h"

#include <algorithm>
#include <array>
#include <optional>

#include "tests/tidy/lines.h"

namespace deltamill::tidy {

namespace {

constexpr std::size_t code_columns_max = 100;
constexpr std::size_t comment_columns_max = 120;
constexpr std::size_t function_lines_max = 50;
constexpr std::size_t file_lines_max = 500;

bool is_cpp(const SourceFile& file) {
  return file.path.ends_with(".cpp") || file.path.ends_with(".h");
}

std::size_t characters_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char byte) { return (byte & '\xc0') != '\x80'; }));
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

// A line that begins a declaration and does not end it: it ends in a type or a sign that needs more.
bool is_open(std::string_view line) {
  const std::string_view text = without_indent(line);
  if (text.empty() || starts_with_any(text, {"//", "#", "return", "case ", "public:", "private:"}))
    return false;
  const char last = text.back();
  return last == '=' || last == '>' || last == '*' || last == '&' || last == '_' ||
         (last >= 'a' && last <= 'z') || (last >= 'A' && last <= 'Z') ||
         (last >= '0' && last <= '9');
}

}  // namespace

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

Findings long_file(const SourceFile& file) {
  const std::size_t count = lines_of(file.text).size();
  if (count <= file_lines_max) return {};
  return {file.path + ": " + std::to_string(count) + " lines"};
}

Findings torn_declarations(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line + 1 < lines.size(); ++line) {
    const std::string_view head = lines[line];
    const std::string_view rest = lines[line + 1];
    const std::size_t comment = rest.find(";  // ");
    if (comment == std::string_view::npos || indent_of(rest) <= indent_of(head) || !is_open(head))
      continue;
    const std::size_t together =
        head.size() + 1 + without_indent(rest.substr(0, comment + 1)).size();
    if (together <= code_columns_max)
      findings.push_back(at(file, line, "torn by the comment behind it, which belongs above"));
  }
  return findings;
}

Findings banners(const SourceFile& file) {
  constexpr std::string_view strokes = "-=*#/~_";
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    std::string_view text = without_indent(lines[line]);
    if (!text.starts_with("//")) continue;
    text = without_indent(text.substr(2));
    if (text.size() >= 3 && strokes.find(text[0]) != std::string_view::npos &&
        text.substr(0, 3) == std::string(3, text[0]))
      findings.push_back(at(file, line, "a banner: it asks for a file of its own"));
  }
  return findings;
}

Findings sleeping(const SourceFile& file) {
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line)
    for (const std::string_view call : {"this_thread::sleep_", "usleep(", "nanosleep("})
      if (lines[line].find(call) != std::string_view::npos)
        findings.push_back(at(file, line, "sleeps; wait for what is to happen"));
  return findings;
}

Findings namespace_openings(const SourceFile& file) {
  constexpr std::string_view opening = "namespace deltamill";
  Findings findings;
  const std::vector<std::string_view> lines = lines_of(file.text);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    if (lines[line].starts_with(std::string("using ") + std::string(opening)))
      findings.push_back(at(file, line, "opens a namespace for all; write inside of it"));
    const bool opens = lines[line].starts_with(opening) && lines[line].ends_with(" {");
    if (opens && line + 1 < lines.size() && !lines[line + 1].empty())
      findings.push_back(at(file, line + 1, "no blank line below the namespace"));
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
