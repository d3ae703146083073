// A line at a time: a keyword at the margin opens a section, indented lines belong to it.
#include "tests/views/view_test_file.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

namespace deltamill {

namespace {

class Cursor {
 public:
  Cursor(const std::string& text, std::size_t line) : text_(text), line_(line) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("line " + std::to_string(line_) + ": " + what + ": " + text_);
  }
  void skip_blanks() {
    while (offset_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[offset_])) != 0)
      ++offset_;
  }
  [[nodiscard]] bool at_end() {
    skip_blanks();
    return offset_ == text_.size();
  }
  [[nodiscard]] bool take(char wanted) {
    skip_blanks();
    if (offset_ == text_.size() || text_[offset_] != wanted) return false;
    ++offset_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail(std::string("expected '") + wanted + "'");
  }
  // Letters, digits and what else stands in a name or number.
  [[nodiscard]] std::string word() {
    skip_blanks();
    const std::size_t start = offset_;
    while (offset_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[offset_])) != 0 ||
            std::string_view("_.+-").find(text_[offset_]) != std::string_view::npos))
      ++offset_;
    if (offset_ == start) fail("expected a word");
    return text_.substr(start, offset_ - start);
  }
  // 'text', '' inside stands for '.
  [[nodiscard]] std::string quoted() {
    expect('\'');
    std::string result;
    for (;; ++offset_) {
      if (offset_ == text_.size()) fail("a text does not end");
      if (text_[offset_] != '\'') {
        result += text_[offset_];
        continue;
      }
      ++offset_;
      if (offset_ == text_.size() || text_[offset_] != '\'') return result;
      result += '\'';
    }
  }
  [[nodiscard]] bool at(char wanted) {
    skip_blanks();
    return offset_ < text_.size() && text_[offset_] == wanted;
  }

 private:
  const std::string& text_;
  std::size_t line_;
  std::size_t offset_ = 0;
};

TextValue parse_value(Cursor& cursor) {
  if (cursor.at('\'')) return cursor.quoted();
  const std::string word = cursor.word();
  if (word == "NULL") return std::nullopt;
  return word;
}

TextRow parse_row(Cursor& cursor) {
  TextRow row;
  cursor.expect('(');
  if (cursor.take(')')) return row;
  do row.push_back(parse_value(cursor));
  while (cursor.take(','));
  cursor.expect(')');
  return row;
}

