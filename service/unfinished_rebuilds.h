// Rebuilds that were asked for and have not ended, kept in the state directory: after a restart
// they are done from their beginning, under the same id.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "service/mutex.h"

namespace deltamill {

class UnfinishedRebuilds {
 public:
  // Reads what an earlier process left; a file that is not readable as such counts as none.
  explicit UnfinishedRebuilds(std::filesystem::path state);

  // Names of views by the job's id. Thread-safe, as are all.
  [[nodiscard]] std::map<std::string, std::string> all() const;
  // In the file on return. Throws std::runtime_error when it cannot be written.
  void add(const std::string& id, const std::string& view);
  void remove(const std::string& id);

 private:
  void write() const DM_REQUIRES(mutex_);

  const std::filesystem::path state_;
  mutable Mutex mutex_;
  std::map<std::string, std::string> views_ DM_GUARDED_BY(mutex_);
};

}  // namespace deltamill
