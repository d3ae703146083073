// Chooses a format by Accept, and compression by Accept-Encoding (RFC 9110, section 12.5).
#include "service/http/media_type.h"

#include <array>
#include <span>
#include <string>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

struct Offer {
  std::string_view type;
  RowFormat format;
};

// In the order in which equally wanted formats are chosen.
constexpr std::array offers{
    Offer{"application/json", RowFormat::json},
    Offer{"application/x-ndjson", RowFormat::ndjson},
    Offer{"text/csv", RowFormat::csv},
    Offer{"application/vnd.pgrst.object+json", RowFormat::single_object},
};
constexpr std::array row_offers{offers[0], offers[3]};

struct Range {
  std::string type;  // lower case, without parameters
  int quality = 1000;
};

// Takes the part before `separator` off the text.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return without_blanks(part);
}

// "0.5" as 500. What is malformed counts as wanted: refusing an answer over a typing error helps
// nobody.
int parse_quality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 1000;
  int quality = (text[0] - '0') * 1000;
  int unit = 100;
  for (std::size_t i = 2; i < text.size() && i < 5; ++i, unit /= 10) {
    if (!is_digit(text[i])) return 1000;
    quality += (text[i] - '0') * unit;
  }
  return quality > 1000 ? 1000 : quality;
}

Range parse_range(std::string_view text) {
  Range range;
  range.type = in_lower_case(take(text, ';'));
  while (!text.empty()) {
    const std::string_view parameter = take(text, ';');
    if (parameter.starts_with("q=") || parameter.starts_with("Q="))
      range.quality = parse_quality(parameter.substr(2));
  }
  return range;
}

// How exactly a range names a type: 0 = not at all, 3 = by its full name.
int specificity(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range == "*/*") return 1;
  const bool wild = range.size() > 2 && range.ends_with("/*");
  return wild && type.starts_with(range.substr(0, range.size() - 1)) ? 2 : 0;
}

int quality_of(std::string_view accept, std::string_view type) {
  int best = 0;
  int quality = 0;
  while (!accept.empty()) {
    const Range range = parse_range(take(accept, ','));
    const int how = specificity(range.type, type);
    // The most specific range that names the type decides, not the one with the highest weight.
    if (how <= best) continue;
    best = how;
    quality = range.quality;
  }
  return quality;
}

std::optional<RowFormat> negotiate(std::span<const Offer> of, std::string_view accept) {
  if (without_blanks(accept).empty()) return RowFormat::json;
  std::optional<RowFormat> chosen;
  int best = 0;
  for (const Offer& offer : of) {
    const int quality = quality_of(accept, offer.type);
    // 0 means "not acceptable"; of equals the first offered.
    if (quality <= best) continue;
    best = quality;
    chosen = offer.format;
  }
  return chosen;
}

}  // namespace

const char* content_type_of(RowFormat format) {
  switch (format) {
    case RowFormat::json: return "application/json";
    case RowFormat::ndjson: return "application/x-ndjson";
    case RowFormat::csv: return "text/csv; charset=utf-8";
    case RowFormat::single_object: return "application/vnd.pgrst.object+json";
  }
  return "application/json";
}

std::optional<RowFormat> negotiate_format(std::string_view accept) {
  return negotiate(offers, accept);
}

std::optional<RowFormat> negotiate_row_format(std::string_view accept) {
  return negotiate(row_offers, accept);
}

bool accepts_gzip(std::string_view accept_encoding) {
  int any = 0;
  while (!accept_encoding.empty()) {
    const Range range = parse_range(take(accept_encoding, ','));
    if (range.type == "gzip" || range.type == "x-gzip") return range.quality > 0;
    if (range.type == "*") any = range.quality;
  }
  return any > 0;
}

}  // namespace deltamill
