// Time zones and the times that tell them apart: about each change of a clock, where a zone's rules
// begin and end, and anywhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/differential/random.h"
#include "tests/support/sql_session.h"

namespace deltamill {

class ZoneValues {
 public:
  // Zones and abbreviations as this server lists them.
  explicit ZoneValues(SqlSession& session);

  // A zone's name in any letter case, an abbreviation, a POSIX specification, or none at all.
  [[nodiscard]] std::string zone(Random& random) const;
  // A time in the form that both a timestamp and a timestamptz read.
  [[nodiscard]] std::string time(const std::string& zone, Random& random) const;
  // The time with the zone behind it.
  [[nodiscard]] static std::string with_zone(const std::string& time, const std::string& zone);

  [[nodiscard]] std::size_t zone_count() const { return names_.size() + abbreviations_.size(); }

 private:
  std::vector<std::string> names_;
  std::vector<std::string> abbreviations_;
  std::map<std::string, std::vector<std::int64_t>> changes_;  // by name: seconds since 1970
};

}  // namespace deltamill
