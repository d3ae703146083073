// Page tokens as text: base64url (RFC 4648, section 5, without padding) over
//
//   u64 fingerprint | u64 copies | per value: u8 is there | u32 length | bytes
//
// Little-endian. A token comes back from strangers: it is read with every length checked, and its
// values are treated like a filter's (rows_request.cpp).
#include "service/http/page_token.h"

namespace deltamill {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 255);
  }
  return bytes;
}

void put_number(std::uint64_t number, int size, std::string& bytes) {
  for (int i = 0; i < size; ++i, number >>= 8) bytes += static_cast<char>(number & 255);
}

std::optional<std::uint64_t> take_number(std::string_view& bytes, std::size_t size) {
  if (bytes.size() < size) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i)
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  bytes.remove_prefix(size);
  return number;
}

}  // namespace

std::string encode_page_token(const PageToken& token) {
  std::string bytes;
  put_number(token.fingerprint, 8, bytes);
  put_number(token.copies, 8, bytes);
  for (const std::optional<std::string>& value : token.values) {
    put_number(value ? 1 : 0, 1, bytes);
    if (!value) continue;
    put_number(value->size(), 4, bytes);
    bytes += *value;
  }
  return to_base64url(bytes);
}

std::optional<PageToken> decode_page_token(std::string_view text) {
  const std::optional<std::string> decoded = from_base64url(text);
  if (!decoded) return std::nullopt;
  std::string_view bytes = *decoded;
  const auto fingerprint = take_number(bytes, 8);
  const auto copies = take_number(bytes, 8);
  if (!fingerprint || !copies) return std::nullopt;
  PageToken token{*fingerprint, *copies, {}};
  while (!bytes.empty()) {
    // Never nothing: the loop saw that a byte is left.
    const auto there = take_number(bytes, 1);
    if (*there > 1) return std::nullopt;
    if (*there == 0) {
      token.values.emplace_back();
      continue;
    }
    const auto length = take_number(bytes, 4);
    if (!length || *length > bytes.size()) return std::nullopt;
    token.values.emplace_back(bytes.substr(0, *length));
    bytes.remove_prefix(*length);
  }
  return token;
}

}  // namespace deltamill
