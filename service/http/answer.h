// What a handler gives: an answer, or what has to happen before it can give one.
#pragma once

#include <functional>
#include <variant>

#include "service/http/body_stream.h"
#include "service/http/message.h"

namespace deltamill {

struct Answer;

// Not yet. The handler has returned its thread; when the wait is over, one of them goes on.
struct Waiting {
  Wait until;
  std::function<Answer()> then;  // called once, also when the position was not reached in time
};

struct Answer : std::variant<Response, Waiting> {
  using variant::variant;
};

}  // namespace deltamill
