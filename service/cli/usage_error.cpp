// Finds the first word of a command line that is wrong. It walks the words as CLI11 will, so that a
// flag is judged by the command it belongs to wherever it stands, and before CLI11 takes the word
// after it for something else.
#include "service/cli/usage_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "service/cli/command_table.h"
#include "views/sql/suggestion.h"

namespace deltamill {

namespace {

using Names = std::vector<std::string>;

// "--format=json" gives "--format".
std::string flag_name(std::string_view word) {
  return std::string(word.substr(0, word.find('=')));
}

Names flags_of(const CLI::App& app) {
  Names names;
  for (const CLI::Option* const option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool has_flag(const CLI::App& app, const std::string& name) {
  return app.get_option_no_throw(name) != nullptr;
}

// What is near: few letters differ, or the word is the beginning of one name alone.
std::string nearest(std::string_view word, const Names& names) {
  std::string hint = did_you_mean(word, names);
  if (!hint.empty()) return hint;
  const auto begins = [&](const std::string& name) { return name.starts_with(word); };
  const bool says_something = word.find_first_not_of('-') != std::string_view::npos;
  if (!says_something || std::ranges::count_if(names, begins) != 1) return {};
  return "did you mean \"" + *std::ranges::find_if(names, begins) + "\"?";
}

UsageError unknown_command(std::string_view word) {
  Names names;
  for (const Command& command : command_table()) names.emplace_back(command.name);
  std::string hint = nearest(word, names);
  if (hint.empty()) hint = "deltamill --help lists the commands";
  return {"unknown command \"" + std::string(word) + "\"", std::move(hint)};
}

class WordWalk {
 public:
  WordWalk(const CLI::App& app, std::span<const std::string_view> words)
      : app_(app), words_(words) {}

  [[nodiscard]] std::optional<UsageError> wrong_word() {
    for (; at_ < words_.size() && words_[at_] != "--"; ++at_) {
      const std::string_view word = words_[at_];
      if (word.starts_with('-') && word != "-") {
        if (auto error = look_at_flag(word)) return error;
      } else if (command_ == nullptr) {
        const Command* const named = find_command(word);
        if (named == nullptr) return unknown_command(word);
        // A command that is not available takes anything and says that.
        if (named->run == nullptr) return std::nullopt;
        command_ = app_.get_subcommand(std::string(word));
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<UsageError> look_at_flag(std::string_view word) {
    const bool is_long = word.starts_with("--");
    // Several flags of one letter may stand together, the last of them with its value.
    for (std::size_t letter = 1; letter < word.size(); ++letter) {
      const std::string name = is_long ? flag_name(word) : std::string{'-', word[letter]};
      const CLI::Option* const option = find(name);
      if (option == nullptr) return unknown_flag(flag_name(word));
      const bool takes_value = option->get_items_expected_min() > 0;
      const bool value_follows = is_long ? name == word : letter + 1 == word.size();
      if (takes_value && value_follows && ++at_ == words_.size())
        return UsageError{"\"" + name + "\" lacks its value", see_help(command_)};
      if (is_long || takes_value) break;
    }
    return std::nullopt;
  }

  [[nodiscard]] const CLI::Option* find(const std::string& name) const {
    const CLI::Option* const of_command =
        command_ == nullptr ? nullptr : command_->get_option_no_throw(name);
    return of_command != nullptr ? of_command : app_.get_option_no_throw(name);
  }

  [[nodiscard]] UsageError unknown_flag(const std::string& name) const {
    const CLI::App* const command = command_ != nullptr ? command_ : later_command();
    return {"unknown flag \"" + name + "\"", hint_of_flag(name, command)};
  }

  // In this order: at the wrong place, of another command, misspelt.
  [[nodiscard]] std::string hint_of_flag(const std::string& name, const CLI::App* command) const {
    if (command != nullptr && has_flag(*command, name))  // a command that comes later
      return "write it after the command: deltamill " + command->get_name() + " " + name;
    std::string owners;
    Names names = flags_of(app_);
    for (const CLI::App* const candidate : app_.get_subcommands({})) {
      if (has_flag(*candidate, name))
        owners += (owners.empty() ? "" : ", ") + candidate->get_name();
      if (command != nullptr && candidate != command) continue;
      const Names flags = flags_of(*candidate);
      names.insert(names.end(), flags.begin(), flags.end());
    }
    if (!owners.empty()) return "it is a flag of: " + owners;
    std::string hint = nearest(name, names);
    return hint.empty() ? see_help(command) : hint;
  }

  // The command that a flag before it may have been meant for.
  [[nodiscard]] const CLI::App* later_command() const {
    for (const std::string_view word : words_.subspan(at_)) {
      const Command* const named = find_command(word);
      if (named != nullptr && named->run != nullptr) return app_.get_subcommand(std::string(word));
    }
    return nullptr;
  }

  static std::string see_help(const CLI::App* command) {
    return "deltamill " + (command == nullptr ? "" : command->get_name() + " ") +
           "--help lists the flags";
  }

  const CLI::App& app_;
  std::span<const std::string_view> words_;
  std::size_t at_ = 0;
  const CLI::App* command_ = nullptr;
};

}  // namespace

std::optional<UsageError> wrong_word(const CLI::App& app, std::span<const std::string_view> words) {
  return WordWalk(app, words).wrong_word();
}

}  // namespace deltamill
