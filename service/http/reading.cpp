// What every reading of a view begins with: its terms (preferences, minimal position), one snapshot
// of the store, and the headers that say how fresh it is.
#include "service/http/reading.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "service/http/case_folding.h"

namespace deltamill {

namespace {

std::optional<Lsn> parse_min_lsn(const Request& request) {
  const std::optional<std::string> header = request.header("Deltamill-Min-Lsn");
  if (!header) return std::nullopt;
  const std::optional<Lsn> lsn = lsn_of(*header);
  if (!lsn)
    throw Problem(ProblemName::bad_lsn, "Deltamill-Min-Lsn is a position such as 0/16B3780");
  return lsn;
}

bool serves(Condition condition) {
  return condition != Condition::loading && condition != Condition::failed;
}

Problem not_ready(const std::string& view, const ViewState& state) {
  return {ProblemName::not_ready,
          "view \"" + view + "\" has nothing to serve yet: it is " + to_string(state.condition),
          state.reason};
}

// A connection of the pool learns deltamill_fold when a query first needs it: registering it at
// each opening would cost every query.
Statement& prepare(StoreReader::Snapshot& snapshot, const std::string& text) {
  try {
    return snapshot.prepare(text);
  } catch (const SqliteError&) {
    if (text.find("deltamill_fold(") == std::string::npos) throw;
  }
  offer_case_folding(snapshot.prepare("SELECT 1"));
  return snapshot.prepare(text);
}

}  // namespace

void Timing::end(const char* stage) {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double, std::milli> took = now - since_;
  text_ += fmt::format("{}{};dur={:.3f}", text_.empty() ? "" : ", ", stage, took.count());
  since_ = now;
}

CommonTerms parse_common_terms(const Request& request) {
  return {parse_preferences(request.header("Prefer").value_or("")), parse_min_lsn(request)};
}

ReadTerms parse_terms(Site& site, const Call& call) {
  const std::size_t view = site.find_view(call.listener, call.arguments[0]);
  return {parse_common_terms(call.request), view};
}

Frontier frontier_of(const ServedView& view, const ViewState& state,
                     const StoreReader::Snapshot& snapshot) {
  // The board says that a view stopped; the store may have committed for others since.
  const Frontier stored = snapshot.view_frontier(view.name);
  const bool stopped = state.condition == Condition::stale || state.condition == Condition::paused;
  return stopped ? std::min(state.frontier, stored) : stored;
}

Reading::Reading(Site& site, const ReadTerms& terms, const ViewState& state)
    : snapshot_(site.open_snapshot()) {
  const ServedView& view = site.status().views()[terms.view];
  table_ = snapshot_.table(view.name);
  if (table_.empty()) throw not_ready(view.name, state);
  freshness_.condition = state.condition;
  freshness_.frontier = frontier_of(view, state, snapshot_);
  // The store may be there while this view stands still.
  if (terms.min_lsn && !freshness_.frontier.has_reached(*terms.min_lsn))
    throw behind_problem(*terms.min_lsn);
  changed_at_ = snapshot_.changed_at(view.name);
  generation_ = snapshot_.generation(view.name);
  freshness_.lag_ms = site.positions().lag_ms(freshness_.frontier);
}

Answer begin_reading(Site& site, const ReadTerms& terms, const std::shared_ptr<Timing>& timing,
                     std::function<Answer(Reading reading)> then) {
  const ViewState state = site.status().view_state(terms.view);
  // At once: what has nothing to serve is not waited for.
  if (!serves(state.condition)) throw not_ready(site.status().views()[terms.view].name, state);
  if (!terms.min_lsn) {
    timing->end("wait");
    return then(Reading(site, terms, state));
  }
  return site.after(*terms.min_lsn, terms.preferences.patience(),
                    [&site, terms, timing, then = std::move(then)] {
                      const ViewState now = site.status().view_state(terms.view);
                      timing->end("wait");
                      return then(Reading(site, terms, now));
                    });
}

// Everything that the bytes of the answer depend on. Lag and condition are in headers, which a 304
// carries too.
std::string Reading::entity_tag(std::uint64_t definition, const Call& call,
                                RowFormat format) const {
  const auto part = [&call](const char* name) { return call.request.header(name).value_or(""); };
  const std::string text =
      fmt::format("{:x}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", definition, to_string(changed_at_),
                  generation_, snapshot_.epoch(), static_cast<int>(format), call.request.target,
                  part("Prefer"), part("Range"));
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("W/\"{:016x}{:016x}\"", hash.high64, hash.low64);
}

void add_headers(const Freshness& freshness, const CommonTerms& terms, Response& response) {
  response.set("Deltamill-Lsn", to_string(freshness.frontier));
  response.set("Deltamill-Lag-Ms", std::to_string(freshness.lag_ms));
  response.set("Deltamill-Condition", to_string(freshness.condition));
  if (response.status < 400) response.set("Cache-Control", "no-cache");
  response.set("Vary", "Accept, Accept-Encoding, Authorization, Origin");
  std::string applied;
  for (const std::string& preference : terms.preferences.applied)
    if (terms.min_lsn || !preference.starts_with("wait="))
      applied += (applied.empty() ? "" : ", ") + preference;
  if (!applied.empty()) response.set("Preference-Applied", applied);
}

// By search instead of by list: a tag is hexadecimal digits in quotes, so none is part of another.
bool matches(const std::optional<std::string>& if_none_match, std::string_view tag) {
  if (!if_none_match) return false;
  const std::string_view opaque = tag.substr(2);  // without W/
  return *if_none_match == "*" || if_none_match->find(opaque) != std::string::npos;
}

BoundStatement::BoundStatement(StoreReader::Snapshot& snapshot, BoundSql sql)
    : sql_(std::move(sql)), statement_(prepare(snapshot, sql_.text)) {
  bind_all(statement_, sql_.parameters);
}

void BoundStatement::rewind() {
  statement_.reset();
  bind_all(statement_, sql_.parameters);
}

BoundStatement::~BoundStatement() {
  statement_.reset();
}

}  // namespace deltamill
