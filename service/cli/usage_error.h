// What is wrong with the words of a command line, and the nearest word that would be right.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace deltamill {

struct UsageError {
  std::string message;
  std::string hint;
};

// The first word that is no command or no flag where it stands, or a flag that lacks its value.
// `app` has the common flags, and a subcommand for each command. Words of a command that this
// version lacks are not looked at: nobody knows them.
[[nodiscard]] std::optional<UsageError> wrong_word(const CLI::App& app,
                                                   std::span<const std::string_view> words);

}  // namespace deltamill
