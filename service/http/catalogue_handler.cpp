// The catalogue: every view that the listener shows, with its columns, its key and how fresh it is.
#include <algorithm>
#include <array>

#include "service/http/reading.h"
#include "service/http/view_handlers.h"
#include "views/data/text_form.h"

namespace deltamill {

namespace {

void append_member(const char* name, std::string_view value, std::string& json) {
  json += name;
  append_json_string(value, json);
}

void append_key(const QueriedView& view, std::string& json) {
  json += ",\"key\":";
  if (!view.keyed()) {
    json += "null";
    return;
  }
  json += '[';
  for (const char* separator = ""; const std::uint32_t column : *view.key) {
    append_member(separator, view.columns[column].name, json);
    separator = ",";
  }
  json += ']';
}

void append_columns(const ServedView& served, const QueriedView& view, std::string& json) {
  json += ",\"columns\":[";
  const char* separator = "";
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (!view.visible[i]) continue;
    const Column& column = view.columns[i];
    json += separator;
    append_member("{\"name\":", column.name, json);
    append_member(
        ",\"type\":", served.type_names.empty() ? format_type(column.type) : served.type_names[i],
        json);
    json += column.nullable ? ",\"nullable\":true" : ",\"nullable\":false";
    const auto description = served.column_descriptions.find(column.name);
    const bool described = description != served.column_descriptions.end();
    append_member(",\"description\":", described ? description->second : "", json);
    json += '}';
    separator = ",";
  }
  json += ']';
}

// Gives the view's condition.
Condition append_view(Site& site, const Call& call, std::size_t offset,
                      const StoreReader::Snapshot& snapshot, std::string& json) {
  const ServedView& served = site.status().views()[offset];
  const ViewState state = site.status().view_state(offset);
  const QueriedView& view = site.queried(call.listener, offset);
  const bool there = !snapshot.table(served.name).empty();
  const Frontier frontier = there ? frontier_of(served, state, snapshot) : Frontier();
  append_member("{\"name\":", served.name, json);
  append_member(",\"description\":", served.description, json);
  append_member(",\"condition\":", to_string(state.condition), json);
  append_key(view, json);
  append_columns(served, view, json);
  append_member(",\"search\":[],\"frontier\":", to_string(frontier), json);
  json += ",\"lag_ms\":" + std::to_string(site.positions().lag_ms(frontier));
  json += ",\"rows\":" + std::to_string(there ? snapshot.row_count(served.name) : 0) + "}";
  return state.condition;
}

// From what is best for a reader to what is worst.
constexpr std::array conditions_worsening{Condition::live,  Condition::degraded, Condition::paused,
                                          Condition::stale, Condition::loading,  Condition::failed};

Condition worse_of(Condition left, Condition right) {
  const auto rank = [](Condition condition) {
    return std::ranges::find(conditions_worsening, condition);
  };
  return *std::max(rank(left), rank(right));
}

// The catalogue of one snapshot. Its frontier is the store's, which a view that stopped following
// does not hold back: each view says its own. Its condition is the worst of the views listed, so
// that `live` means that all of them are; without views it is `live`.
Freshness append_catalogue(Site& site, const Call& call, const StoreReader::Snapshot& snapshot,
                           std::string& json) {
  Freshness freshness{snapshot.frontier(), site.positions().lag_ms(snapshot.frontier()),
                      Condition::live};
  append_member("{\"project\":", site.status().project(), json);
  append_member(",\"frontier\":", to_string(snapshot.frontier()), json);
  append_member(",\"epoch\":", site.status().epoch(), json);
  json += ",\"views\":[";
  const char* separator = "";
  for (std::size_t offset = 0; offset < site.status().views().size(); ++offset) {
    if (!site.exists(call.listener, offset)) continue;
    json += separator;
    const Condition condition = append_view(site, call, offset, snapshot, json);
    freshness.condition = worse_of(freshness.condition, condition);
    separator = ",";
  }
  json += "]}";
  return freshness;
}

Answer answer_catalogue(Site& site, const Call& call, const CommonTerms& terms) {
  const StoreReader::Snapshot snapshot = site.open_snapshot();
  if (terms.min_lsn && !snapshot.frontier().has_reached(*terms.min_lsn))
    throw behind_problem(*terms.min_lsn);
  Response response;
  const Freshness freshness = append_catalogue(site, call, snapshot, response.body);
  response.set("Content-Type", "application/json");
  add_headers(freshness, terms, response);
  return response;
}

}  // namespace

Answer list_views(Site& site, const Call& call) {
  CommonTerms terms = parse_common_terms(call.request);
  // Nothing is counted here, so that preference is not applied.
  std::erase_if(terms.preferences.applied,
                [](const std::string& applied) { return applied.starts_with("count="); });
  if (!terms.min_lsn) return answer_catalogue(site, call, terms);
  return site.after(*terms.min_lsn, terms.preferences.patience(),
                    [&site, call, terms] { return answer_catalogue(site, call, terms); });
}

}  // namespace deltamill
