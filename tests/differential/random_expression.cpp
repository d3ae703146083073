// One function per kind; each draws one of its forms.
#include "tests/differential/random_expression.h"

#include <array>

namespace deltamill {

namespace {

using Words = std::vector<std::string>;

std::string in_parentheses(const std::string& sql) {
  return "(" + sql + ")";
}

}  // namespace

// Calls one of the makers, so that only the chosen form draws from the random numbers.
template <typename... Choices>
std::string RandomExpressions::one_of(const Choices&... choices) {
  const std::array<std::function<std::string()>, sizeof...(Choices)> makers{choices...};
  return makers[random_.below(makers.size())]();
}

std::optional<Expression> RandomExpressions::column(Kind kind, bool open_too) {
  std::vector<const Expression*> found;
  for (const Expression& column : scope_)
    if (column.kind == kind && (open_too || !column.open)) found.push_back(&column);
  if (found.empty()) return std::nullopt;
  return *random_.pick(found);
}

Expression RandomExpressions::of_kind(Kind kind, int depth) {
  const std::optional<Expression> known = column(kind, false);
  if (known && (depth <= 0 || random_.chance(45))) return *known;
  Expression made{"", kind, prints_one_way(kind), false};
  if (depth > 0 && !random_.chance(4)) {
    made.sql = compound(kind, depth - 1);
    return made;
  }
  const std::optional<std::string> converted =
      random_.chance(85) ? converted_column(kind) : std::nullopt;
  made.sql = converted ? *converted : typed_literal(kind, random_);
  return made;
}

// A column of another kind made into this one, so that expressions are about data.
std::optional<std::string> RandomExpressions::converted_column(Kind kind) {
  const auto from = [&](std::vector<Kind> kinds, const std::string& head,
                        const std::string& tail) -> std::optional<std::string> {
    for (std::size_t i = 0; i < kinds.size(); ++i)
      std::swap(kinds[i], kinds[random_.below(kinds.size())]);
    for (const Kind other : kinds)
      if (const std::optional<Expression> known = column(other, false))
        return head + known->sql + tail;
    return std::nullopt;
  };
  const std::string cast = "::" + name_of(kind);
  switch (kind) {
    case Kind::boolean: return "(" + any_column().sql + " IS NOT NULL)";
    case Kind::int2: return from({Kind::int4, Kind::int8}, "(", " % 97)::smallint");
    case Kind::int4: return from({Kind::int2, Kind::boolean}, "", "::integer");
    case Kind::int8: return from({Kind::int2, Kind::int4}, "", cast);
    case Kind::float4:
    case Kind::float8:
    case Kind::numeric: return from({Kind::int2, Kind::int4, Kind::int8, Kind::float4}, "", cast);
    case Kind::text:
    case Kind::varchar:
      return from({Kind::text, Kind::varchar, Kind::int4, Kind::date, Kind::numeric, Kind::mood,
                   Kind::uuid, Kind::int8, Kind::int2, Kind::float8, Kind::bpchar},
                  "", cast);
    case Kind::bpchar: return from({Kind::text, Kind::varchar, Kind::int4}, "", "::char(5)");
    case Kind::date: return from({Kind::timestamp, Kind::timestamptz}, "", cast);
    case Kind::time: return from({Kind::timestamp, Kind::timestamptz}, "", cast);
    case Kind::timestamp: return from({Kind::date, Kind::timestamptz}, "", cast);
    case Kind::timestamptz: return from({Kind::timestamp, Kind::date}, "", cast);
    case Kind::interval: return from({Kind::time}, "", cast);
    case Kind::bytea: return from({Kind::text, Kind::varchar}, "decode(md5(", "), 'hex')");
    case Kind::jsonb:
      return from(
          {Kind::int4, Kind::text, Kind::numeric, Kind::boolean, Kind::timestamp, Kind::date},
          "jsonb_build_object('v', ", ")");
    case Kind::uuid:
    case Kind::mood: return std::nullopt;
  }
  return std::nullopt;
}

Kind RandomExpressions::likely_kind() {
  if (random_.chance(20)) return Kind::text;
  return random_.chance(75) ? any_column().kind : any_kind(random_);
}

std::string RandomExpressions::condition(int depth) {
  return boolean(depth);
}

std::string RandomExpressions::text_of(Kind kind, int depth) {
  return of_kind(kind, depth).sql;
}

std::string RandomExpressions::compound(Kind kind, int depth) {
  if (random_.chance(20)) return conditional(kind, depth);
  switch (kind) {
    case Kind::boolean: return in_parentheses(boolean(depth));
    case Kind::int2: return in_parentheses(integer(depth) + " % 97") + "::smallint";
    case Kind::int4: return integer(depth);
    case Kind::int8: return in_parentheses(integer(depth)) + "::bigint";
    case Kind::float4:
      return random_.chance(50) ? in_parentheses(text_of(Kind::int4, depth)) + "::real"
                                : in_parentheses(text_of(Kind::float4, depth) + " + " +
                                                 text_of(Kind::float4, depth));
    case Kind::float8: return real(depth);
    case Kind::numeric: return numeric(depth);
    case Kind::text: return text(depth);
    case Kind::varchar: return in_parentheses(text(depth)) + "::varchar(8)";
    case Kind::bpchar: return in_parentheses(text(depth)) + "::char(5)";
    case Kind::date:
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamptz: return datetime(kind, depth);
    case Kind::interval: return interval(depth);
    case Kind::uuid:
    case Kind::mood: return typed_literal(kind, random_);
    case Kind::bytea: return bytes(depth);
    case Kind::jsonb: return json(depth);
  }
  return "NULL";
}

std::string RandomExpressions::conditional(Kind kind, int depth) {
  const auto inner = [&] { return text_of(kind, depth); };
  return one_of(
      [&] {
        return "CASE WHEN " + boolean(depth) + " THEN " + inner() +
               (random_.chance(70) ? " ELSE " + inner() : "") + " END";
      },
      [&] {
        return "CASE " + text_of(Kind::int4, 0) + " WHEN 1 THEN " + inner() + " WHEN 2 THEN " +
               inner() + " ELSE " + inner() + " END";
      },
      [&] { return "coalesce(" + inner() + ", " + inner() + ")"; },
      [&] { return "nullif(" + inner() + ", " + inner() + ")"; });
}

// An operand of a comparison: an open column too, since comparing does not look at its text.
std::string RandomExpressions::operand(Kind kind, int depth) {
  const std::optional<Expression> known = column(kind, true);
  return known && random_.chance(60) ? known->sql : text_of(kind, depth);
}

std::string RandomExpressions::boolean(int depth) {
  if (depth <= 0) return comparison(0);
  return one_of([&] { return comparison(depth - 1); }, [&] { return comparison(depth - 1); },
                [&] { return membership(depth - 1); }, [&] { return likeness(depth - 1); },
                [&] { return boolean(depth - 1) + " AND " + boolean(depth - 1); },
                [&] { return in_parentheses(boolean(depth - 1) + " OR " + boolean(depth - 1)); },
                [&] { return "NOT " + in_parentheses(boolean(depth - 1)); },
                [&] {
                  return in_parentheses(boolean(depth - 1)) +
                         random_.pick(Words{" IS TRUE", " IS NOT TRUE", " IS FALSE",
                                            " IS NOT FALSE", " IS UNKNOWN", " IS NOT UNKNOWN"});
                },
                [&] { return any_column().sql + random_.pick(Words{" IS NULL", " IS NOT NULL"}); },
                [&] { return text_of(Kind::jsonb, depth - 1) + " @> '{\"a\": 1}'"; },
                [&] { return text_of(Kind::jsonb, depth - 1) + " ? 'a'"; },
                [&] { return "starts_with(" + text_of(Kind::text, depth - 1) + ", 'a')"; },
                [&] { return text_of(Kind::boolean, depth - 1); });
}

std::string RandomExpressions::comparison(int depth) {
  static const Words operators{
      " = ", " <> ", " < ", " <= ", " > ", " >= ", " IS DISTINCT FROM ", " IS NOT DISTINCT FROM "};
  Kind left = likely_kind();
  Kind right = left;
  if (random_.chance(20)) {
    static const std::vector<std::vector<Kind>> families{
        {Kind::int2, Kind::int4, Kind::int8, Kind::numeric, Kind::float4, Kind::float8},
        {Kind::text, Kind::varchar, Kind::bpchar},
        {Kind::date, Kind::timestamp}};
    const std::vector<Kind>& family = random_.pick(families);
    left = random_.pick(family);
    right = random_.pick(family);
  }
  return operand(left, depth) + random_.pick(operators) + operand(right, depth);
}

std::string RandomExpressions::membership(int depth) {
  const Kind kind = likely_kind();
  const std::string tested = operand(kind, depth);
  if (random_.chance(40))
    return tested + random_.pick(Words{" BETWEEN ", " NOT BETWEEN ", " BETWEEN SYMMETRIC "}) +
           operand(kind, 0) + " AND " + operand(kind, 0);
  std::string list;
  const int count = random_.between(1, 4);
  for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ", ") + typed_literal(kind, random_);
  if (random_.chance(15)) list += ", NULL";
  return tested + random_.pick(Words{" IN (", " NOT IN ("}) + list + ")";
}

