// Checks whether a text is JSON, and whether it is the canonical text of jsonb. One checker walks
// the brackets with a stack of its own instead of recursion, so that nesting costs heap and not
// stack; a grammar says what blanks, tokens and keys it takes. O(length).
#include "views/data/json_syntax.h"

#include <array>
#include <vector>

#include "views/data/ascii.h"
#include "views/data/utf8.h"

namespace deltamill {

namespace {

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

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// A number without an exponent.
std::size_t pass_decimal(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t whole = at;
  at = skip_digits(text, at);
  // No leading zeros; a point needs digits on both sides.
  if (at == whole || (text[whole] == '0' && at != whole + 1)) return no_token;
  if (at == text.size() || text[at] != '.') return at;
  const std::size_t fraction = at + 1;
  at = skip_digits(text, fraction);
  return at == fraction ? no_token : at;
}

std::size_t pass_number(std::string_view text, std::size_t at) {
  at = pass_decimal(text, at);
  if (at == no_token || at == text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  ++at;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  const std::size_t exponent = at;
  at = skip_digits(text, exponent);
  return at == exponent ? no_token : at;
}

std::size_t pass_word(std::string_view text, std::size_t at) {
  for (const std::string_view word : {"null", "true", "false"})
    if (text.substr(at, word.size()) == word) return at + word.size();
  return no_token;
}

// JSON as RFC 8259 has it.
struct AnyJson {
  // Of the keys of one object.
  struct Keys {
    static bool take(std::string_view /*key*/) { return true; }
  };

  static std::size_t skip(std::string_view text, std::size_t at) {
    return skip_json_blanks(text, at);
  }
  static std::size_t pass_string(std::string_view text, std::size_t at) {
    return pass_json_string(text, at);
  }
  static std::size_t pass_number(std::string_view text, std::size_t at) {
    return deltamill::pass_number(text, at);
  }
  // ':' or ','.
  static std::size_t pass_separator(std::string_view text, std::size_t at, char separator) {
    at = skip_json_blanks(text, at);
    return at < text.size() && text[at] == separator ? at + 1 : no_token;
  }
};

// The one text that jsonb has for a value: one blank behind ':' and ',', no other; numbers as
// numerics print, without exponent and negative zero; the shortest escape for each character; keys
// in order, each once. Keys with escapes are not taken: their order is that of the plain text.
struct CanonicalJsonb {
  class Keys {
   public:
    bool take(std::string_view key) {
      const bool follows = !any_ || jsonb_key_less(last_, key);
      any_ = true;
      last_ = key;
      return follows && key.find('\\') == std::string_view::npos;
    }

   private:
    bool any_ = false;
    std::string_view last_;
  };

  static std::size_t skip(std::string_view /*text*/, std::size_t at) { return at; }

  static std::size_t pass_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
      const char c = text[at];
      if (c == '"') return at + 1;
      if (static_cast<unsigned char>(c) < 0x20) return no_token;
      if (c != '\\') continue;
      if (++at == text.size() || !is_shortest_escape(text, at)) return no_token;
      if (text[at] == 'u') at += 4;
    }
    return no_token;
  }

  static std::size_t pass_number(std::string_view text, std::size_t at) {
    const std::size_t end = pass_decimal(text, at);
    if (end == no_token || text[at] != '-') return end;
    // numeric has no negative zero: "-0.0" would have been printed as 0.0.
    const bool zero =
        text.substr(at, end - at).find_first_of("123456789") == std::string_view::npos;
    return zero ? no_token : end;
  }

  static std::size_t pass_separator(std::string_view text, std::size_t at, char separator) {
    return text.size() - at >= 2 && text[at] == separator && text[at + 1] == ' ' ? at + 2
                                                                                 : no_token;
  }

 private:
  static bool is_shortest_escape(std::string_view text, std::size_t at) {
    if (text[at] != 'u')
      return std::string_view("\"\\bfnrt").find(text[at]) != std::string_view::npos;
    const int unit = code_unit(text, at + 1);
    const std::string_view digits = text.substr(at + 1, 4);
    const bool has_short_form =
        unit == '\b' || unit == '\f' || unit == '\n' || unit == '\r' || unit == '\t';
    return unit > 0 && unit < 0x20 && !has_short_form &&
           digits.find_first_of("ABCDEF") == std::string_view::npos;
  }
};

template <typename Grammar>
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  // One value in each round, with the brackets in front of it and those that close behind it.
  bool check() {
    do {
      if (!open_or_scalar() || !close_or_next()) return false;
    } while (!open_.empty());
    return Grammar::skip(text_, at_) == text_.size();
  }

 private:
  struct Open {
    char bracket = '[';
    [[no_unique_address]] typename Grammar::Keys keys;
  };

  static char closing(char bracket) { return bracket == '{' ? '}' : ']'; }

  // Moves on to where a function that passes a token says.
  bool move_to(std::size_t behind) {
    at_ = behind;
    return at_ != no_token;
  }

