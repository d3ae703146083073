// What a call refuses.
#pragma once

#include <optional>

#include "service/http/problem.h"

namespace deltamill {

// The problem that a call throws; nothing = it goes through.
template <typename Call>
std::optional<Problem> thrown_problem(Call call) {
  try {
    static_cast<void>(call());
  } catch (const Problem& problem) {
    return problem;
  }
  return std::nullopt;
}

}  // namespace deltamill
