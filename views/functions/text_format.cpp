// concat, concat_ws and format(): values are printed by the output function of their type (booleans
// as t and f), as PostgreSQL does.
#include "views/functions/text_format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "views/data/ascii.h"
#include "views/data/text_form.h"
#include "views/data/utf8.h"
#include "views/functions/result_text.h"
#include "views/functions/text_quoting.h"

namespace deltamill {

namespace {

using enum TypeKind;

// NULLs are left out, with their separator.
std::string joined(const Value* arguments, std::size_t first, std::string_view separator,
                   const CallContext& context) {
  std::string text;
  bool any = false;
  for (std::size_t i = first; i < context.argument_types.size(); ++i) {
    if (arguments[i].is_null()) continue;
    if (any) text += separator;
    any = true;
    append_text(context.argument_types[i], arguments[i], text);
  }
  return text;
}

Value concat(const Value* arguments, CallContext& context) {
  return text_result(context, joined(arguments, 0, "", context));
}

Value concat_ws(const Value* arguments, CallContext& context) {
  if (arguments[0].is_null()) return Value::null();
  return text_result(context, joined(arguments, 1, arguments[0].text(), context));
}

// One call of format(): reads the format string and the arguments in step.
class Formatter {
 public:
  Formatter(const Value* arguments, CallContext& context)
      : arguments_(arguments), context_(context), format_(arguments[0].text()) {}

  Value run() {
    while (at_ < format_.size()) {
      if (format_[at_] != '%') {
        text_ += format_[at_++];
      } else if (++at_ < format_.size() && format_[at_] == '%') {
        text_ += format_[at_++];
      } else if (!convert()) {
        return Value::null();
      }
    }
    return text_result(context_, text_);
  }

 private:
  static constexpr std::int64_t none = -1;

  bool fail(std::string_view message) {
    context_.fail(message);
    return false;
  }

  // Every read of the next character asks first: a format may end anywhere.
  bool unterminated() {
    return at_ < format_.size() || fail("unterminated format() type specifier");
  }

  // Digits at the current place; none = there are none.
  bool read_number(std::int64_t& number) {
    number = none;
    while (at_ < format_.size() && is_digit(format_[at_])) {
      number = std::max<std::int64_t>(number, 0) * 10 + (format_[at_++] - '0');
      if (number > std::numeric_limits<std::int32_t>::max()) return fail("number is out of range");
    }
    return unterminated();
  }

  // %[position$][-][width | * | *position$]type
  bool convert() {
    if (!unterminated()) return false;
    std::int64_t position = none;
    std::int64_t number = none;
    if (!read_number(number)) return false;
    if (number != none && format_[at_] == '$') {
      if (number == 0) return fail_position();
      position = number;
      number = none;
      ++at_;
    }
    bool left = false;
    if (number == none && !read_flags_and_width(left, number)) return false;
    if (!unterminated()) return false;
    return print(position, left, number);
  }

  bool fail_position() {
    return fail("format specifies argument 0, but arguments are numbered from 1");
  }

  bool read_flags_and_width(bool& left, std::int64_t& width) {
    for (; at_ < format_.size() && format_[at_] == '-'; ++at_) left = true;
    if (!unterminated()) return false;
    if (format_[at_] != '*') return read_number(width);
    ++at_;
    std::int64_t position = none;
    if (!unterminated() || !read_number(position)) return false;
    if (position != none) {
      if (format_[at_] != '$') return fail("width argument position must be ended by \"$\"");
      if (position == 0) return fail_position();
      ++at_;
    }
    return read_width_argument(position, left, width);
  }

  bool read_width_argument(std::int64_t position, bool& left, std::int64_t& width) {
    const Value* const value = take(position);
    if (value == nullptr) return false;
    const Type& type = context_.argument_types[static_cast<std::size_t>(value - arguments_)];
    if (value->is_null()) return true;
    std::string printed;
    append_text(type, *value, printed);
    Type integer;
    integer.kind = int4;
    const auto number = parse_text(integer, printed, context_.arena);
    if (!number)
      return fail(context_.arena.copy(
          fmt::format("invalid input syntax for type integer: \"{}\"", printed)));
    width = number->integer;
    if (width < 0) {
      left = true;
      if (width == std::numeric_limits<std::int32_t>::min()) return fail("number is out of range");
      width = -width;
    }
    return true;
  }

  // The argument at a stated position, else the next one.
  // A stated position also moves the count: %2$s %s takes arguments 2 and 3 (text_format).
  const Value* take(std::int64_t position) {
    const std::size_t index =
        position == none ? ++last_taken_ : (last_taken_ = static_cast<std::size_t>(position));
    if (index < context_.argument_types.size()) return arguments_ + index;
    fail("too few arguments for format()");
    return nullptr;
  }

  bool print(std::int64_t position, bool left, std::int64_t width) {
    const char type = format_[at_];
    if (type != 's' && type != 'I' && type != 'L')
      return fail(context_.arena.copy(
          fmt::format("unrecognized format() type specifier \"{}\"",
                      format_.substr(at_, first_character_bytes(format_.substr(at_))))));
    ++at_;
    const Value* const value = take(position);
    if (value == nullptr) return false;
    std::string content;
    if (value->is_null()) {
      if (type == 'I') return fail("null values cannot be formatted as an SQL identifier");
      if (type == 'L') content = "NULL";
    } else {
      append_value(type, *value, content);
    }
    return append_padded(content, left, width);
  }

  void append_value(char type, const Value& value, std::string& content) {
    std::string printed;
    append_text(context_.argument_types[static_cast<std::size_t>(&value - arguments_)], value,
                printed);
    if (type == 's') content = printed;
    if (type == 'I') append_quoted_identifier(printed, content);
    if (type == 'L') append_quoted_literal(printed, content);
  }

  bool append_padded(std::string_view content, bool left, std::int64_t width) {
    const auto present = static_cast<std::int64_t>(count_characters(content));
    const auto missing = static_cast<std::size_t>(std::max<std::int64_t>(width - present, 0));
    if (text_.size() + content.size() + missing > max_value_bytes) return fail("out of memory");
    if (!left) text_.append(missing, ' ');
    text_ += content;
    if (left) text_.append(missing, ' ');
    return true;
  }

  const Value* arguments_;
  CallContext& context_;
  std::string_view format_;
  std::string text_;
  std::size_t at_ = 0;
  std::size_t last_taken_ = 0;
};

Value format(const Value* arguments, CallContext& context) {
  if (arguments[0].is_null()) return Value::null();
  return Formatter(arguments, context).run();
}

}  // namespace

std::vector<Function> text_format_functions() {
  constexpr auto function = FunctionKind::function;
  return {
      {"concat", {}, text, concat, function, false, Signature::variadic_any},
      {"concat_ws", {text}, text, concat_ws, function, false, Signature::variadic_any},
      {"format", {text}, text, format, function, false, Signature::variadic_any},
  };
}

}  // namespace deltamill
