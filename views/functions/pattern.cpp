// LIKE and ILIKE (like_match.c). A pattern is matched from left to right and backs up to its last %
// only, so the time is at most text times pattern. A pattern that ends with the escape character
// fails only where matching reaches its end, as in PostgreSQL. ILIKE compares lower case with lower
// case.
#include <algorithm>
#include <optional>
#include <string>

#include "views/data/utf8.h"
#include "views/functions/function.h"
#include "views/functions/letter_case.h"
#include "views/functions/result_text.h"

namespace deltamill {

namespace {

using enum TypeKind;

// What _ stands for.
enum class Unit : std::uint8_t { byte, character };

template <Unit unit>
class Matcher {
 public:
  Matcher(std::string_view text, std::string_view pattern) : text_(text), pattern_(pattern) {}

  // Nothing = the pattern ends with the escape character.
  std::optional<bool> run() {
    if (pattern_ == "%") return true;
    while (text_at_ < text_.size()) {
      // Only the last % is tried again: the leftmost match of what stands before it leaves the most
      // for the rest.
      if (pattern_at_ == pattern_.size() || !match_one()) {
        if (dangling_escape_) return std::nullopt;
        if (!back_up()) return false;
      }
      if (dangling_escape_) return std::nullopt;
      if (matches_rest_) return true;
    }
    return pattern_.find_first_not_of('%', pattern_at_) == std::string_view::npos;
  }

 private:
  // Takes the next unit of the pattern. False = the text does not match it.
  bool match_one() {
    switch (pattern_[pattern_at_]) {
      case '%': return take_wildcards();
      case '_':
        ++pattern_at_;
        step_text();
        return true;
      case '\\':
        if (pattern_at_ + 1 == pattern_.size()) {
          dangling_escape_ = true;
          return false;
        }
        if (pattern_[pattern_at_ + 1] != text_[text_at_]) return false;
        pattern_at_ += 2;
        ++text_at_;
        return true;
      default:
        if (pattern_[pattern_at_] != text_[text_at_]) return false;
        ++pattern_at_;
        ++text_at_;
        return true;
    }
  }

  // A run of % and _ with at least one %: skips what the _ need, then looks for what follows.
  bool take_wildcards() {
    for (; pattern_at_ < pattern_.size(); ++pattern_at_) {
      if (pattern_[pattern_at_] == '%') continue;
      if (pattern_[pattern_at_] != '_') break;
      if (text_at_ == text_.size()) return true;  // run() sees that the pattern has a rest
      step_text();
    }
    if (pattern_at_ == pattern_.size()) {
      matches_rest_ = true;
      return true;
    }
    std::size_t literal = pattern_at_;
    if (pattern_[literal] == '\\') ++literal;
    dangling_escape_ = literal == pattern_.size();
    if (dangling_escape_) return false;
    restart_ = Restart{text_at_, pattern_at_, pattern_[literal]};
    return seek_first();
  }

  // Moves on to the next place where what follows the last % may start. False = there is none.
  bool back_up() {
    if (!restart_) return false;
    text_at_ = restart_->text_at;
    step_text();
    return seek_first();
  }

  bool seek_first() {
    const std::size_t at = text_.find(restart_->first, text_at_);
    if (at == std::string_view::npos) {
      restart_.reset();
      return false;
    }
    text_at_ = restart_->text_at = at;
    pattern_at_ = restart_->pattern_at;
    return true;
  }

  void step_text() {
    if constexpr (unit == Unit::byte) {
      ++text_at_;
    } else {
      text_at_ = std::min(text_at_ + character_bytes(text_[text_at_]), text_.size());
    }
  }

  // Where the part of the pattern behind the last % was last tried.
  struct Restart {
    std::size_t text_at;
    std::size_t pattern_at;
    char first;
  };

  std::string_view text_;
  std::string_view pattern_;
  std::size_t text_at_ = 0;
  std::size_t pattern_at_ = 0;
  std::optional<Restart> restart_;
  bool matches_rest_ = false;
  bool dangling_escape_ = false;
};

template <Unit unit, bool negated>
Value match(std::string_view text, std::string_view pattern, CallContext& context) {
  const std::optional<bool> matches = Matcher<unit>(text, pattern).run();
  if (!matches) return context.fail("LIKE pattern must not end with escape character");
  return Value::of_boolean(*matches != negated);
}

template <Unit unit, bool negated>
Value like(const Value* arguments, CallContext& context) {
  return match<unit, negated>(arguments[0].text(), arguments[1].text(), context);
}

template <bool negated>
Value ilike(const Value* arguments, CallContext& context) {
  const std::string_view pattern = lower_case(arguments[1].text(), context.arena);
  const std::string_view text = lower_case(arguments[0].text(), context.arena);
  return match<Unit::character, negated>(text, pattern, context);
}

// A pattern whose escape character is `escape` in the form whose escape character is the backslash.
std::string with_backslash(std::string_view pattern, std::string_view escape) {
  std::string result;
  bool escaped = false;
  while (!pattern.empty()) {
    const std::string_view character = pattern.substr(0, first_character_bytes(pattern));
    pattern.remove_prefix(character.size());
    if (character == escape && !escaped) {
      result += '\\';
      escaped = true;
      continue;
    }
    if (character == "\\" && !escaped) result += '\\';
    result += character;
    escaped = false;
  }
  return result;
}

// pattern LIKE-escaped by any one character, or by none.
Value like_escape(const Value* arguments, CallContext& context) {
  const std::string_view escape = arguments[1].text();
  if (escape == "\\") return arguments[0];
  if (count_characters(escape) > 1) return context.fail("invalid escape string");
  return text_result(context, with_backslash(arguments[0].text(), escape));
}

}  // namespace

std::vector<Function> pattern_functions() {
  constexpr auto operation = FunctionKind::operation;
  constexpr auto like_text = like<Unit::character, false>;
  constexpr auto not_like_text = like<Unit::character, true>;
  constexpr auto like_bytea = like<Unit::byte, false>;
  constexpr auto not_like_bytea = like<Unit::byte, true>;
  return {
      {"~~", {text, text}, boolean, like_text, operation},
      {"~~", {bpchar, text}, boolean, like_text, operation},
      {"~~", {name, text}, boolean, like_text, operation},
      {"~~", {bytea, bytea}, boolean, like_bytea, operation},
      {"!~~", {text, text}, boolean, not_like_text, operation},
      {"!~~", {bpchar, text}, boolean, not_like_text, operation},
      {"!~~", {name, text}, boolean, not_like_text, operation},
      {"!~~", {bytea, bytea}, boolean, not_like_bytea, operation},
      {"~~*", {text, text}, boolean, ilike<false>, operation},
      {"~~*", {bpchar, text}, boolean, ilike<false>, operation},
      {"!~~*", {text, text}, boolean, ilike<true>, operation},
      {"!~~*", {bpchar, text}, boolean, ilike<true>, operation},
      {"like", {text, text}, boolean, like_text},
      {"like", {name, text}, boolean, like_text},
      {"like", {bytea, bytea}, boolean, like_bytea},
      {"notlike", {text, text}, boolean, not_like_text},
      {"notlike", {name, text}, boolean, not_like_text},
      {"notlike", {bytea, bytea}, boolean, not_like_bytea},
      {"like_escape", {text, text}, text, like_escape},
  };
}

}  // namespace deltamill
