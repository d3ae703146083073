// Reading, checking and building JSON text. Navigation trusts its input (checked when parsed); the
// checks are iterative.
#include "views/data/jsonb.h"

#include <algorithm>

#include "views/data/check.h"
#include "views/data/numeric.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

constexpr int depth_max = 4000;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(skip_blanks(text, 0));
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Four hexadecimal digits at `at`, or -1.
int code_unit(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int unit = 0;
  for (std::size_t digit = at; digit < at + 4; ++digit) {
    const int value = hex_digit(text[digit]);
    if (value < 0) return -1;
    unit = unit * 16 + value;
  }
  return unit;
}

// ---- one token each: the offset behind it, or npos
// ---------------------------------------------------------------

constexpr std::size_t npos = std::string_view::npos;

std::size_t check_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < 0x20) return npos;
    if (c != '\\') continue;
    if (++at == text.size()) return npos;
    if (text[at] == 'u') {
      if (code_unit(text, at + 1) < 0) return npos;
      at += 4;
    } else if (std::string_view("\"\\/bfnrt").find(text[at]) == npos) {
      return npos;
    }
  }
  return npos;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// Integer part and fraction.
std::size_t check_decimal(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole = at;
  at = skip_digits(text, at);
  if (at == whole || (text[whole] == '0' && at != whole + 1)) return npos;
  if (at == text.size() || text[at] != '.') return at;
  const std::size_t fraction = at + 1;
  at = skip_digits(text, fraction);
  return at == fraction ? npos : at;
}

std::size_t check_number(std::string_view text, std::size_t at) {
  at = check_decimal(text, at);
  if (at == npos || at == text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const std::size_t exponent = at;
  at = skip_digits(text, exponent);
  return at == exponent ? npos : at;
}

std::size_t check_word(std::string_view text, std::size_t at) {
  for (const std::string_view word : {"null", "true", "false"})
    if (text.substr(at, word.size()) == word) return at + word.size();
  return npos;
}

std::size_t check_scalar(std::string_view text, std::size_t at) {
  if (text[at] == '"') return check_string(text, at);
  if (text[at] == '-' || is_digit(text[at])) return check_number(text, at);
  return check_word(text, at);
}

// The canonical number has no exponent and no negative zero.
std::size_t check_canonical_number(std::string_view text, std::size_t at) {
  const std::size_t end = check_decimal(text, at);
  if (end == npos || text[at] != '-') return end;
  return text.substr(at, end - at).find_first_of("123456789") == npos ? npos : end;
}

bool canonical_escape(std::string_view text, std::size_t at) {
  if (text[at] != 'u') return std::string_view("\"\\bfnrt").find(text[at]) != npos;
  const int unit = code_unit(text, at + 1);
  const std::string_view digits = text.substr(at + 1, 4);
  const bool has_short_form =
      unit == '\b' || unit == '\f' || unit == '\n' || unit == '\r' || unit == '\t';
  return unit > 0 && unit < 0x20 && !has_short_form && digits.find_first_of("ABCDEF") == npos;
}

std::size_t check_canonical_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < 0x20) return npos;
    if (c != '\\') continue;
    if (++at == text.size() || !canonical_escape(text, at)) return npos;
    if (text[at] == 'u') at += 4;
  }
  return npos;
}

std::size_t check_canonical_scalar(std::string_view text, std::size_t at) {
  if (text[at] == '"') return check_canonical_string(text, at);
  if (text[at] == '-' || is_digit(text[at])) return check_canonical_number(text, at);
  return check_word(text, at);
}

// ---- whole texts
// -------------------------------------------------------------------------------------------------

// Checks JSON with a stack of open brackets instead of recursion.
class JsonChecker {
 public:
  explicit JsonChecker(std::string_view text) : text_(text) {}

  bool check() {
    do {
      if (!open_or_scalar() || !close_or_next()) return false;
    } while (!open_.empty());
    return skip_blanks(text_, at_) == text_.size();
  }

 private:
  bool key() {
    at_ = skip_blanks(text_, at_);
    if (at_ == text_.size() || text_[at_] != '"') return false;
    at_ = check_string(text_, at_);
    if (at_ == npos) return false;
    at_ = skip_blanks(text_, at_);
    if (at_ == text_.size() || text_[at_] != ':') return false;
    ++at_;
    return true;
  }