class Parser {
 public:
  ViewTestFile parse(const std::string& text) {
    file_.steps.emplace_back();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      const std::size_t start = line.find_first_not_of(" \t");
      if (start == std::string::npos || line[start] == '#') continue;
      if (start == 0)
        open_section(line);
      else
        add_line(line);
    }
    return std::move(file_);
  }

 private:
  enum class Section { none, view, transaction, expectation };

  void open_section(const std::string& line) {
    Cursor cursor(line, line_);
    const std::string keyword = cursor.word();
    section_ = Section::none;
    if (keyword == "enum") return parse_enum(cursor);
    if (keyword == "table") return parse_table(cursor);
    if (keyword == "view") {
      file_.views.emplace_back(cursor.word(), "");
      section_ = Section::view;
    } else if (keyword == "transaction") {
      file_.steps.push_back({line_, {}, {}});
      section_ = Section::transaction;
    } else if (keyword == "expect") {
      Expectation expectation{line_, cursor.word(), false, {}};
      expectation.errors = expectation.view == "errors";
      if (expectation.errors) expectation.view = cursor.word();
      file_.steps.back().expectations.push_back(std::move(expectation));
      section_ = Section::expectation;
    } else {
      cursor.fail("unknown keyword");
    }
  }

  void add_line(const std::string& line) {
    Cursor cursor(line, line_);
    switch (section_) {
      case Section::none: cursor.fail("a line without a section");
      case Section::view: file_.views.back().second += line + "\n"; return;
      case Section::transaction: return add_change(cursor);
      case Section::expectation: break;
    }
    Expectation& expectation = file_.steps.back().expectations.back();
    const std::int64_t weight = std::stoll(cursor.word());
    const TextRow row = expectation.errors ? TextRow{cursor.quoted()} : parse_row(cursor);
    expectation.rows[row] += weight;
    if (!cursor.at_end()) cursor.fail("more than a row");
  }

  void add_change(Cursor& cursor) {
    RowChangeLine change;
    change.line = line_;
    change.table = cursor.word();
    if (change.table == "truncate") {
      change.table = cursor.word();
    } else {
      change.weight = std::stoll(cursor.word());
      change.row = parse_row(cursor);
      if (change.weight == 0) cursor.fail("a weight of 0");
    }
    if (!cursor.at_end()) cursor.fail("more than a row");
    file_.steps.back().changes.push_back(std::move(change));
  }

  void parse_enum(Cursor& cursor) {
    EnumType type;
    type.oid = next_oid_++;
    type.schema = "public";
    type.name = cursor.word();
    cursor.expect('(');
    do type.labels.push_back(cursor.quoted());
    while (cursor.take(','));
    cursor.expect(')');
    file_.enums.push_back(std::make_shared<const EnumType>(std::move(type)));
  }

  void parse_table(Cursor& cursor) {
    Table table;
    table.oid = next_oid_++;
    table.schema = "public";
    table.name = cursor.word();
    table.identity = ReplicaIdentity::full;
    cursor.expect('(');
    do parse_column(cursor, table);
    while (cursor.take(','));
    cursor.expect(')');
    file_.tables.push_back(std::move(table));
  }

  void parse_column(Cursor& cursor, Table& table) {
    TableColumn column;
    column.name = cursor.word();
    if (column.name == "key" && cursor.at('(')) return parse_key(cursor, table);
    column.type = parse_type(cursor);
    column.attribute = static_cast<std::int16_t>(table.columns.size() + 1);
    table.columns.push_back(std::move(column));
  }

  void parse_key(Cursor& cursor, Table& table) {
    table.identity = ReplicaIdentity::key;
    table.primary_key.emplace();
    cursor.expect('(');
    do {
      const std::string name = cursor.word();
      const auto place = std::find_if(table.columns.begin(), table.columns.end(),
                                      [&](const TableColumn& one) { return one.name == name; });
      if (place == table.columns.end()) cursor.fail("no column " + name);
      place->nullable = false;
      table.primary_key->push_back(static_cast<std::uint32_t>(place - table.columns.begin()));
    } while (cursor.take(','));
    cursor.expect(')');
  }

  // An internal name or an enum, with a modifier in parentheses.
  Type parse_type(Cursor& cursor) {
    static const std::map<std::string, TypeKind> kinds = {
        {"bool", TypeKind::boolean},        {"int2", TypeKind::int2},
        {"int4", TypeKind::int4},           {"int8", TypeKind::int8},
        {"float4", TypeKind::float4},       {"float8", TypeKind::float8},
        {"numeric", TypeKind::numeric},     {"text", TypeKind::text},
        {"varchar", TypeKind::varchar},     {"char", TypeKind::bpchar},
        {"date", TypeKind::date},           {"time", TypeKind::time},
        {"timestamp", TypeKind::timestamp}, {"timestamptz", TypeKind::timestamptz},
        {"interval", TypeKind::interval},   {"uuid", TypeKind::uuid},
        {"bytea", TypeKind::bytea},         {"json", TypeKind::json},
        {"jsonb", TypeKind::jsonb}};
    const std::string name = cursor.word();
    Type type;
    const auto kind = kinds.find(name);
    if (kind != kinds.end()) {
      type.kind = kind->second;
    } else {
      type.kind = TypeKind::enumeration;
      for (const std::shared_ptr<const EnumType>& one : file_.enums)
        if (one->name == name) type.enumeration = one;
      if (!type.enumeration) cursor.fail("unknown type " + name);
    }
    if (!cursor.take('(')) return type;
    type.modifier = std::stoi(cursor.word());
    if (type.kind == TypeKind::numeric) {
      cursor.expect(',');
      type.modifier = (type.modifier << 16) | std::stoi(cursor.word());
    }
    const bool with_header = type.kind == TypeKind::numeric || type.kind == TypeKind::varchar ||
                             type.kind == TypeKind::bpchar;
    if (with_header) type.modifier += 4;  // atttypmod counts the length word
    cursor.expect(')');
    return type;
  }

  ViewTestFile file_;
  Section section_ = Section::none;
  std::size_t line_ = 0;
  Oid next_oid_ = 20000;
};

}  // namespace

ViewTestFile parse_view_test(const std::string& text) {
  return Parser().parse(text);
}

}  // namespace deltamill
