// deltamill.yaml: defaults, every kind of error, overrides, secrets in files.
#include <catch2/catch.hpp>

#include "service/configuration/read_settings.h"
#include "tests/support/temporary_directory.h"

namespace deltamill {

namespace {

const std::string minimal = "project: shop\nsource: { url: host=db }\n";

struct Loaded {
  Settings settings;
  Diagnostics diagnostics;

  // "2:7 bad_value" for each, the file's name instead of a position when there is none.
  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> result;
    for (const Diagnostic& one : diagnostics) {
      const std::string place = std::to_string(one.line) + ":" + std::to_string(one.column);
      result.push_back((one.line == 0 ? one.file : place) + " " + one.code);
    }
    return result;
  }
};

Loaded load(const std::string& text, const EnvironmentMap& environment = {},
            const std::filesystem::path& directory = "/srv/shop") {
  Loaded loaded;
  loaded.settings =
      read_settings("deltamill.yaml", text, directory, environment, loaded.diagnostics);
  return loaded;
}

using Problems = std::vector<std::string>;

}  // namespace

TEST_CASE("two settings are enough, the others have defaults") {
  const Loaded loaded = load(minimal);
  CHECK(loaded.problems().empty());
  CHECK(loaded.settings.project == "shop");
  CHECK(loaded.settings.state == "/srv/shop/state");
  CHECK(loaded.settings.store_path() == "/srv/shop/state/views.db");
  CHECK(loaded.settings.source.slot == "deltamill_shop");
  CHECK(loaded.settings.source.publication == "deltamill_shop");
  CHECK(loaded.settings.memory_limit_bytes >= std::uint64_t{64} << 20);
  CHECK(loaded.settings.serve.listen == "127.0.0.1:8080");
}

TEST_CASE("what is required is asked for") {
  CHECK(load("").problems() ==
        Problems{"deltamill.yaml missing_key", "deltamill.yaml missing_key"});
  CHECK(load("project: shop").problems() == Problems{"deltamill.yaml missing_key"});
  CHECK(load("- project\n").problems() == Problems{"1:1 bad_value"});
}

TEST_CASE("an unknown key is an error with the nearest name as hint") {
  const Loaded loaded = load(minimal + "memory_limt: 2GiB\n");
  REQUIRE(loaded.problems() == Problems{"3:1 unknown_key"});
  CHECK(loaded.diagnostics[0].hint == "did you mean \"memory_limit\"?");
  CHECK(load(minimal + "trace: { levl: info }\n").diagnostics[0].hint == "did you mean \"level\"?");
}

