// Makes the canonical form of jsonb: from any JSON text, and of objects that are built. It is what
// jsonb_out() prints, so that equal values are equal texts but for the scale of numbers.
#include "views/data/jsonb.h"

#include <algorithm>

#include "views/data/ascii.h"
#include "views/data/json_syntax.h"
#include "views/data/numeric.h"

namespace deltamill {

namespace {

// Bounds the recursion of Canonicalizer; what is nested deeper is refused (jsonb.h).
constexpr int depth_max = 4000;

// Rewrites valid JSON; fails on what jsonb refuses beyond the grammar.
class Canonicalizer {
 public:
  explicit Canonicalizer(std::string_view text) : text_(text) {}

  bool write(std::string& target, int depth) {
    at_ = skip_json_blanks(text_, at_);
    const char c = text_[at_];
    if (depth > depth_max) return false;
    if (c == '{') return write_object(target, depth);
    if (c == '[') return write_array(target, depth);
    const std::size_t begin = at_;
    at_ = pass_json_scalar(text_, at_);
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
    // A number of jsonb is a numeric: 1e2 becomes 100, 1.50 keeps its scale, -0 becomes 0.
    const std::optional<Numeric> number = Numeric::parse(digits);
    if (!number) return false;
    number->append_to(target);
    return true;
  }

  bool write_array(std::string& target, int depth) {
    target += '[';
    at_ = skip_json_blanks(text_, at_ + 1);
    // The text is valid, so a comma or the bracket follows each element.
    while (text_[at_] != ']') {
      if (!write(target, depth + 1)) return false;
      at_ = skip_json_blanks(text_, at_);
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
    at_ = skip_json_blanks(text_, at_ + 1);
    while (text_[at_] != '}') {
      JsonbMember& member = members.emplace_back();
      if (!read_member(member, depth)) return false;
      at_ = skip_json_blanks(text_, at_);
      if (text_[at_] == ',') at_ = skip_json_blanks(text_, at_ + 1);
    }
    ++at_;
    append_jsonb_object(std::move(members), target);
    return true;
  }

  bool read_member(JsonbMember& member, int depth) {
    const std::size_t end = pass_json_string(text_, at_);
    if (!append_unescaped(text_.substr(at_ + 1, end - at_ - 2), member.key)) return false;
    at_ = skip_json_blanks(text_, end) + 1;
    return write(member.value, depth + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> canonical_jsonb(std::string_view text) {
  if (!is_json(text)) return std::nullopt;
  std::string canonical;
  canonical.reserve(text.size());
  if (!Canonicalizer(text).write(canonical, 0)) return std::nullopt;
  return canonical;
}

void append_jsonb_object(std::vector<JsonbMember> members, std::string& text) {
  std::stable_sort(members.begin(), members.end(),
                   [](const JsonbMember& left, const JsonbMember& right) {
                     return jsonb_key_less(left.key, right.key);
                   });
  text += '{';
  bool first = true;
  // uniqueifyJsonbObject(): of equal keys the last one given, which the stable sort has left behind
  // the others.
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

}  // namespace deltamill
