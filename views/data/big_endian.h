// Integers in network byte order, most significant byte first: the wire, stored keys, zone files.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>

namespace deltamill {

// The integer with its bytes in the other order, where the machine's order is not the network's.
template <std::unsigned_integral Integer>
[[nodiscard]] constexpr Integer in_network_order(Integer integer) {
  static_assert(std::endian::native == std::endian::little || sizeof(Integer) == 1);
  if constexpr (sizeof(Integer) == 2) return __builtin_bswap16(integer);
  if constexpr (sizeof(Integer) == 4) return __builtin_bswap32(integer);
  if constexpr (sizeof(Integer) == 8) return __builtin_bswap64(integer);
  return integer;
}

// REQUIRES: sizeof(Integer) bytes at `bytes`.
template <std::unsigned_integral Integer>
[[nodiscard]] Integer read_big_endian(const char* bytes) {
  Integer integer;
  std::memcpy(&integer, bytes, sizeof integer);
  return in_network_order(integer);
}

// REQUIRES: room for sizeof(Integer) bytes.
template <std::unsigned_integral Integer>
void write_big_endian(Integer integer, char* target) {
  integer = in_network_order(integer);
  std::memcpy(target, &integer, sizeof integer);
}

template <std::unsigned_integral Integer>
void append_big_endian(Integer integer, std::string& bytes) {
  bytes.resize(bytes.size() + sizeof integer);
  write_big_endian(integer, bytes.data() + bytes.size() - sizeof integer);
}

}  // namespace deltamill
