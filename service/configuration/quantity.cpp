// Durations and sizes: an integer and a unit, one table of units per kind.
#include "service/configuration/quantity.h"

#include <charconv>
#include <utility>

namespace deltamill {

namespace {

struct Quantity {
  std::uint64_t amount = 0;
  std::string_view unit;
};

std::optional<Quantity> split(std::string_view text) {
  Quantity quantity;
  const char* const first = text.data();
  const char* const last = first + text.size();
  const auto end = std::from_chars(first, last, quantity.amount);
  if (end.ec != std::errc{} || end.ptr == first) return std::nullopt;
  quantity.unit = {end.ptr, static_cast<std::size_t>(last - end.ptr)};
  return quantity;
}

constexpr std::pair<std::string_view, std::uint64_t> duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr std::pair<std::string_view, unsigned> size_units[] = {
    {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::optional<Quantity> quantity = split(text);
  if (!quantity) return std::nullopt;
  for (const auto& [unit, factor] : duration_units)
    if (quantity->unit == unit &&
        quantity->amount <= static_cast<std::uint64_t>(INT64_MAX) / factor)
      return std::chrono::milliseconds(static_cast<std::int64_t>(quantity->amount * factor));
  return std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const std::optional<Quantity> quantity = split(text);
  if (!quantity) return std::nullopt;
  for (const auto& [unit, shift] : size_units)
    if (quantity->unit == unit && quantity->amount <= UINT64_MAX >> shift)
      return quantity->amount << shift;
  return std::nullopt;
}

}  // namespace deltamill
