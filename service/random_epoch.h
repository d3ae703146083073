// Names that no two histories and no two instances share.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "views/data/ascii.h"

namespace deltamill {

// 128 random bits in hexadecimal digits.
[[nodiscard]] inline std::string random_epoch() {
  std::random_device device;
  std::string epoch;
  for (int word = 0; word < 4; ++word) {
    const std::uint32_t bits = device();
    append_hex({reinterpret_cast<const char*>(&bits), sizeof bits}, epoch);
  }
  return epoch;
}

}  // namespace deltamill
