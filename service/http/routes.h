// The whole HTTP interface: one table of method, path, listener and handler, and what holds for
// every answer.
#pragma once

#include <functional>

#include "service/http/answer.h"
#include "service/http/message.h"
#include "service/http/site.h"

namespace deltamill {

// Answers a request of a listener, which lives until the answer is sent. Throws nothing but
// std::bad_alloc: what goes wrong inside is a 500 without details. Safe for any number of threads.
[[nodiscard]] Answer answer_request(Site& site, Listener listener, const Request& request);

// Counts what a server refuses before it becomes a request here, under the route "none": what
// ServerOptions::refused takes. The site outlives it.
[[nodiscard]] std::function<void(int status, double seconds)> refusal_counter(Site& site);

}  // namespace deltamill
