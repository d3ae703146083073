// Hides passwords and tokens in lines that are shown. It looks at the text alone: a line must be
// safe to show even if it is no YAML.
#include "service/configuration/secrets.h"

#include <algorithm>
#include <vector>

#include "views/data/ascii.h"

namespace deltamill {

namespace {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

constexpr std::string_view secret_words[] = {"password", "passwd", "secret", "token"};
constexpr std::string_view value_ends = " \t\"',}&";

bool is_word(char letter) {
  return is_letter(letter) || letter == '_';
}

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) ++at;
  return at;
}

// The value that begins at `at`, without its quotes.
Span value_at(std::string_view line, std::size_t at) {
  at = skip_blanks(line, at);
  if (at < line.size() && (line[at] == '"' || line[at] == '\'')) {
    const std::size_t end = line.find(line[at], at + 1);
    return {at + 1, std::min(end, line.size())};
  }
  return {at, std::min(line.find_first_of(value_ends, at), line.size())};
}

bool is_reference(std::string_view line, const Span& span) {
  return line.substr(span.begin, span.end - span.begin).starts_with("${");
}

void add(std::string_view line, const Span& span, std::vector<Span>& spans) {
  if (span.begin < span.end && !is_reference(line, span)) spans.push_back(span);
}

// scheme://user:PASSWORD@host. A password may hold what it should not, so it ends at the last @.
void find_uri_passwords(std::string_view line, std::vector<Span>& spans) {
  for (std::size_t at = line.find("://"); at != std::string_view::npos;
       at = line.find("://", at + 3)) {
    const std::size_t begin = at + 3;
    const std::size_t end = std::min(line.find_first_of("\"'", begin), line.size());
    const std::string_view uri = line.substr(begin, end - begin);
    const std::size_t colon = uri.find(':');
    const std::size_t host = uri.rfind('@');
    if (host != std::string_view::npos && colon < host)
      add(line, {begin + colon + 1, begin + host}, spans);
  }
}

// password=PASSWORD in a connection string, password: PASSWORD in YAML.
void find_values(std::string_view line, std::string_view word, std::vector<Span>& spans) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const std::size_t after = skip_blanks(line, at + word.size());
    if (after < line.size() && (line[after] == '=' || line[after] == ':'))
      add(line, value_at(line, after + 1), spans);
  }
}

// url: something with an @ that is neither a URI nor keyword=value pairs.
void find_malformed_urls(std::string_view line, std::vector<Span>& spans) {
  for (std::size_t at = line.find("url"); at != std::string_view::npos;
       at = line.find("url", at + 1)) {
    const std::size_t colon = skip_blanks(line, at + 3);
    if (colon >= line.size() || line[colon] != ':' || (at > 0 && is_word(line[at - 1]))) continue;
    const Span value = value_at(line, colon + 1);
    const std::string_view text = line.substr(value.begin, value.end - value.begin);
    if (text.find('@') != std::string_view::npos && text.find("://") == std::string_view::npos)
      add(line, value, spans);
  }
}

}  // namespace

ShownLine hide_secrets(std::string_view line, std::size_t mark) {
  std::vector<Span> spans;
  find_uri_passwords(line, spans);
  for (const std::string_view word : secret_words) find_values(line, word, spans);
  find_malformed_urls(line, spans);
  std::ranges::sort(spans, {}, &Span::begin);

  ShownLine shown;
  std::size_t copied = 0;
  const auto copy_to = [&](std::size_t end) {
    if (mark >= copied && mark < end) shown.mark = shown.text.size() + (mark - copied);
    shown.text += line.substr(copied, end - copied);
    copied = end;
  };
  for (const Span& span : spans) {
    if (span.end <= copied) continue;
    copy_to(std::max(copied, span.begin));
    if (mark >= span.begin && mark < span.end) shown.mark = shown.text.size();
    shown.text += "***";
    copied = span.end;
  }
  if (mark >= line.size()) shown.mark = shown.text.size() + (line.size() - copied);
  copy_to(line.size());
  return shown;
}

}  // namespace deltamill