std::string RandomExpressions::likeness(int depth) {
  static const Words patterns{"'a%'",    "'%b%'",          "'_'",  "'%'",       "''",
                              "'%\\%%'", "'x\\_y'",        "'%e'", "'a_c%'",    "'%é%'",
                              "'_b_%'",  "'%two\\nlines'", "'A%'", "'%a%b%c%'", "'__'"};
  const Kind kind =
      random_.pick(std::vector<Kind>{Kind::text, Kind::text, Kind::varchar, Kind::bpchar});
  return text_of(kind, depth) + random_.pick(Words{" LIKE ", " NOT LIKE ", " ILIKE ", " LIKE "}) +
         random_.pick(patterns);
}

std::string RandomExpressions::small_integer(int depth) {
  const Kind kind = random_.pick(std::vector<Kind>{Kind::int4, Kind::int4, Kind::int2, Kind::int8});
  if (kind == Kind::int8) return in_parentheses(text_of(kind, depth) + " % 89") + "::integer";
  return in_parentheses(text_of(kind, depth) + " % 97");
}

std::string RandomExpressions::integer(int depth) {
  const auto small = [&] { return small_integer(depth); };
  return one_of(
      [&] { return in_parentheses(small() + random_.pick(Words{" + ", " - ", " * "}) + small()); },
      [&] {
        return in_parentheses(small() + random_.pick(Words{" / ", " % "}) + "nullif(" + small() +
                              ", 0)");
      },
      [&] { return in_parentheses(small() + random_.pick(Words{" & ", " | ", " # "}) + small()); },
      [&] { return "(- " + small() + ")"; }, [&] { return "abs(" + small() + ")"; },
      [&] { return "sign(" + small() + ")::integer"; },
      [&] {
        return random_.pick(Words{"length(", "octet_length(", "char_length(", "ascii("}) +
               text_of(Kind::text, depth) + ")";
      },
      [&] { return "length(" + text_of(Kind::bpchar, depth) + ")"; },
      [&] { return "octet_length(" + text_of(Kind::bytea, depth) + ")"; },
      [&] {
        return "strpos(" + text_of(Kind::text, depth) + ", " + random_.pick(Words{"'a'", "'b'"}) +
               ")";
      },
      [&] { return "position('b' IN " + text_of(Kind::text, depth) + ")"; },
      [&] { return in_parentheses(text_of(Kind::date, depth) + " - " + text_of(Kind::date, 0)); },
      [&] {
        return "extract(" + random_.pick(Words{"year", "month", "day", "dow", "doy", "week"}) +
               " FROM " + text_of(random_.chance(50) ? Kind::date : Kind::timestamp, depth) +
               ")::integer";
      },
      [&] {
        const std::string tested = text_of(Kind::numeric, depth);
        return "CASE WHEN " + tested + " BETWEEN -1000 AND 1000 THEN " + tested + "::integer END";
      },
      [&] {
        const std::string tested = text_of(Kind::float8, depth);
        return "CASE WHEN " + tested + " > -1000 AND " + tested + " < 1000 THEN " + tested +
               "::integer END";
      },
      [&] { return text_of(Kind::boolean, depth) + "::integer"; },
      [&] {
        return random_.pick(Words{"greatest(", "least("}) + text_of(Kind::int4, depth) + ", " +
               text_of(Kind::int4, depth) + ")";
      });
}

