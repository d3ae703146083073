// Writes the status line and the fields of a response, and frames a body that goes out in pieces
// (RFC 9112).
#include "service/http/response_head.h"

#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <random>

namespace deltamill {

namespace {

// IMF-fixdate in English whatever the locale (RFC 9110, section 5.6.7), hence no strftime.
std::string date_now() {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  const auto length = std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                    days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                    months.at(static_cast<std::size_t>(utc.tm_mon)),
                                    utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(length)};
}

// A value cannot end its line, whatever it holds: some of it came from the client.
void append_field(std::string_view name, std::string_view value, std::string& head) {
  head += name;
  head += ": ";
  for (const char c : value) head += c == '\r' || c == '\n' ? ' ' : c;
  head += "\r\n";
}

}  // namespace

Framing framing_of(const Response& response, bool takes_chunks) {
  if (response.status == 204 || response.status == 304) return Framing::no_body;
  if (!response.rest) return Framing::length;
  // HTTP/1.0 knows no chunks: there the end of the connection ends the body.
  return takes_chunks ? Framing::chunks : Framing::closed_after;
}

std::string response_head(const Response& response, Framing framing, std::string_view request_id,
                          bool keep_alive) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += std::string_view(reason.data(), reason.size());
  head += "\r\n";
  append_field("Date", date_now(), head);
  for (const Header& header : response.headers) append_field(header.name, header.value, head);
  append_field("X-Request-Id", request_id, head);
  append_field("X-Content-Type-Options", "nosniff", head);
  if (framing == Framing::length)
    append_field("Content-Length", std::to_string(response.body.size()), head);
  if (framing == Framing::chunks) append_field("Transfer-Encoding", "chunked", head);
  append_field("Connection", keep_alive ? "keep-alive" : "close", head);
  head += "\r\n";
  return head;
}

void append_piece(std::string_view piece, Framing framing, std::string& bytes) {
  // An empty chunk would be the last one.
  if (piece.empty()) return;
  if (framing == Framing::chunks) {
    char digits[20];
    bytes.append(digits, std::to_chars(digits, digits + sizeof digits, piece.size(), 16).ptr);
    bytes += "\r\n";
  }
  bytes += piece;
  if (framing == Framing::chunks) bytes += "\r\n";
}

void append_end(Framing framing, std::string& bytes) {
  if (framing == Framing::chunks) bytes += "0\r\n\r\n";
}

std::string make_request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, random(), 16).ptr;
  return {digits, end};
}

std::string request_id_of(const Request& request) {
  const std::string given = request.header("X-Request-Id").value_or("");
  // The client's own id only if it is plain: it goes into trace events and into the response.
  const bool harmless = !given.empty() && given.size() <= 128 &&
                        given.find_first_not_of(
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789-_.:") == std::string::npos;
  return harmless ? given : make_request_id();
}

}  // namespace deltamill
