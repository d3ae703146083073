// Which file stands at a path: a store that is put back from a copy, or removed, is another file,
// while an open connection goes on in the old one.
#pragma once

#include <cstdint>
#include <string>

namespace deltamill {

struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;  // 0: there is no file

  [[nodiscard]] bool operator==(const FileIdentity&) const = default;
};

[[nodiscard]] FileIdentity identity_of(const std::string& path);

}  // namespace deltamill
