// Takes members and elements out of JSON as text, without parsing their values: a double would lose
// digits of a numeric.
#include "service/cli/json_text.h"

namespace deltamill {

namespace {

constexpr std::string_view blanks = " \t\r\n";

class Walk {
 public:
  // At the first element within the brackets of an object or array.
  explicit Walk(std::string_view text) : text_(text), at_(text.find_first_of("{[") + 1) {}

  // The next name or value; empty = there is none.
  std::string_view next() {
    at_ = text_.find_first_not_of(" \t\r\n,:", at_);
    if (at_ == std::string_view::npos || text_[at_] == '}' || text_[at_] == ']') return {};
    const std::size_t begin = at_;
    std::size_t depth = 0;
    do {
      const char letter = text_[at_];
      if (letter == '"')
        skip_string();
      else
        ++at_;
      if (letter == '{' || letter == '[') ++depth;
      if (letter == '}' || letter == ']') --depth;
    } while (at_ < text_.size() && (depth > 0 || !ends()));
    return text_.substr(begin, at_ - begin);
  }

 private:
  [[nodiscard]] bool ends() const {
    const char letter = text_[at_];
    return blanks.find(letter) != std::string_view::npos || letter == ',' || letter == ':' ||
           letter == '}' || letter == ']';
  }
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }

  std::string_view text_;
  std::size_t at_;
};

}  // namespace

std::string_view member_text(std::string_view object, std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  Walk walk(object);
  for (std::string_view member = walk.next(); !member.empty(); member = walk.next()) {
    const std::string_view value = walk.next();
    if (member == quoted) return value;
  }
  return {};
}

std::vector<std::string_view> element_texts(std::string_view array) {
  std::vector<std::string_view> elements;
  Walk walk(array);
  for (std::string_view element = walk.next(); !element.empty(); element = walk.next())
    elements.push_back(element);
  return elements;
}

std::string with_null(std::string_view object, std::string_view name) {
  const std::string_view value = member_text(object, name);
  if (value.empty()) return std::string(object);
  std::string result(object);
  return result.replace(static_cast<std::size_t>(value.data() - object.data()), value.size(),
                        "null");
}

}  // namespace deltamill
