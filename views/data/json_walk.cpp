// Looks into JSON: kinds, members, elements. The text was checked when it was read, so that nothing
// is checked again here: brackets match, strings end. Every look-up scans, O(length); a value is
// looked into once or twice and mostly short.
#include <algorithm>

#include "views/data/check.h"
#include "views/data/json_syntax.h"
#include "views/data/jsonb.h"

namespace deltamill {

namespace {

std::string_view without_json_blanks(std::string_view text) {
  text.remove_prefix(skip_json_blanks(text, 0));
  while (!text.empty() && is_json_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    // The character behind a backslash is no end, whatever it is.
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
    } else if (depth != 0 && (c == ',' || c == ':' || is_json_blank(c))) {
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
  JsonWalker(std::string_view json, JsonKind kind) : text_(without_json_blanks(json)) {
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
    at_ = skip_json_blanks(text_, skip_json_blanks(text_, at_) + 1);
    member.value = take();
    return true;
  }

 private:
  // Passes the opening bracket or a comma.
  bool begin_item() {
    at_ = skip_json_blanks(text_, at_);
    if (at_ >= text_.size()) return false;
    at_ = skip_json_blanks(text_, at_ + 1);
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
  if (inner.find('\\') == std::string_view::npos) return inner == key;
  std::string plain;
  return append_unescaped(inner, plain) && plain == key;
}

}  // namespace

JsonKind json_kind(std::string_view json) {
  const std::size_t at = skip_json_blanks(json, 0);
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
  // To the end, since json keeps duplicate keys and the last one counts.
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
  json = without_json_blanks(json);
  const std::string_view inner = json.substr(1, json.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner;
  std::string plain;
  if (!append_unescaped(inner, plain)) return std::nullopt;
  return arena.copy(plain);
}

std::optional<Value> json_as_text(std::string_view json, Arena& arena) {
  json = without_json_blanks(json);
  const JsonKind kind = json_kind(json);
  if (kind == JsonKind::null) return Value::null();
  if (kind != JsonKind::string) return Value::of_bytes(json);
  const std::optional<std::string_view> text = json_string_text(json, arena);
  if (!text) return std::nullopt;
  return Value::of_bytes(*text);
}

}  // namespace deltamill
