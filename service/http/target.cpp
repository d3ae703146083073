// Percent-encoding, paths and query strings. Everything decoded is well-formed UTF-8 without NUL,
// so that no later stage has to ask.
#include "service/http/target.h"

#include "views/data/ascii.h"
#include "views/data/utf8.h"

namespace deltamill {

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A blank in query strings only, as HTML forms write it; in a path it is a plus.
    if (text[i] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_utf8(decoded) || decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

// Unreserved characters stay (RFC 3986, section 2.3), everything else is encoded, whatever its
// place allows.
std::string percent_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

std::vector<std::string_view> path_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty()) path.remove_prefix(1);  // the leading slash
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

std::string decode_segment(std::string_view segment) {
  std::optional<std::string> decoded = percent_decode(segment, false);
  if (!decoded)
    throw Problem(ProblemName::bad_request, "the path is not percent-encoded UTF-8 without NUL");
  if (*decoded == "." || *decoded == ".." || decoded->find('/') != std::string::npos)
    throw Problem(ProblemName::bad_request, "the path holds a dot segment or an encoded slash");
  return std::move(*decoded);
}

std::vector<Parameter> parse_parameters(std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (part.empty()) continue;  // "a=1&&b=2" says nothing between its two marks
    const std::size_t equals = part.find('=');
    std::optional<std::string> name = percent_decode(part.substr(0, equals), true);
    std::optional<std::string> value = equals == std::string_view::npos
                                           ? std::optional<std::string>(std::in_place)
                                           : percent_decode(part.substr(equals + 1), true);
    if (!name || !value)
      throw Problem(ProblemName::bad_query, "the query is not percent-encoded UTF-8 without NUL");
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

}  // namespace deltamill
