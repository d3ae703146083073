// The whole HTTP interface: one table of method, path, listener and handler, and what holds for
// every answer.
#pragma once

#include "service/http/message.h"
#include "service/http/site.h"

namespace deltamill {

// Answers a request of a listener. Never throws: what goes wrong inside is a 500 without details.
// Safe for any number of threads.
[[nodiscard]] Response answer_request(Site& site, Listener listener, const Request& request);

}  // namespace deltamill
