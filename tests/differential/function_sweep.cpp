// `function_sweep --calls N --seed S`: every entry of the function table is called on random values
// in this process and by PostgreSQL; results and error messages must be the same. `--zones N` adds
// calls that name a time zone, with zones and times of their own.
#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <map>

#include "service/time_zone_database.h"
#include "tests/differential/function_values.h"
#include "tests/differential/random.h"
#include "tests/differential/zone_values.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/shown_value.h"
#include "tests/support/sql_session.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

constexpr int null_percent = 4;
constexpr std::size_t batch_size = 400;
constexpr int shown_per_function = 3;

struct Call {
  const Function* function = nullptr;
  std::string sql;     // for PostgreSQL
  std::string result;  // ours: text form, "NULL", or "ERROR: message"
};

Type plain_type(TypeKind kind, std::int32_t modifier = -1) {
  Type type;
  type.kind = kind;
  type.modifier = modifier;
  return type;
}

bool is_cast(const Function& function) {
  return function.kind != FunctionKind::function && function.kind != FunctionKind::operation;
}

// Types of the arguments of one call; empty = the function is not tried.
std::vector<TypeKind> argument_kinds(const Function& function, Random& random) {
  static const std::vector<TypeKind> any{TypeKind::int4, TypeKind::text,      TypeKind::numeric,
                                         TypeKind::date, TypeKind::boolean,   TypeKind::jsonb,
                                         TypeKind::time, TypeKind::timestamp, TypeKind::float8};
  std::vector<TypeKind> kinds = function.arguments;
  if (function.signature == Signature::variadic)
    for (int i = random.between(0, 2); i > 0; --i) kinds.push_back(kinds.back());
  if (function.signature == Signature::variadic_any)
    for (int i = random.between(1, 4); i > 0; --i) kinds.push_back(random.pick(any));
  for (TypeKind& kind : kinds) {
    if (kind == TypeKind::unknown) kind = random.pick(any);
    if (values_to_try(kind).empty()) return {};
  }
  return kinds;
}

// numeric(5,2), varchar(3), char(4), timestamp(1) for casts within one kind.
Type target_type(const Function& function, Random& random) {
  const bool within = is_cast(function) && function.arguments.front() == function.result;
  if (!within) return plain_type(function.result);
  switch (function.result) {
    case TypeKind::numeric:
      return plain_type(TypeKind::numeric,
                        (random.between(3, 20) << 16 | random.between(0, 3)) + 4);
    case TypeKind::varchar:
    case TypeKind::bpchar: return plain_type(function.result, random.between(1, 6) + 4);
    // All fields, and digits of a second.
    case TypeKind::interval:
      return plain_type(function.result, 0x7fff << 16 | random.between(0, 6));
    default: return plain_type(function.result, random.between(0, 6));
  }
}

std::string sql_of(const Function& function, const std::vector<std::string>& arguments,
                   const Type& result) {
  if (is_cast(function)) return "(" + arguments[0] + ")::" + format_type(result);
  const std::string name(function.name);
  if (function.kind == FunctionKind::operation)
    return arguments.size() == 1 ? name + " " + arguments[0]
                                 : arguments[0] + " " + name + " " + arguments[1];
  std::string list;
  for (const std::string& argument : arguments) list += (list.empty() ? "" : ", ") + argument;
  return "pg_catalog.\"" + name + "\"(" + list + ")";
}

// PostgreSQL 15.18 gives the whole text for right(text, -2147483648), 15.20 the empty one, as we
// do.
bool depends_on_minor_version(const Function& function, const std::string& sql) {
  return function.name == "right" && sql.find("'-2147483648'") != std::string::npos;
}

// Nothing = the function is not tried.
const std::shared_ptr<const TimeZones>& time_zones() {
  static const std::shared_ptr<const TimeZones> zones = make_time_zone_database();
  return zones;
}

