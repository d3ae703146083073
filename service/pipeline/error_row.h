// A row in error (division by zero and kin), as readers are told of it.
#pragma once

#include <string>

namespace deltamill {

struct ErrorRow {
  std::string key;
  std::string operator_name;
  std::string message;
};

}  // namespace deltamill
