// A position in the source's write-ahead log, as the protocol carries it. Not what we store or
// compare: frontier.h.
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace deltamill {

struct Lsn {
  std::uint64_t value = 0;

  constexpr Lsn() = default;
  constexpr explicit Lsn(std::uint64_t position) : value(position) {}
  constexpr auto operator<=>(const Lsn&) const = default;
};

// Text form of PostgreSQL's pg_lsn: "16/B374D848".
[[nodiscard]] inline std::string to_string(Lsn lsn) {
  char buffer[20] = {};
  char* end = std::to_chars(buffer, buffer + 9, lsn.value >> 32, 16).ptr;
  *end++ = '/';
  end = std::to_chars(end, buffer + sizeof buffer, lsn.value & 0xffffffffU, 16).ptr;
  for (char* c = buffer; c != end; ++c)
    if (*c >= 'a') *c = static_cast<char>(*c - 'a' + 'A');
  return {buffer, end};
}

// Reads the text form; nothing else than "X/X" with 1 to 8 hexadecimal digits on each side is
// taken.
[[nodiscard]] inline std::optional<Lsn> lsn_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash > 8) return std::nullopt;
  const std::string_view low = text.substr(slash + 1);
  if (low.empty() || low.size() > 8) return std::nullopt;
  std::uint32_t halves[2] = {};
  const auto high_end = std::from_chars(text.data(), text.data() + slash, halves[0], 16);
  const auto low_end = std::from_chars(low.data(), low.data() + low.size(), halves[1], 16);
  if (high_end.ec != std::errc{} || high_end.ptr != text.data() + slash) return std::nullopt;
  if (low_end.ec != std::errc{} || low_end.ptr != low.data() + low.size()) return std::nullopt;
  return Lsn(std::uint64_t{halves[0]} << 32 | halves[1]);
}

}  // namespace deltamill