  bool key() {
    const std::size_t begin = Grammar::skip(text_, at_);
    if (begin == text_.size() || text_[begin] != '"') return false;
    if (!move_to(Grammar::pass_string(text_, begin))) return false;
    const std::string_view key = text_.substr(begin + 1, at_ - begin - 2);
    return open_.back().keys.take(key) && move_to(Grammar::pass_separator(text_, at_, ':'));
  }

  bool scalar() {
    const char c = text_[at_];
    if (c == '"') return move_to(Grammar::pass_string(text_, at_));
    if (c == '-' || is_digit(c)) return move_to(Grammar::pass_number(text_, at_));
    return move_to(pass_word(text_, at_));
  }

  // Opens brackets down to the next scalar or empty bracket, and passes that.
  bool open_or_scalar() {
    while (true) {
      at_ = Grammar::skip(text_, at_);
      if (at_ == text_.size()) return false;
      const char bracket = text_[at_];
      if (bracket != '{' && bracket != '[') return scalar();
      at_ = Grammar::skip(text_, at_ + 1);
      if (at_ == text_.size()) return false;
      if (text_[at_] == closing(bracket)) {
        ++at_;
        return true;
      }
      open_.push_back({bracket, {}});
      if (bracket == '{' && !key()) return false;
    }
  }

  // Closes what ends here; false if neither a closing bracket nor a comma follows.
  bool close_or_next() {
    while (!open_.empty()) {
      at_ = Grammar::skip(text_, at_);
      if (at_ == text_.size()) return false;
      const char bracket = open_.back().bracket;
      if (text_[at_] == ',')
        return move_to(Grammar::pass_separator(text_, at_, ',')) && (bracket == '[' || key());
      if (text_[at_++] != closing(bracket)) return false;
      open_.pop_back();
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

// "uXXXX" at `at`, with a second unit when it is a surrogate; moves `at` to the last byte read.
bool append_escaped_character(std::string_view text, std::size_t& at, std::string& plain) {
  auto point = static_cast<char32_t>(code_unit(text, at + 1));
  at += 4;
  if (point == 0 || (point >= 0xdc00 && point < 0xe000)) return false;
  if (point >= 0xd800 && point < 0xdc00) {
    if (text.substr(at + 1, 2) != "\\u") return false;
    const int low = code_unit(text, at + 3);
    if (low < 0xdc00 || low >= 0xe000) return false;
    point = 0x10000 + ((point - 0xd800) << 10) + (static_cast<char32_t>(low) - 0xdc00);
    at += 6;
  }
  append_code_point(point, plain);
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

constexpr std::array<bool, 256> make_escaped_bytes() {
  std::array<bool, 256> escaped{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) escaped[byte] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  return escaped;
}
constexpr std::array<bool, 256> escaped_bytes = make_escaped_bytes();

void append_escape(char byte, std::string& text) {
  switch (byte) {
    case '"': text += "\\\""; return;
    case '\\': text += "\\\\"; return;
    case '\b': text += "\\b"; return;
    case '\f': text += "\\f"; return;
    case '\n': text += "\\n"; return;
    case '\r': text += "\\r"; return;
    case '\t': text += "\\t"; return;
    default: break;
  }
  text += "\\u00";
  append_hex({&byte, 1}, text);
}

}  // namespace

std::size_t skip_json_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_json_blank(text[at])) ++at;
  return at;
}

std::size_t pass_json_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < 0x20) return no_token;
    if (c != '\\') continue;
    if (++at == text.size()) return no_token;
    if (text[at] == 'u') {
      if (code_unit(text, at + 1) < 0) return no_token;
      at += 4;
    } else if (std::string_view("\"\\/bfnrt").find(text[at]) == std::string_view::npos) {
      return no_token;
    }
  }
  return no_token;
}

std::size_t pass_json_scalar(std::string_view text, std::size_t at) {
  if (text[at] == '"') return pass_json_string(text, at);
  if (text[at] == '-' || is_digit(text[at])) return pass_number(text, at);
  return pass_word(text, at);
}

bool append_unescaped(std::string_view inner, std::string& plain) {
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] != '\\') {
      plain += inner[at];
    } else if (inner[++at] == 'u') {
      if (!append_escaped_character(inner, at, plain)) return false;
    } else {
      plain += plain_of_escape(inner[at]);
    }
  }
  return true;
}

void append_json_string(std::string_view utf8, std::string& text) {
  text += '"';
  std::size_t begin = 0;
  // Runs without escapes, which most strings are as a whole, are copied at once.
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    if (!escaped_bytes[static_cast<unsigned char>(utf8[at])]) continue;
    text.append(utf8, begin, at - begin);
    append_escape(utf8[at], text);
    begin = at + 1;
  }
  text.append(utf8, begin, utf8.size() - begin);
  text += '"';
}

bool is_json(std::string_view text) {
  return Checker<AnyJson>(text).check();
}

bool is_canonical_jsonb(std::string_view text) {
  return Checker<CanonicalJsonb>(text).check();
}

}  // namespace deltamill