  // Opens brackets down to the next scalar or empty bracket, and passes that.
  bool open_or_scalar() {
    while (true) {
      at_ = skip_blanks(text_, at_);
      if (at_ == text_.size()) return false;
      const char c = text_[at_];
      if (c != '{' && c != '[') break;
      ++at_;
      at_ = skip_blanks(text_, at_);
      if (at_ == text_.size()) return false;
      if (text_[at_] == (c == '{' ? '}' : ']')) {
        ++at_;
        return true;
      }
      open_ += c;
      if (c == '{' && !key()) return false;
    }
    at_ = check_scalar(text_, at_);
    return at_ != npos;
  }

  // Closes what ends here; false if neither a closing bracket nor a comma follows.
  bool close_or_next() {
    while (!open_.empty()) {
      at_ = skip_blanks(text_, at_);
      if (at_ == text_.size()) return false;
      const char c = text_[at_++];
      if (c == ',') return open_.back() == '[' || key();
      if (c != (open_.back() == '{' ? '}' : ']')) return false;
      open_.pop_back();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string open_;
};

bool key_less(std::string_view left, std::string_view right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

// The same for canonical text: exact blanks, ascending keys without escapes.
class CanonicalChecker {
 public:
  explicit CanonicalChecker(std::string_view text) : text_(text) {}

  bool check() {
    do {
      if (!open_or_scalar() || !close_or_next()) return false;
    } while (!open_.empty());
    return at_ == text_.size();
  }

 private:
  struct Open {
    char bracket = '[';
    bool has_key = false;
    std::string_view key;
  };

  bool key() {
    if (at_ == text_.size() || text_[at_] != '"') return false;
    const std::size_t end = check_canonical_string(text_, at_);
    if (end == npos || text_.substr(end, 2) != ": ") return false;
    const std::string_view key = text_.substr(at_ + 1, end - at_ - 2);
    Open& object = open_.back();
    if (key.find('\\') != npos || (object.has_key && !key_less(object.key, key))) return false;
    object.has_key = true;
    object.key = key;
    at_ = end + 2;
    return true;
  }

  bool open_or_scalar() {
    while (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) {
      const char c = text_[at_++];
      if (at_ < text_.size() && text_[at_] == (c == '{' ? '}' : ']')) {
        ++at_;
        return true;
      }
      open_.push_back({c, false, {}});
      if (c == '{' && !key()) return false;
    }
    if (at_ >= text_.size()) return false;
    at_ = check_canonical_scalar(text_, at_);
    return at_ != npos;
  }

  bool close_or_next() {
    while (!open_.empty()) {
      if (at_ >= text_.size()) return false;
      const char c = text_[at_++];
      const char bracket = open_.back().bracket;
      if (c == ',') {
        if (at_ == text_.size() || text_[at_++] != ' ') return false;
        return bracket == '[' || key();
      }
      if (c != (bracket == '{' ? '}' : ']')) return false;
      open_.pop_back();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

// ---- strings
// -----------------------------------------------------------------------------------------------------

void append_utf8(std::uint32_t point, std::string& text) {
  const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xc0U | point >> 6);
    byte(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    byte(0xe0U | point >> 12);
    byte(0x80U | (point >> 6 & 0x3fU));
    byte(0x80U | (point & 0x3fU));
  } else {
    byte(0xf0U | point >> 18);
    byte(0x80U | (point >> 12 & 0x3fU));
    byte(0x80U | (point >> 6 & 0x3fU));
    byte(0x80U | (point & 0x3fU));
  }
}

// "uXXXX" at `at`, with a second unit when it is a surrogate; moves `at` to the last byte read.
bool append_code_point(std::string_view text, std::size_t& at, std::string& plain) {
  auto point = static_cast<std::uint32_t>(code_unit(text, at + 1));
  at += 4;
  if (point == 0 || (point >= 0xdc00 && point < 0xe000)) return false;
  if (point >= 0xd800 && point < 0xdc00) {
    if (text.substr(at + 1, 2) != "\\u") return false;
    const int low = code_unit(text, at + 3);
    if (low < 0xdc00 || low >= 0xe000) return false;
    point = 0x10000 + ((point - 0xd800) << 10) + (static_cast<std::uint32_t>(low) - 0xdc00);
    at += 6;
  }
  append_utf8(point, plain);
  return true;
}

char plain_of_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
  }
}

// Appends what stands between the quotes, escapes resolved. REQUIRES: check_string has passed it.
bool append_unescaped(std::string_view inner, std::string& plain) {
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] != '\\') {
      plain += inner[at];
    } else if (inner[++at] == 'u') {
      if (!append_code_point(inner, at, plain)) return false;
    } else {
      plain += plain_of_escape(inner[at]);
    }
  }
  return true;
}