std::string RandomExpressions::real(int depth) {
  const auto inner = [&] { return text_of(Kind::float8, depth); };
  return one_of(
      [&] { return in_parentheses(inner() + random_.pick(Words{" + ", " - ", " * "}) + inner()); },
      [&] { return in_parentheses(inner() + " / nullif(" + inner() + ", 0)"); },
      [&] {
        return random_.pick(Words{"abs(", "floor(", "ceil(", "round(", "trunc(", "sign("}) +
               inner() + ")";
      },
      [&] { return "sqrt(abs(" + inner() + "))"; }, [&] { return "(- " + inner() + ")"; },
      [&] { return text_of(Kind::int4, depth) + "::double precision"; },
      [&] { return text_of(Kind::int8, depth) + "::double precision"; },
      [&] { return text_of(Kind::numeric, 0) + "::double precision"; },
      [&] { return text_of(Kind::float4, depth) + "::double precision"; },
      [&] { return "exp(least(greatest(" + inner() + ", -20), 20))"; },
      [&] { return "cbrt(" + inner() + ")"; },
      [&] {
        return "extract(epoch FROM " + text_of(Kind::timestamptz, depth) + ")::double precision";
      });
}

std::string RandomExpressions::numeric(int depth) {
  const auto inner = [&] { return text_of(Kind::numeric, depth); };
  return one_of(
      [&] { return in_parentheses(inner() + random_.pick(Words{" + ", " - ", " * "}) + inner()); },
      [&] {
        return in_parentheses(inner() + random_.pick(Words{" / ", " % "}) + "nullif(" + inner() +
                              ", 0)");
      },
      [&] {
        return random_.pick(Words{"round(", "trunc("}) + inner() + ", " +
               std::to_string(random_.between(-1, 4)) + ")";
      },
      [&] {
        return random_.pick(Words{"abs(", "floor(", "ceil(", "round(", "trunc(", "sign("}) +
               inner() + ")";
      },
      [&] { return "(- " + inner() + ")"; },
      [&] { return text_of(Kind::int4, depth) + "::numeric"; },
      [&] { return text_of(Kind::int8, depth) + "::numeric"; },
      [&] { return text_of(Kind::float8, depth) + "::numeric"; },
      [&] {
        const std::string tested = inner();
        return "CASE WHEN " + tested + " BETWEEN -1000000 AND 1000000 THEN " + tested +
               "::numeric(12,3) END";
      },
      [&] {
        return "extract(" + random_.pick(Words{"epoch", "second", "hour", "minute"}) + " FROM " +
               text_of(Kind::timestamp, depth) + ")";
      },
      [&] { return "extract(epoch FROM " + text_of(Kind::interval, depth) + ")"; },
      [&] { return in_parentheses(inner() + " * " + small_integer(0)); },
      [&] { return "trim_scale(" + inner() + ")"; },
      [&] { return "div(" + inner() + ", nullif(" + inner() + ", 0))"; },
      [&] { return random_.pick(Words{"greatest(", "least("}) + inner() + ", " + inner() + ")"; },
      [&] { return "extract(epoch FROM " + text_of(Kind::time, depth) + ")"; });
}

