// Trace events: one line each on stderr, logfmt or JSON. What the levels promise: error = something
// is broken and somebody should look; warning = it will need attention; info = what an operator
// wants to have seen; debug = the rest.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "service/configuration/settings.h"

namespace deltamill {

struct TraceField {
  std::string_view name;
  std::string value;
};

// Thread-safe; never blocks on stderr (a bounded queue, the oldest events are dropped and counted).
class Trace {
 public:
  explicit Trace(const TraceSettings& settings);
  ~Trace();

  // `event` is a stable name ("view.live"); `message` is for people. Control characters are escaped
  // in every field.
  void event(TraceLevel level, std::string_view event, std::string_view message,
             std::initializer_list<TraceField> fields = {});
  void flush();
  // Events lost because stderr did not take them in time.
  [[nodiscard]] std::size_t dropped() const;

 private:
  struct Writer;
  std::unique_ptr<Writer> writer_;
  TraceSettings settings_;
};

}  // namespace deltamill
