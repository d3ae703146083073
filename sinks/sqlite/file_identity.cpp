// Asks the file system for device and inode, which a file keeps under any name and a copy never
// has.
#include "sinks/sqlite/file_identity.h"

#include <sys/stat.h>

namespace deltamill {

FileIdentity identity_of(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

}  // namespace deltamill
