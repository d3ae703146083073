// Finds the name that was probably meant, by edit distance with transpositions (optimal string
// alignment): O(length²) per candidate, with names of at most 63 bytes.
#include "views/sql/suggestion.h"

#include <algorithm>

namespace deltamill {

namespace {

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> distance(left.size() + 1,
                                                 std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) distance[i][0] = i;
  for (std::size_t j = 0; j <= right.size(); ++j) distance[0][j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t changed = left[i - 1] == right[j - 1] ? 0 : 1;
      distance[i][j] = std::min(
          {distance[i - 1][j] + 1, distance[i][j - 1] + 1, distance[i - 1][j - 1] + changed});
      const bool swapped =
          i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
    }
  }
  return distance[left.size()][right.size()];
}

}  // namespace

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t name_bytes_max = 63;  // PostgreSQL's identifiers
  if (name.size() > name_bytes_max) return "";
  // A third of the name may be wrong: more would suggest what nobody meant. Of equally near names
  // the first.
  std::size_t best_distance = name.size() / 3 + 1;
  const std::string* best = nullptr;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > name_bytes_max) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = &candidate;
  }
  return best == nullptr ? "" : "did you mean \"" + *best + "\"?";
}

}  // namespace deltamill