// ---- canonical form
// ----------------------------------------------------------------------------------------------

// Rewrites valid JSON; fails on what jsonb refuses beyond the grammar.
class Canonicalizer {
 public:
  explicit Canonicalizer(std::string_view text) : text_(text) {}

  bool write(std::string& target, int depth) {
    at_ = skip_blanks(text_, at_);
    const char c = text_[at_];
    if (depth > depth_max) return false;
    if (c == '{') return write_object(target, depth);
    if (c == '[') return write_array(target, depth);
    const std::size_t begin = at_;
    at_ = check_scalar(text_, at_);
    const std::string_view scalar = text_.substr(begin, at_ - begin);
    if (c == '"') return write_string(scalar, target);
    if (c == '-' || is_digit(c)) return write_number(scalar, target);
    target += scalar;
    return true;
  }

 private:
  static bool write_string(std::string_view quoted, std::string& target) {
    std::string plain;
    if (!append_unescaped(quoted.substr(1, quoted.size() - 2), plain)) return false;
    append_json_string(plain, target);
    return true;
  }

  static bool write_number(std::string_view digits, std::string& target) {
    const std::optional<Numeric> number = Numeric::parse(digits);
    if (!number) return false;
    number->append_to(target);
    return true;
  }

  bool write_array(std::string& target, int depth) {
    target += '[';
    at_ = skip_blanks(text_, at_ + 1);
    while (text_[at_] != ']') {
      if (!write(target, depth + 1)) return false;
      at_ = skip_blanks(text_, at_);
      if (text_[at_] != ',') continue;
      ++at_;
      target += ", ";
    }
    ++at_;
    target += ']';
    return true;
  }

  bool write_object(std::string& target, int depth) {
    std::vector<JsonbMember> members;
    at_ = skip_blanks(text_, at_ + 1);
    while (text_[at_] != '}') {
      JsonbMember& member = members.emplace_back();
      if (!read_member(member, depth)) return false;
      at_ = skip_blanks(text_, at_);
      if (text_[at_] == ',') at_ = skip_blanks(text_, at_ + 1);
    }
    ++at_;
    append_jsonb_object(std::move(members), target);
    return true;
  }

  bool read_member(JsonbMember& member, int depth) {
    const std::size_t end = check_string(text_, at_);
    if (!append_unescaped(text_.substr(at_ + 1, end - at_ - 2), member.key)) return false;
    at_ = skip_blanks(text_, end) + 1;
    return write(member.value, depth + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// ---- navigation
// --------------------------------------------------------------------------------------------------

std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at + 1;
}

// The offset behind the value that begins at `at`.
std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
      continue;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth != 0 && (c == ',' || c == ':' || is_blank(c))) {
      ++at;
      continue;
    } else {
      at = std::min(text.find_first_of(",]} \t\r\n", at), text.size());
    }
    if (depth == 0) return at;
  }
  return at;
}

// Walks the members of an object or the elements of an array.
class JsonWalker {
 public:
  JsonWalker(std::string_view json, JsonKind kind) : text_(without_blanks(json)) {
    if (json_kind(text_) != kind) at_ = text_.size();
  }

  bool next(std::string_view& value) {
    if (!begin_item()) return false;
    value = take();
    return true;
  }

  bool next(JsonMember& member) {
    if (!begin_item()) return false;
    member.key = take();
    at_ = skip_blanks(text_, skip_blanks(text_, at_) + 1);
    member.value = take();
    return true;
  }

 private:
  // Passes the opening bracket or a comma.
  bool begin_item() {
    at_ = skip_blanks(text_, at_);
    if (at_ >= text_.size()) return false;
    at_ = skip_blanks(text_, at_ + 1);
    return at_ < text_.size() && text_[at_] != ']' && text_[at_] != '}';
  }