std::optional<Call> random_call(const Function& function, Random& random) {
  const std::vector<TypeKind> kinds = argument_kinds(function, random);
  if (kinds.empty() || function.result == TypeKind::enumeration) return std::nullopt;
  Arena arena;
  Expressions constants;
  std::vector<std::string> arguments;
  for (const TypeKind kind : kinds) {
    const Type type = plain_type(kind);
    if (random.chance(null_percent)) {
      constants.push_back(make_constant(type, Value::null()));
      arguments.push_back("NULL::" + format_type(type));
      continue;
    }
    const std::string& text = random.pick(values_to_try(kind));
    const std::optional<Value> value = parse_text(type, text, arena);
    if (!value) throw std::runtime_error("not read as " + format_type(type) + ": " + text);
    constants.push_back(make_constant(type, *value));
    // bpchar without a length keeps its blanks; a cast to character would cut to one letter.
    arguments.push_back(quoted(text) +
                        "::" + (kind == TypeKind::bpchar ? "bpchar" : format_type(type)));
  }
  const Type result = target_type(function, random);
  std::string sql = sql_of(function, arguments, result);
  if (depends_on_minor_version(function, sql)) return std::nullopt;
  return Call{&function, std::move(sql),
              shown(make_call(function, result, std::move(constants), time_zones()))};
}

const Function& function_of(std::string_view name, const std::vector<TypeKind>& kinds) {
  for (const Function& function : all_functions())
    if (function.name == name && function.arguments == kinds) return function;
  throw std::runtime_error("no function " + std::string(name) + " of these kinds");
}

Call call_of(const Function& function, const std::vector<std::string>& texts) {
  Arena arena;
  Expressions constants;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Type type = plain_type(function.arguments[i]);
    const std::optional<Value> value = parse_text(type, texts[i], arena);
    if (!value) throw std::runtime_error("not read as " + format_type(type) + ": " + texts[i]);
    constants.push_back(make_constant(type, *value));
    arguments.push_back(quoted(texts[i]) + "::" + format_type(type));
  }
  const Type result = plain_type(function.result);
  return {&function, sql_of(function, arguments, result),
          shown(make_call(function, result, std::move(constants), time_zones()))};
}

// AT TIME ZONE both ways, date_trunc in a zone, and a zone in the text of a timestamptz.
Call zone_call(const ZoneValues& values, Random& random) {
  using enum TypeKind;
  static const std::vector<const Function*> functions{
      &function_of("timezone", {text, timestamptz}), &function_of("timezone", {text, timestamp}),
      &function_of("date_trunc", {text, timestamptz, text}), find_cast(text, timestamptz)};
  static const std::vector<std::string> units{
      "microsecond", "millisecond", "second", "minute", "hour",    "day",       "week",
      "month",       "quarter",     "year",   "decade", "century", "millennium"};
  const std::string zone = values.zone(random);
  const std::string written = values.time(zone, random);
  // In a text, only a zone that begins with a letter is taken as one.
  const bool in_text = !zone.empty() && std::isalpha(static_cast<unsigned char>(zone[0])) != 0;
  const Function& function = *functions[random.below(functions.size() - (in_text ? 0 : 1))];
  if (function.arguments.size() == 3) return call_of(function, {random.pick(units), written, zone});
  if (function.arguments.size() == 2) return call_of(function, {zone, written});
  return call_of(function, {ZoneValues::with_zone(written, zone)});
}

// PostgreSQL's results in the same form.
std::vector<std::string> answers(SqlSession& session, const std::vector<Call>& calls) {
  std::string list;
  for (const Call& call : calls) list += (list.empty() ? "" : ",") + quoted(call.sql);
  std::vector<std::string> results;
  for (const SqlRow& row : session.rows("SELECT try(sql) FROM unnest(ARRAY[" + list +
                                        "]) WITH ORDINALITY AS u(sql, place) ORDER BY place"))
    results.push_back(row.at(0).value_or("NULL"));
  return results;
}

const char* const try_function = R"(
  CREATE FUNCTION try(sql text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE result text;
  BEGIN
    EXECUTE 'SELECT CASE WHEN x IS NULL THEN ''NULL'' ELSE format(''%s'', x) END FROM (SELECT '
            || sql || ' AS x OFFSET 0) AS s' INTO result;
    RETURN result;
  EXCEPTION
    WHEN undefined_function OR ambiguous_function THEN RETURN 'UNKNOWN: ' || SQLERRM;
    WHEN OTHERS THEN RETURN 'ERROR: ' || SQLERRM;
  END $$)";

