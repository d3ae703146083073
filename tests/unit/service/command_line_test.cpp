// What the command line answers before a command runs: versions, help, and what is wrong with words.
#include "service/cli/command_line.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

namespace deltamill {

namespace {

// What a stream is given until the end of the scope.
class Captured {
 public:
  explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() { stream_.rdbuf(before_); }

  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostream& stream_;
  std::ostringstream text_;
  std::streambuf* before_;
};

struct Answer {
  int code = 0;
  std::string result;    // stdout
  std::string messages;  // stderr
};

// `words` are separated by blanks.
Answer ask(const std::string& words) {
  std::istringstream stream("deltamill " + words);
  std::vector<std::string> texts;
  for (std::string word; stream >> word;) texts.push_back(word);
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  const Captured result(std::cout);
  const Captured messages(std::cerr);
  const int code = run_command_line(static_cast<int>(pointers.size()), pointers.data());
  return {code, result.text(), messages.text()};
}

// Message and hint of words that are refused.
std::string refusal_of(const std::string& words) {
  const Answer answer = ask(words);
  CHECK(answer.code == 2);
  CHECK(answer.result.empty());
  return answer.messages;
}

std::string refusal(const std::string& message, const std::string& hint) {
  return "deltamill: " + message + "\n  hint: " + hint + "\n";
}

}  // namespace

TEST_CASE("--version answers like version") {
  const Answer command = ask("version");
  CHECK(command.code == 0);
  CHECK(command.result.starts_with("deltamill "));
  CHECK(ask("--version").result == command.result);
  CHECK(ask("--version").code == 0);
  CHECK(ask("check --version").result == command.result);
  CHECK(ask("explain --version").result == command.result);
  const Answer json = ask("version --json");
  CHECK(nlohmann::json::parse(json.result).contains("libraries"));
  CHECK(ask("--version --json").result == json.result);
  CHECK(ask("--json --version").result == json.result);
}

TEST_CASE("nothing asked for is answered by the usage, on stderr") {
  for (const char* const words : {"", "--json", "-q"})
    CHECK(refusal_of(words).starts_with("Usage: deltamill "));
}

TEST_CASE("a command has its help, wherever the flag stands") {
  for (const char* const words : {"verify --help", "verify -h", "verify --all -h"}) {
    const Answer answer = ask(words);
    CHECK(answer.code == 0);
    CHECK(answer.result.find("Usage: deltamill verify VIEW") != std::string::npos);
  }
  CHECK(ask("--help").result.find("Exit codes:") != std::string::npos);
}

TEST_CASE("an unknown command names the nearest one") {
  CHECK(refusal_of("chek") == refusal("unknown command \"chek\"", "did you mean \"check\"?"));
  CHECK(refusal_of("-C /srv --json chek").find("did you mean") != std::string::npos);
  CHECK(refusal_of("stat") == refusal("unknown command \"stat\"", "did you mean \"status\"?"));
  CHECK(refusal_of("re") ==
        refusal("unknown command \"re\"", "deltamill --help lists the commands"));
  CHECK(refusal_of("unlike") ==
        refusal("unknown command \"unlike\"", "deltamill --help lists the commands"));
}

TEST_CASE("an unknown flag names the nearest one of its command, wherever it stands") {
  const std::string expected = refusal("unknown flag \"--ofline\"", "did you mean \"--offline\"?");
  for (const char* const words : {"check --ofline", "--ofline check", "check -q --ofline",
                                  "check --ofline=yes", "--ofline=yes -q check", "--ofline"})
    CHECK(refusal_of(words) == expected);
  CHECK(refusal_of("explain --formt json") ==
        refusal("unknown flag \"--formt\"", "did you mean \"--format\"?"));
  CHECK(refusal_of("verify v --lim 3") ==
        refusal("unknown flag \"--lim\"", "did you mean \"--limit\"?"));
  CHECK(refusal_of("check -json") == refusal("unknown flag \"-json\"", "did you mean \"--json\"?"));
  CHECK(refusal_of("--admn http://localhost check") ==
        refusal("unknown flag \"--admn\"", "did you mean \"--admin\"?"));
  CHECK(refusal_of("--versoin") ==
        refusal("unknown flag \"--versoin\"", "did you mean \"--version\"?"));
}

TEST_CASE("nothing is suggested for a flag that nothing is near to") {
  CHECK(refusal_of("check --zebra") ==
        refusal("unknown flag \"--zebra\"", "deltamill check --help lists the flags"));
  CHECK(refusal_of("--zebra") ==
        refusal("unknown flag \"--zebra\"", "deltamill --help lists the flags"));
  CHECK(refusal_of("check -qX") ==
        refusal("unknown flag \"-qX\"", "deltamill check --help lists the flags"));
}

TEST_CASE("a flag that belongs elsewhere is told where") {
  CHECK(refusal_of("check --watch") ==
        refusal("unknown flag \"--watch\"", "it is a flag of: status"));
  CHECK(refusal_of("status --all") ==
        refusal("unknown flag \"--all\"", "it is a flag of: rebuild, verify"));
  CHECK(refusal_of("--format json explain v") ==
        refusal("unknown flag \"--format\"",
                "write it after the command: deltamill explain --format"));
}

TEST_CASE("nothing is abbreviated") {
  CHECK(refusal_of("check --deny").find("did you mean \"--deny-warnings\"?") != std::string::npos);
  CHECK(refusal_of("verif --all").find("did you mean \"verify\"?") != std::string::npos);
}

TEST_CASE("arguments that lack, are too many or of another kind are refused with the usage") {
  const std::string usage = "usage: deltamill explain VIEW [--format text|json]";
  CHECK(refusal_of("explain") == refusal("VIEW is required", usage));
  CHECK(refusal_of("explain a b") == refusal("unexpected argument \"b\"", usage));
  CHECK(refusal_of("explain a --format") ==
        refusal("\"--format\" lacks its value", "deltamill explain --help lists the flags"));
  CHECK(refusal_of("check -qC") ==
        refusal("\"-C\" lacks its value", "deltamill check --help lists the flags"));
  CHECK(refusal_of("explain a --format xml").find(usage) != std::string::npos);
  CHECK(refusal_of("check -- --offline").find("unexpected argument \"--offline\"") !=
        std::string::npos);
}

TEST_CASE("a command that this version lacks says so, whatever is asked of it") {
  for (const char* const words : {"init", "init --from-url x", "init --help", "-q init"}) {
    const Answer answer = ask(words);
    CHECK(answer.code == 1);
    CHECK(answer.messages == "deltamill: \"init\" is not available in this version\n");
  }
}

TEST_CASE("with --json complaints are JSON, wherever the flag stands") {
  for (const char* const words : {"--json chek", "chek --json"})
    CHECK(nlohmann::json::parse(refusal_of(words)) ==
          nlohmann::json{{"severity", "error"},
                         {"message", "unknown command \"chek\""},
                         {"hint", "did you mean \"check\"?"}});
}

}  // namespace deltamill
