// An exact sum of doubles: a fixed-point number wide enough for every double, of which only the
// digits that are not zero are kept. Adding is associative and taking back is exact; rounding
// happens once, in the result.
//
//   sum = Σ digit_k · 2^(32k − 1074),   −2^31 <= digit_k < 2^31: every sum has one representation,
//   0 has no digits
#pragma once

#include <cstdint>
#include <vector>

namespace deltamill {

class ExactRealSum {
 public:
  // REQUIRES: finite.
  void add(double real, std::int32_t weight);
  // Correctly rounded to nearest, ties to even; ±infinity beyond the range.
  [[nodiscard]] double to_double() const;
  [[nodiscard]] float to_float() const;
  [[nodiscard]] bool is_zero() const { return digits_.empty(); }
  [[nodiscard]] std::size_t memory_bytes() const { return digits_.capacity() * sizeof(Digit); }

 private:
  struct Digit {
    std::int32_t position = 0;
    std::int32_t digit = 0;  // not 0
  };
  struct Target {
    int precision = 53;
    int exponent_min = -1074;
  };

  [[nodiscard]] double rounded(Target target) const;

  std::vector<Digit> digits_;  // by position, ascending
};

}  // namespace deltamill