TEST_CASE("a wrong value is one error at the value") {
  CHECK(load(minimal + "memory_limit: 2 GB\n").problems() == Problems{"3:15 bad_value"});
  CHECK(load(minimal + "memory_limit: 1MiB\n").problems() == Problems{"3:15 bad_value"});
  CHECK(load(minimal + "defaults: { max_lag: 5 }\n").problems() == Problems{"3:22 bad_value"});
  CHECK(load(minimal + "defaults: { required: yes }\n").problems() == Problems{"3:23 bad_value"});
  CHECK(load(minimal + "defaults: { required: 'true' }\n").problems() ==
        Problems{"3:23 bad_value"});
  CHECK(load(minimal + "serve: { max_rows: '10' }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "serve: { insecure: 'false' }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "defaults: { serve: \"true\" }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "defaults: { serve: 'loopback' }\n").problems().empty());
  CHECK(load(minimal + "trace: { level: loud }\n").problems() == Problems{"3:17 bad_value"});
  CHECK(load(minimal + "serve: { max_rows: 0 }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "audit: 5\n").problems() == Problems{"3:8 bad_value"});
  CHECK(load(minimal + "state:\n").problems() == Problems{"3:1 bad_value"});
}

TEST_CASE("a reference in quotes stands for a value of any type") {
  const std::string text =
      "serve: { max_rows: '${ROWS}' }\ndefaults: { required: \"${R:-false}\" }\n";
  const Loaded loaded = load(minimal + text, {{"ROWS", "10"}});
  CHECK(loaded.problems().empty());
  CHECK(loaded.settings.serve.rows_max == 10);
  CHECK_FALSE(loaded.settings.defaults.required);
}

TEST_CASE("all errors are reported in one run") {
  CHECK(load("project: Shop\nsource: { url: host=db, slot: 'a b' }\nx: 1\n").problems() ==
        Problems{"1:10 bad_value", "2:31 bad_value", "3:1 unknown_key"});
}

TEST_CASE("what this version lacks is refused, its off value is taken") {
  CHECK(load(minimal + "journal: { retain: 0s }\naudit: { interval: 0s }\n").problems().empty());
  CHECK(load(minimal + "journal: { retain: 7d }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "serve: { auth: { tokens: [] } }\n").problems() ==
        Problems{"3:16 bad_value"});
  CHECK(load(minimal + "sinks: { c: { type: redis } }\n").problems() == Problems{"3:21 bad_value"});
  CHECK(load(minimal + "sinks: { f: { type: feed, retain: 2h } }\n").problems().size() == 1);
}

TEST_CASE("a listener off loopback is refused while there is no auth") {
  CHECK(load(minimal + "serve: { listen: '0.0.0.0:8080' }\n").problems().size() == 1);
  for (const char* bad : {"127.0.0.1", "127.0.0.1:99999", "127.0.0.1:", "127.example.com:80"})
    CHECK(load(minimal + "serve: { listen: '" + bad + "' }\n").problems().size() == 1);
  CHECK(load(minimal + "admin: { listen: off }\n").problems().size() == 1);
  for (const char* const good : {"127.0.0.1:0", "localhost:80", "'[::1]:80'", "unix:/run/x", "off"})
    CHECK(load(minimal + "serve: { listen: " + good + " }\n").problems().empty());
}

TEST_CASE("a project has at most one sink of a type, and the names that exist keep theirs") {
  CHECK(load(minimal + "sinks: { f1: { type: feed }, f2: { type: feed } }\n").problems() ==
        Problems{"3:30 bad_value"});
  CHECK(load(minimal + "sinks: { a: { type: sqlite }, b: { type: sqlite } }\n").problems() ==
        Problems{"3:31 bad_value"});
  CHECK(load(minimal + "sinks: { local: { type: feed } }\n").problems() ==
        Problems{"3:25 bad_value"});
  CHECK(load(minimal + "sinks: { feed: { type: sqlite } }\n").problems() ==
        Problems{"3:24 bad_value"});
  CHECK(load(minimal + "sinks: { a: { type: sqlite }, b: { type: feed } }\n").problems().empty());
}

TEST_CASE("sinks are a list of names and types, the declared ones in place of the default ones") {
  using Sinks = std::vector<std::string>;
  const auto sinks_of = [](const std::string& text) {
    Sinks sinks;
    for (const SinkSettings& sink : load(minimal + text).settings.sinks)
      sinks.push_back(sink.name + " " + std::string(sink.type()));
    return sinks;
  };
  CHECK(sinks_of("") == Sinks{"local sqlite", "feed feed"});
  CHECK(sinks_of("sinks: { e: { type: feed } }\n") == Sinks{"local sqlite", "e feed"});
  CHECK(sinks_of("sinks: { e: { type: feed }, s: { type: sqlite } }\n") ==
        Sinks{"s sqlite", "e feed"});
}

TEST_CASE("a sink that keeps change events is told apart from one that does not exist") {
  const Loaded loaded =
      load(minimal + "sinks: { events: { type: feed } }\ndefaults: { sinks: [events] }\n");
  REQUIRE(loaded.problems() == Problems{"4:21 bad_value"});
  CHECK(loaded.diagnostics[0].message == "the sink \"events\" is not available in this version");
}

TEST_CASE("default sinks have to be declared") {
  CHECK(load(minimal + "defaults: { sinks: [locl] }\n").problems() == Problems{"3:21 bad_value"});
  CHECK(load(minimal + "defaults: { sinks: [feed] }\n").problems() == Problems{"3:21 bad_value"});
  CHECK(load(minimal + "defaults: { sinks: [] }\n").problems() == Problems{"3:20 bad_value"});
  CHECK(load(minimal + "defaults: { sinks: [x] }\nsinks: { x: { type: sqlite } }\n")
            .problems()
            .empty());
}

TEST_CASE("the connection string is checked where it stands, and its content is not told") {
  const Loaded loaded = load("project: shop\nsource: { url: 'ada:pearl@db' }\n");
  REQUIRE(loaded.problems() == Problems{"2:16 bad_value"});
  CHECK(to_text(loaded.diagnostics[0]).find("pearl") == std::string::npos);
  CHECK(load("project: shop\nsource: { url: '' }\n").problems() == Problems{"2:16 bad_value"});
  CHECK(load("project: shop\nsource: { url: 'postgresql://ada:p@rl@db/shop' }\n").problems() ==
        Problems{"2:16 bad_value"});
  CHECK(load("project: shop\nsource: { url: 'host=db prot=1' }\n")
            .diagnostics.at(0)
            .message.find("\"prot\"") != std::string::npos);
}

TEST_CASE("a variable of the environment replaces its setting") {
  const Loaded loaded =
      load(minimal + "memory_limit: ${UNSET}\n", {{"DELTAMILL_MEMORY_LIMIT", "1GiB"},
                                                  {"DELTAMILL_SOURCE__SEARCH_PATH", "[a, b]"},
                                                  {"DELTAMILL_TRACE", "{level: debug}"},
                                                  {"DELTAMILL_PORT", "tcp://10.0.0.1:80"}});
  CHECK(loaded.problems().empty());
  CHECK(loaded.settings.memory_limit_bytes == std::uint64_t{1} << 30);
  CHECK(loaded.settings.source.search_path == std::vector<std::string>{"a", "b"});
  CHECK(loaded.settings.trace.level == TraceLevel::debug);
}

TEST_CASE("a variable replaces a setting of a sink") {
  const auto path_of = [](const std::string& text, const EnvironmentMap& environment) {
    const Loaded loaded = load(minimal + text, environment);
    CHECK(loaded.problems().empty());
    return loaded.settings.store_path();
  };
  CHECK(path_of("", {{"DELTAMILL_SINKS__LOCAL__PATH", "q.db"}}) == "/srv/shop/state/q.db");
  CHECK(path_of("sinks: { s: { type: sqlite, path: x.db } }\n",
                {{"DELTAMILL_SINKS__S__PATH", "q.db"}}) == "/srv/shop/state/q.db");
  CHECK(path_of("sinks: { s: { type: sqlite, path: '${UNSET}' } }\n",
                {{"DELTAMILL_SINKS__S", "{ type: sqlite, path: q.db }"}}) ==
        "/srv/shop/state/q.db");
  CHECK(path_of("sinks: { s: { type: redis } }\n", {{"DELTAMILL_SINKS", "{}"}}) ==
        "/srv/shop/state/views.db");
  const Loaded renamed = load(minimal, {{"DELTAMILL_SINKS__STORE__TYPE", "sqlite"},
                                        {"DELTAMILL_SINKS__STORE__PATH", "q.db"}});
  CHECK(renamed.problems().empty());
  CHECK(renamed.settings.store_name() == "store");
  CHECK(renamed.settings.defaults.sinks == std::vector<std::string>{"store"});
}

TEST_CASE("default sinks that a variable gives have to be declared too") {
  CHECK(load(minimal, {{"DELTAMILL_DEFAULTS__SINKS", "[local, locl]"}}).problems() ==
        Problems{"1:9 bad_value"});
  CHECK(load(minimal, {{"DELTAMILL_DEFAULTS", "{sinks: [feed]}"}}).problems() ==
        Problems{"1:10 bad_value"});
  CHECK(load(minimal + "defaults: { sinks: [locl] }\n", {{"DELTAMILL_DEFAULTS__SINKS", "[local]"}})
            .problems()
            .empty());
  CHECK(load(minimal + "defaults: { sinks: [locl] }\n", {{"DELTAMILL_DEFAULTS", "{}"}})
            .problems()
            .empty());
}

TEST_CASE("what is wrong with a variable of a sink is told of the variable") {
  const auto file_of = [](const EnvironmentMap& environment) {
    const Loaded loaded = load(minimal + "sinks: { local: { type: sqlite } }\n", environment);
    REQUIRE(loaded.diagnostics.size() == 1);
    return loaded.diagnostics[0].file + " " + loaded.diagnostics[0].code;
  };
  CHECK(file_of({{"DELTAMILL_SINKS__LOCAL__PATH", "[x]"}}) ==
        "DELTAMILL_SINKS__LOCAL__PATH bad_value");
  CHECK(file_of({{"DELTAMILL_SINKS__LOCAL__PTH", "x"}}) ==
        "DELTAMILL_SINKS__LOCAL__PTH unknown_key");
  CHECK(file_of({{"DELTAMILL_SINKS__FEED__RETAIN", "2h"}}) ==
        "DELTAMILL_SINKS__FEED__RETAIN bad_value");
  CHECK(file_of({{"DELTAMILL_SINKS__CACHE__TYPE", "redis"}}) ==
        "DELTAMILL_SINKS__CACHE__TYPE bad_value");
  CHECK(file_of({{"DELTAMILL_SERVE__AUTH__TOKENS", "[]"}}) ==
        "DELTAMILL_SERVE__AUTH__TOKENS bad_value");
}

TEST_CASE("a variable that names no setting is an error when it has two underscores") {
  const Loaded loaded = load(minimal, {{"DELTAMILL_SOURCE__URLL", "x"}});
  REQUIRE(loaded.problems() == Problems{"DELTAMILL_SOURCE__URLL unknown_key"});
  CHECK(loaded.diagnostics[0].hint == "did you mean \"DELTAMILL_SOURCE__URL\"?");
}

TEST_CASE("a secret given by a variable is not shown") {
  const Loaded loaded = load(minimal, {{"DELTAMILL_SOURCE__URL", "ada:pearl@db"}});
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(to_text(loaded.diagnostics[0]).find("pearl") == std::string::npos);
}

TEST_CASE("the connection string is read from a file without its line end") {
  const TemporaryDirectory directory("settings");
  write_file(directory.path() / "url", "host=secret\n");
  std::filesystem::permissions(directory.path() / "url", std::filesystem::perms::owner_read);
  const std::string text = "project: shop\nsource: { url_file: url }\n";
  const Loaded loaded = load(text, {}, directory.path());
  CHECK(loaded.problems().empty());
  CHECK(loaded.settings.source.url == "host=secret");
  CHECK(
      load(text, {{"DELTAMILL_SOURCE__URL", "host=other"}}, directory.path()).settings.source.url ==
      "host=other");
}

TEST_CASE("a file of a secret that others can read draws a warning") {
  const TemporaryDirectory directory("settings");
  write_file(directory.path() / "url", "host=secret\n");
  std::filesystem::permissions(directory.path() / "url", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Loaded loaded = load("project: shop\nsource: { url_file: url }\n", {}, directory.path());
  REQUIRE(loaded.problems() == Problems{"2:21 bad_value"});
  CHECK(loaded.diagnostics[0].severity == Severity::warning);
}

TEST_CASE("a secret is given once, and its file exists") {
  CHECK(load("project: shop\nsource: { url: host=db, url_file: x }\n").problems() ==
        Problems{"2:35 bad_value"});
  CHECK(load("project: shop\nsource: { url_file: /nowhere }\n").problems() ==
        Problems{"2:21 bad_value"});
}

}  // namespace deltamill
