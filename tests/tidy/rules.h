// The rules as functions of one file's path and text; what they find is the text of a report.
// Pure: rules_test.cpp shows that each can fail, tidy_test.cpp applies them to the tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source_file.h"

namespace deltamill::tidy {

// A file opens with a comment that says what it is; a script after its first line.
[[nodiscard]] Findings missing_head(const SourceFile& file);

// Code has at most 100 columns, a comment 120; no tabs, no blanks at the end, a line end at the
// end.
[[nodiscard]] Findings bad_lines(const SourceFile& file);

// A function has at most 50 lines, unless a NOLINT(readability-function-size) says why.
[[nodiscard]] Findings long_functions(const SourceFile& file);

// A file has at most 500 lines.
[[nodiscard]] Findings long_file(const SourceFile& file);

// A declaration on two lines that would fit on one without the comment behind it.
[[nodiscard]] Findings torn_declarations(const SourceFile& file);

// A comment that is a line of strokes, or begins with one.
[[nodiscard]] Findings banners(const SourceFile& file);

// A thread that sleeps for a time it guessed, rather than until something happens.
[[nodiscard]] Findings sleeping(const SourceFile& file);

// A file stands inside of its namespace, below a blank line.
[[nodiscard]] Findings namespace_openings(const SourceFile& file);

// Words that stand for a missing noun, in a path.
[[nodiscard]] Findings banned_names(const SourceFile& file);

// Words that mark work left undone.
[[nodiscard]] Findings leftovers(const SourceFile& file);

// Headers are guarded by #pragma once.
[[nodiscard]] Findings unguarded_header(const SourceFile& file);

// Targets of [text](target) in Markdown, without those that lead out of the tree.
[[nodiscard]] std::vector<std::string> links_of(std::string_view markdown);

}  // namespace deltamill::tidy