// The text form of a value of another kind.
std::string RandomExpressions::text_of_other(int depth) {
  const Kind kind = likely_kind();
  return in_parentheses(text_of(kind, depth)) + "::text";
}

// A value of one of the types of text.
std::string RandomExpressions::any_text(int depth) {
  const std::vector<Kind> kinds = {Kind::text, Kind::text, Kind::varchar, Kind::bpchar};
  return text_of(random_.pick(kinds), depth);
}

std::string RandomExpressions::text(int depth) {
  const auto inner = [&] { return any_text(depth); };
  const auto small = [&] { return std::to_string(random_.between(0, 5)); };
  return one_of(
      [&] { return in_parentheses(inner() + "::text || " + text_of(Kind::text, depth)); },
      [&] { return in_parentheses(text_of(Kind::text, depth) + " || " + text_of(Kind::int4, 0)); },
      [&] {
        return random_.pick(Words{"lower(", "upper(", "initcap(", "reverse(", "md5(", "btrim(",
                                  "ltrim(", "rtrim("}) +
               inner() + ")";
      },
      [&] { return "substr(" + inner() + ", " + small() + ", " + small() + ")"; },
      [&] { return "substring(" + inner() + " FROM " + small() + ")"; },
      [&] {
        return random_.pick(Words{"left(", "right("}) + inner() + ", " +
               std::to_string(random_.between(-2, 4)) + ")";
      },
      [&] { return "replace(" + inner() + ", 'a', 'zz')"; },
      [&] { return "translate(" + inner() + ", 'abé', 'xy')"; },
      [&] { return random_.pick(Words{"lpad(", "rpad("}) + inner() + ", " + small() + ", 'xy')"; },
      [&] { return random_.pick(Words{"btrim(", "ltrim(", "rtrim("}) + inner() + ", ' a')"; },
      [&] { return "repeat(left(" + inner() + ", 3), 2)"; },
      [&] {
        return "split_part(" + inner() + ", ' ', " + std::to_string(random_.between(1, 2)) + ")";
      },
      [&] { return text_of_other(depth); }, [&] { return text_of_other(depth); },
      [&] { return in_parentheses(text_of(Kind::jsonb, depth) + " ->> 'a'"); },
      [&] { return "jsonb_typeof(" + text_of(Kind::jsonb, depth) + ")"; },
      [&] { return "encode(" + text_of(Kind::bytea, depth) + ", 'hex')"; },
      [&] { return "concat(" + inner() + ", " + text_of(likely_kind(), depth) + ", '-')"; },
      [&] {
        return "concat_ws('/', " + text_of(likely_kind(), depth) + ", " +
               text_of(likely_kind(), depth) + ")";
      },
      [&] { return "format('%s|%s', " + inner() + ", " + text_of(likely_kind(), depth) + ")"; },
      [&] { return "quote_literal(" + inner() + "::text)"; },
      [&] { return "to_hex(" + text_of(Kind::int4, depth) + ")"; },
      [&] {
        return random_.pick(Words{"greatest(", "least("}) + inner() + "::text, " +
               text_of(Kind::text, depth) + ")";
      },
      [&] { return "overlay(" + inner() + "::text PLACING 'zz' FROM 2 FOR 1)"; },
      [&] {
        return "to_char(" + text_of(Kind::timestamp, depth) +
               ", 'YYYY-MM-DD HH24:MI:SS.US Dy Mon')";
      });
}

