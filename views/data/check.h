// DM_CHECK: an invariant of the program, checked in every build. A failure is a bug, never bad
// input: it throws BrokenInvariant, which stops the view or the process (state is derived; replay
// is the safe repair).
#pragma once

#include <stdexcept>
#include <string>

namespace deltamill {

// Thrown by DM_CHECK. Caught in exactly one place per thread, which stops that thread's work.
class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_check(const char* expression, const char* file, int line,
                                    const std::string& message) {
  throw BrokenInvariant(std::string(file) + ":" + std::to_string(line) + ": " + message +
                        " (expected " + expression + ")");
}

}  // namespace deltamill

#define DM_CHECK(condition, message)                                      \
  do {                                                                    \
    if (!(condition)) [[unlikely]]                                        \
      ::deltamill::fail_check(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
