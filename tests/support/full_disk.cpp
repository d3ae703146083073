// A VFS of SQLite over its own: the files' methods are those of the file system but for writing.
// https://sqlite.org/vfs.html, "VFS shims".
#include "tests/support/full_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>

namespace deltamill {

namespace {

// SQLite's callbacks carry no context that is ours, so there is one disk.
std::atomic<bool> full{false};
sqlite3_vfs* file_system = nullptr;
sqlite3_vfs disk;

// Files that are locked and files that are not have methods of their own.
struct Methods {
  const sqlite3_io_methods* of_file_system = nullptr;
  sqlite3_io_methods of_disk{};
};
std::mutex mutex;
std::list<Methods> methods;  // guarded by mutex; never shrinks, files point into it

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  if (full) return SQLITE_FULL;
  const sqlite3_io_methods* of_file_system = nullptr;
  {
    const std::lock_guard lock(mutex);
    const auto found = std::ranges::find_if(
        methods, [&](const Methods& known) { return file->pMethods == &known.of_disk; });
    of_file_system = found->of_file_system;
  }
  return of_file_system->xWrite(file, bytes, count, offset);
}

const sqlite3_io_methods* methods_of_disk(const sqlite3_io_methods* of_file_system) {
  const std::lock_guard lock(mutex);
  const auto found = std::ranges::find(methods, of_file_system, &Methods::of_file_system);
  if (found != methods.end()) return &found->of_disk;
  Methods& added = methods.emplace_back(of_file_system, *of_file_system);
  added.of_disk.xWrite = write;
  return &added.of_disk;
}

int open(sqlite3_vfs* /*disk*/, const char* name, sqlite3_file* file, int flags, int* opened) {
  const int result = file_system->xOpen(file_system, name, file, flags, opened);
  if (file->pMethods != nullptr) file->pMethods = methods_of_disk(file->pMethods);
  return result;
}

}  // namespace

FullDisk::FullDisk() {
  full = false;
  file_system = sqlite3_vfs_find(nullptr);
  disk = *file_system;
  disk.zName = "full disk";
  disk.xOpen = open;
  sqlite3_vfs_register(&disk, 1);
}

FullDisk::~FullDisk() {
  sqlite3_vfs_unregister(&disk);
  sqlite3_vfs_register(file_system, 1);
}

void FullDisk::fill() {
  full = true;
}

void FullDisk::make_room() {
  full = false;
}

}  // namespace deltamill