std::string RandomExpressions::datetime(Kind kind, int depth) {
  const auto self = [&] { return text_of(kind, depth); };
  const auto stamp = [&] { return text_of(Kind::timestamp, depth); };
  const auto shift = [&] { return random_.pick(Words{" + ", " - "}) + text_of(Kind::interval, 0); };
  const auto unit = [&] {
    return random_.pick(Words{"'year'", "'month'", "'day'", "'hour'", "'week'", "'quarter'"});
  };
  const auto zone = [&] {
    return random_.pick(Words{"'UTC'", "'Europe/Berlin'", "'america/new_york'", "'EST'", "'MSK'",
                              "'Pacific/Apia'", "'Asia/Kolkata'", "'EST5EDT'", "'<+03>-3'"});
  };
  const auto in_zone = [&] { return " AT TIME ZONE " + zone(); };
  if (kind == Kind::date)
    return one_of(
        [&] {
          return in_parentheses(self() + random_.pick(Words{" + ", " - "}) + small_integer(depth));
        },
        [&] { return stamp() + "::date"; },
        [&] { return text_of(Kind::timestamptz, depth) + "::date"; },
        [&] { return "date_trunc(" + unit() + ", " + stamp() + ")::date"; });
  if (kind == Kind::time)
    return one_of([&] { return stamp() + "::time"; },
                  [&] { return in_parentheses(self() + shift()); });
  if (kind == Kind::timestamp)
    return one_of(
        [&] { return in_parentheses(self() + shift()); },
        [&] { return "date_trunc(" + unit() + ", " + self() + ")"; },
        [&] { return text_of(Kind::date, depth) + "::timestamp"; },
        [&] {
          return in_parentheses(text_of(Kind::date, depth) + " + " + text_of(Kind::time, depth));
        },
        [&] { return in_parentheses(text_of(Kind::date, depth) + shift()); },
        [&] { return in_parentheses(text_of(Kind::timestamptz, depth) + in_zone()); });
  return one_of([&] { return in_parentheses(self() + shift()); },
                [&] { return "date_trunc(" + unit() + ", " + self() + ")"; },
                [&] { return in_parentheses(stamp() + in_zone()); },
                [&] { return "date_trunc(" + unit() + ", " + self() + ", " + zone() + ")"; },
                [&] { return stamp() + "::timestamptz"; });
}