// Where we give an error although PostgreSQL gives a result.
bool is_declared(const Call& call) {
  if (!call.result.starts_with("ERROR: ")) return false;
  const std::string_view name = call.function->name;
  // PostgreSQL's own arithmetic wraps around here.
  const bool out_of_range = call.result.ends_with(" out of range");
  if (out_of_range && (name == "make_interval" || name == "age")) return true;
  return out_of_range && name == "-" && call.function->arguments.size() == 2 &&
         call.function->arguments[0] == TypeKind::timestamp;
}

class Sweep {
 public:
  struct Options {
    int calls = 60;
    int zones = 0;
    std::uint64_t seed = 1;
    bool messages = false;
  };

  Sweep(SqlSession& session, const Options& options)
      : session_(session),
        calls_(options.calls),
        zone_calls_(options.zones),
        messages_(options.messages),
        random_(options.seed) {}

  [[nodiscard]] int run() {
    for (const Function& function : all_functions()) {
      for (int i = 0; i < calls_; ++i) {
        if (std::optional<Call> call = random_call(function, random_))
          waiting_.push_back(std::move(*call));
        else
          break;
      }
      if (waiting_.size() >= batch_size) compare();
    }
    compare();
    run_zones();
    std::printf(
        "%d calls of %zu functions, %d not known to PostgreSQL by name, %d errors in other words, "
        "%d failures\n",
        compared_, tried_.size(), unknown_, other_words_, failures_);
    return failures_;
  }

 private:
  void run_zones() {
    if (zone_calls_ == 0) return;
    const ZoneValues values(session_);
    const int before = compared_;
    const int errors_before = other_words_;
    for (int i = 0; i < zone_calls_; ++i) {
      waiting_.push_back(zone_call(values, random_));
      if (waiting_.size() >= batch_size) compare();
    }
    compare();
    std::printf("%d calls with %zu time zones, %d errors in other words\n", compared_ - before,
                values.zone_count(), other_words_ - errors_before);
  }

  void compare() {
    if (waiting_.empty()) return;
    const std::vector<std::string> expected = answers(session_, waiting_);
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const Call& call = waiting_[i];
      if (expected[i].starts_with("UNKNOWN: ")) {
        ++unknown_;
        continue;
      }
      ++compared_;
      int& wrong = tried_[call.function];
      if (call.result == expected[i]) continue;
      // That there is no result is promised, the words are not.
      if (call.result.starts_with("ERROR: ") && expected[i].starts_with("ERROR: ")) {
        ++other_words_;
        if (messages_)
          std::printf("%s\n  ours       %s\n  PostgreSQL %s\n", call.sql.c_str(),
                      call.result.c_str(), expected[i].c_str());
        continue;
      }
      if (is_declared(call)) continue;
      ++failures_;
      if (++wrong <= shown_per_function)
        std::printf("%s\n  ours       %s\n  PostgreSQL %s\n", call.sql.c_str(), call.result.c_str(),
                    expected[i].c_str());
    }
    waiting_.clear();
  }

  SqlSession& session_;
  int calls_;
  int zone_calls_;
  bool messages_;
  Random random_;
  std::vector<Call> waiting_;
  std::map<const Function*, int> tried_;  // failures of each
  int compared_ = 0;
  int unknown_ = 0;
  int other_words_ = 0;
  int failures_ = 0;
};

}  // namespace
}  // namespace deltamill

int main(int argument_count, char** argument_values) {
  deltamill::Sweep::Options options;
  CLI::App app("Every function on random values, compared with PostgreSQL");
  app.add_option("--calls", options.calls, "of each function");
  app.add_option("--zones", options.zones, "calls that name a time zone");
  app.add_option("--seed", options.seed, "the same seed makes the same calls");
  app.add_flag("--messages", options.messages, "show errors that PostgreSQL words otherwise");
  CLI11_PARSE(app, argument_count, argument_values);
  std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
  try {
    deltamill::PostgresCluster cluster;
    deltamill::SqlSession session(cluster.create_database("functions"));
    session.execute(deltamill::try_function);
    return deltamill::Sweep(session, options).run() == 0 ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "function_sweep: %s\n", failure.what());
    return 2;
  }
}
