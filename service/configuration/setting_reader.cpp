// Reads the value of one setting by its type. Every message reads: "path" must be WHAT; of several
// things wrong with a value the first is reported.
#include "service/configuration/setting_reader.h"

#include <algorithm>
#include <charconv>

#include "service/configuration/quantity.h"

namespace deltamill {

void SettingReader::fail(const std::string& what, const std::string& hint) {
  if (failed_) return;
  failed_ = true;
  source_.error(node_, "bad_value", "\"" + path_ + "\" must be " + what, hint);
}

void SettingReader::unavailable() {
  if (failed_) return;
  failed_ = true;
  source_.error(node_, "bad_value", "\"" + path_ + "\" is not available in this version",
                "remove it, or give its default");
}

std::string SettingReader::text() {
  if (node_.kind == YamlNode::Kind::scalar) return node_.text;
  fail("a text");
  return {};
}

bool SettingReader::boolean(bool otherwise) {
  if (node_.is_word("true")) return true;
  if (node_.is_word("false")) return false;
  fail("true or false");
  return otherwise;
}

std::uint64_t SettingReader::integer(std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  const std::string& digits = node_.text;
  const char* const last = digits.data() + digits.size();
  const auto end = std::from_chars(digits.data(), last, value);
  const bool plain = node_.kind == YamlNode::Kind::scalar && !node_.quoted;
  if (plain && !digits.empty() && end.ec == std::errc{} && end.ptr == last && value >= min &&
      value <= max)
    return value;
  fail("an integer from " + std::to_string(min) + " to " + std::to_string(max));
  return min;
}

std::chrono::milliseconds SettingReader::duration() {
  if (node_.kind == YamlNode::Kind::scalar)
    if (const auto value = parse_duration(node_.text)) return *value;
  fail("a duration: an integer and one of ms s m h d, without a blank", "for example 5s");
  return {};
}

std::uint64_t SettingReader::size() {
  if (node_.kind == YamlNode::Kind::scalar)
    if (const auto value = parse_size(node_.text)) return *value;
  fail("a size: an integer and one of B KiB MiB GiB, without a blank", "for example 2GiB");
  return 0;
}

std::vector<std::string> SettingReader::texts() {
  std::vector<std::string> result;
  bool good = node_.kind == YamlNode::Kind::list;
  for (const YamlNode& item : node_.items) {
    good = good && item.kind == YamlNode::Kind::scalar;
    result.push_back(item.text);
  }
  if (!good) fail("a list of texts", "for example [a, b]");
  return result;
}

void SettingReader::only(std::initializer_list<std::string_view> off) {
  const bool empty_list = node_.kind == YamlNode::Kind::list && node_.items.empty();
  const bool is_off =
      std::ranges::any_of(off, [&](std::string_view word) { return node_.is_word(word); });
  if (!is_off && !empty_list) unavailable();
}

}  // namespace deltamill
