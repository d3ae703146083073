// Checks the head of a request in three steps: limits and framing on the raw bytes, then Beast's
// parser, then what that lets through and we do not. Two readers of one request (a proxy and us)
// that disagree about where it ends is how requests are smuggled; so whatever the RFCs leave to
// taste is refused.
#include "service/http/request_head.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

namespace deltamill {

namespace {

namespace beast_http = boost::beast::http;
using Parser = beast_http::request_parser<beast_http::empty_body>;

Problem bad_request(const char* message) {
  return {ProblemName::bad_request, message};
}

// Beast joins folded lines and takes bare line feeds: both are only visible here.
void check_lines(std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    if (byte == '\n' && (i == 0 || raw[i - 1] != '\r'))
      throw bad_request("a line of the header ends without a carriage return");
    if (byte == '\r' && i + 1 < raw.size() && raw[i + 1] != '\n')
      throw bad_request("a carriage return stands alone in the header");
    const bool line_begin = i >= 2 && raw[i - 1] == '\n';
    if (line_begin && (byte == ' ' || byte == '\t'))
      throw bad_request("a field of the header is folded");
    if ((byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7f)
      throw bad_request("the header holds a control character");
  }
}

// The target is named before the line it is in, which it makes too long.
void check_sizes(std::string_view raw) {
  const std::size_t line_end = raw.find("\r\n");
  const std::string_view line = raw.substr(0, line_end);
  const std::size_t target_begin = std::min(line.find(' '), line.size());
  const std::size_t target_end = std::min(line.find(' ', target_begin + 1), line.size());
  if (target_end - target_begin > target_bytes_max + 1)
    throw Problem(ProblemName::uri_too_long, "the target is longer than 8 KiB");
  if (line.size() > request_line_bytes_max) throw bad_request("the request line is too long");
  if (line_end == std::string_view::npos) return;
  const std::string_view fields = raw.substr(line_end + 2);
  const auto count = static_cast<std::size_t>(std::ranges::count(fields, '\n'));
  if (fields.size() > header_bytes_max || count > header_fields_max + 1)
    throw Problem(ProblemName::header_too_large,
                  "the header is larger than 16 KiB or has more than 100 fields");
}

bool visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

void check_fields(const Parser::value_type& message) {
  // Bodies here are small JSON documents with a length. Together with Content-Length this field is
  // the classic way to have two readers disagree (RFC 9112, section 6.1).
  if (message.count(beast_http::field::transfer_encoding) > 0)
    throw Problem(ProblemName::not_implemented, "Transfer-Encoding is not taken on requests");
  // RFC 9112, section 3.2: none or several is a 400.
  if (message.count(beast_http::field::host) != 1)
    throw bad_request("a request has exactly one Host");
  if (message.count(beast_http::field::content_length) > 1)
    throw bad_request("a request has at most one Content-Length");
  // Beast takes "2, 2" for 2.
  const std::string_view length = message[beast_http::field::content_length];
  if (!std::ranges::all_of(length, is_digit)) throw bad_request("Content-Length is not a number");
  if (message.version() != 10 && message.version() != 11)
    throw bad_request("the version is neither HTTP/1.0 nor HTTP/1.1");
  const std::string_view target = message.target();
  const bool of_server = target == "*" && message.method() == beast_http::verb::options;
  if (!visible_ascii(target) || (!target.starts_with('/') && !of_server))
    throw bad_request("the target is not a path of visible ASCII");
}

void check_body(const RequestHead& head) {
  if (head.body_bytes == 0) return;
  if (head.request.method == "GET" || head.request.method == "HEAD")
    throw bad_request("a GET has no body");
  if (head.body_bytes > body_bytes_max)
    throw Problem(ProblemName::body_too_large, "the body is larger than 64 KiB");
}

// "name:port" and "[address]:port" without the port, in lower case.
std::string name_of(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string name = in_lower_case(host.substr(0, colon));
  // "host." is the same name, written from the root of the DNS.
  if (name.ends_with('.')) name.pop_back();
  return name;
}

}  // namespace

Hosts::Hosts(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::string& name : names_) name = name_of(name);
  // No name of another site: these resolve nowhere else.
  names_.insert(names_.end(), {"localhost", "127.0.0.1", "[::1]"});
}

bool Hosts::known(std::string_view host, std::string_view local_address) const {
  const std::string name = name_of(host);
  if (name.empty()) return false;
  return name == local_address || std::ranges::find(names_, name) != names_.end();
}

void check_unfinished_head(std::string_view raw) {
  check_sizes(raw);
  check_lines(raw);
}

RequestHead read_head(std::string_view raw) {
  check_unfinished_head(raw);
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(head_bytes_max) + 1);
  parser.body_limit(body_bytes_max);
  // The head only; where the body ends follows from its length, which is checked here.
  parser.eager(false);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(raw.data(), raw.size()), error);
  if (error == beast_http::error::body_limit)
    throw Problem(ProblemName::body_too_large, "the body is larger than 64 KiB");
  if (error || !parser.is_header_done()) throw bad_request("the request is malformed");
  const Parser::value_type& message = parser.get();
  check_fields(message);
  RequestHead head;
  head.request.method = message.method_string();
  head.request.target = message.target();
  for (const auto& field : message)
    head.request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  head.body_bytes = static_cast<std::size_t>(parser.content_length().value_or(0));
  head.takes_chunks = message.version() == 11;
  head.keep_alive = message.version() == 11 && message.keep_alive();
  head.expects_continue =
      equals_ignoring_case(head.request.header("Expect").value_or(""), "100-continue");
  check_body(head);
  return head;
}

}  // namespace deltamill
