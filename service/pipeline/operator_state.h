// What an operator of the dataflow keeps, as readers are told of it.
#pragma once

#include <cstdint>
#include <string>

namespace deltamill {

struct OperatorState {
  std::string name;
  bool shared = false;  // with other views, or a table
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

}  // namespace deltamill
