// The digest of RFC 1321, block by block, without state between calls.
#include "views/functions/md5.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace deltamill {
namespace {

using Digest = std::array<std::uint32_t, 4>;

constexpr std::array<std::uint32_t, 64> sines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr std::array<std::array<int, 4>, 4> rotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

std::uint32_t mix(std::size_t round, const Digest& d) {
  switch (round) {
    case 0: return (d[1] & d[2]) | (~d[1] & d[3]);
    case 1: return (d[3] & d[1]) | (~d[3] & d[2]);
    case 2: return d[1] ^ d[2] ^ d[3];
    default: return d[2] ^ (d[1] | ~d[3]);
  }
}

void add_block(const char* block, Digest& digest) {
  constexpr std::array<std::size_t, 4> steps = {1, 5, 3, 7};
  constexpr std::array<std::size_t, 4> starts = {0, 1, 5, 0};
  std::array<std::uint32_t, 16> words;
  std::memcpy(words.data(), block, 64);
  Digest d = digest;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t word = words[(starts[round] + steps[round] * i) % 16];
    const std::uint32_t sum = d[0] + mix(round, d) + word + sines[i];
    d = {d[3], d[1] + std::rotl(sum, rotations[round][i % 4]), d[1], d[2]};
  }
  for (std::size_t i = 0; i < 4; ++i) digest[i] += d[i];
}

}  // namespace

std::array<char, 32> md5_hex(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  Digest digest = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const std::uint64_t bit_count = std::uint64_t{bytes.size()} * 8;
  for (; bytes.size() >= 64; bytes.remove_prefix(64)) add_block(bytes.data(), digest);
  std::array<char, 128> tail = {};
  if (!bytes.empty()) std::memcpy(tail.data(), bytes.data(), bytes.size());
  tail[bytes.size()] = '\x80';
  const std::size_t tail_bytes = bytes.size() < 56 ? 64 : 128;
  std::memcpy(tail.data() + tail_bytes - 8, &bit_count, 8);
  for (std::size_t i = 0; i < tail_bytes; i += 64) add_block(tail.data() + i, digest);

  std::array<char, 32> hex;
  for (std::size_t i = 0; i < 16; ++i) {
    const std::uint32_t byte = digest[i / 4] >> (i % 4 * 8) & 0xff;
    hex[2 * i] = "0123456789abcdef"[byte >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace deltamill
