// One value of the configuration, read as what it has to be. What is wrong is reported where it
// stands, once.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/configuration/yaml_document.h"

namespace deltamill {

class SettingReader {
 public:
  SettingReader(const YamlNode& node, std::string path, YamlSource& source)
      : node_(node), path_(std::move(path)), source_(source) {}

  // Reports `"path" must be WHAT`, unless something was reported before.
  void fail(const std::string& what, const std::string& hint = {});
  void unavailable();

  [[nodiscard]] std::string text();
  [[nodiscard]] bool boolean(bool otherwise);
  [[nodiscard]] std::uint64_t integer(std::uint64_t min, std::uint64_t max);
  [[nodiscard]] std::chrono::milliseconds duration();
  [[nodiscard]] std::uint64_t size();
  [[nodiscard]] std::vector<std::string> texts();

  template <typename Value, std::size_t count>
  [[nodiscard]] Value choice(const std::array<std::pair<std::string_view, Value>, count>& choices) {
    std::string names;
    for (const auto& [name, value] : choices) {
      if (node_.is_word(name)) return value;
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    fail("one of " + names);
    return choices[0].second;
  }

  // A setting whose feature does not exist in this version: only its "off" value is taken.
  void only(std::initializer_list<std::string_view> off);

 private:
  const YamlNode& node_;
  std::string path_;
  YamlSource& source_;
  bool failed_ = false;
};

}  // namespace deltamill