  std::string_view take() {
    const std::size_t begin = at_;
    at_ = skip_value(text_, at_);
    return text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool key_is(std::string_view quoted, std::string_view key) {
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') == npos) return inner == key;
  std::string plain;
  return append_unescaped(inner, plain) && plain == key;
}

}  // namespace

bool is_json(std::string_view text) {
  return JsonChecker(text).check();
}

bool is_canonical_jsonb(std::string_view text) {
  return CanonicalChecker(text).check();
}

std::optional<std::string> canonical_jsonb(std::string_view text) {
  if (!is_json(text)) return std::nullopt;
  std::string canonical;
  canonical.reserve(text.size());
  if (!Canonicalizer(text).write(canonical, 0)) return std::nullopt;
  return canonical;
}

JsonKind json_kind(std::string_view json) {
  const std::size_t at = skip_blanks(json, 0);
  DM_CHECK(at < json.size(), "an empty text is no JSON");
  switch (json[at]) {
    case '{': return JsonKind::object;
    case '[': return JsonKind::array;
    case '"': return JsonKind::string;
    case 'n': return JsonKind::null;
    case 't':
    case 'f': return JsonKind::boolean;
    default: return JsonKind::number;
  }
}

std::optional<std::string_view> json_member(std::string_view json, std::string_view key) {
  std::optional<std::string_view> found;
  JsonMember member;
  for (JsonWalker walker(json, JsonKind::object); walker.next(member);)
    if (key_is(member.key, key)) found = member.value;
  return found;
}

std::optional<std::string_view> json_element(std::string_view json, std::int64_t offset) {
  if (offset < 0) {
    const std::vector<std::string_view> elements = json_elements(json);
    offset += static_cast<std::int64_t>(elements.size());
    if (offset < 0) return std::nullopt;
    return elements[static_cast<std::size_t>(offset)];
  }
  std::string_view element;
  JsonWalker walker(json, JsonKind::array);
  for (std::int64_t at = 0; walker.next(element); ++at)
    if (at == offset) return element;
  return std::nullopt;
}

std::vector<std::string_view> json_elements(std::string_view json) {
  std::vector<std::string_view> elements;
  std::string_view element;
  for (JsonWalker walker(json, JsonKind::array); walker.next(element);) elements.push_back(element);
  return elements;
}

std::vector<JsonMember> json_members(std::string_view json) {
  std::vector<JsonMember> members;
  JsonMember member;
  for (JsonWalker walker(json, JsonKind::object); walker.next(member);) members.push_back(member);
  return members;
}

std::optional<std::string_view> json_string_text(std::string_view json, Arena& arena) {
  json = without_blanks(json);
  const std::string_view inner = json.substr(1, json.size() - 2);
  if (inner.find('\\') == npos) return inner;
  std::string plain;
  if (!append_unescaped(inner, plain)) return std::nullopt;
  return arena.copy(plain);
}

std::optional<Value> json_as_text(std::string_view json, Arena& arena) {
  json = without_blanks(json);
  const JsonKind kind = json_kind(json);
  if (kind == JsonKind::null) return Value::null();
  if (kind != JsonKind::string) return Value::of_bytes(json);
  const std::optional<std::string_view> text = json_string_text(json, arena);
  if (!text) return std::nullopt;
  return Value::of_bytes(*text);
}

void append_jsonb_object(std::vector<JsonbMember> members, std::string& text) {
  std::stable_sort(members.begin(), members.end(),
                   [](const JsonbMember& left, const JsonbMember& right) {
                     return key_less(left.key, right.key);
                   });
  text += '{';
  bool first = true;
  for (std::size_t at = 0; at < members.size(); ++at) {
    if (at + 1 < members.size() && members[at + 1].key == members[at].key) continue;
    if (!first) text += ", ";
    first = false;
    append_json_string(members[at].key, text);
    text += ": ";
    text += members[at].value;
  }
  text += '}';
}

bool append_jsonb(const Type& type, const Value& value, std::string& text) {
  const bool real = type.kind == TypeKind::float4 || type.kind == TypeKind::float8;
  if (value.is_null() || (!real && type.kind != TypeKind::json)) {
    append_json(type, value, text);
    return true;
  }
  std::string json;
  append_json(type, value, json);
  const std::optional<std::string> canonical = canonical_jsonb(json);
  if (canonical) text += *canonical;
  return canonical.has_value();
}

}  // namespace deltamill