std::string RandomExpressions::interval(int depth) {
  const auto self = [&] { return text_of(Kind::interval, depth); };
  const auto difference = [&](Kind kind) {
    return in_parentheses(text_of(kind, depth) + " - " + text_of(kind, depth));
  };
  return one_of(
      [&] { return difference(Kind::timestamp); }, [&] { return difference(Kind::timestamptz); },
      [&] { return difference(Kind::time); },
      [&] { return in_parentheses(self() + random_.pick(Words{" + ", " - "}) + self()); },
      [&] { return in_parentheses(self() + " * " + std::to_string(random_.between(-2, 3))); },
      [&] { return in_parentheses(self() + " / 4"); },
      [&] {
        return random_.pick(Words{"justify_days(", "justify_hours(", "justify_interval(", "- ("}) +
               self() + ")";
      },
      [&] { return text_of(Kind::time, depth) + "::interval"; },
      [&] {
        return "age(" + text_of(Kind::timestamp, depth) + ", " + text_of(Kind::timestamp, 0) + ")";
      },
      [&] { return "(make_interval(0, 1, 0, 2) + " + self() + ")"; });
}

std::string RandomExpressions::bytes(int depth) {
  const auto self = [&] { return text_of(Kind::bytea, depth); };
  return one_of([&] { return in_parentheses(self() + " || " + self()); },
                [&] { return "substring(" + self() + " FROM 1 FOR 2)"; },
                [&] { return "decode(md5(" + text_of(Kind::text, depth) + "), 'hex')"; });
}

std::string RandomExpressions::json(int depth) {
  const auto self = [&] { return text_of(Kind::jsonb, depth); };
  const auto other = [&] { return text_of(likely_kind(), depth); };
  return one_of([&] { return in_parentheses(self() + " -> 'a'"); },
                [&] { return in_parentheses(self() + " -> 0"); },
                [&] { return "jsonb_build_object('x', " + other() + ", 'y', " + other() + ")"; },
                [&] { return "jsonb_build_object('j', " + self() + ")"; },
                [&] { return "jsonb_build_array(" + other() + ", " + other() + ")"; },
                [&] { return "to_jsonb(" + other() + ")"; },
                [&] { return "jsonb_strip_nulls(" + self() + ")"; },
                [&] {
                  return in_parentheses("jsonb_build_object('l', 1) || jsonb_build_object('r', " +
                                        other() + ")");
                });
}

}  // namespace deltamill
