// A disk that is full when a test says so: while it lives, files that SQLite opens in this process lie
// on it. A full disk takes no write at all; a real one would still overwrite.
#pragma once

namespace deltamill {

class FullDisk {
 public:
  // REQUIRES: there is no other.
  FullDisk();
  // REQUIRES: what was opened on it is closed.
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  // Any thread.
  void fill();
  void make_room();
};

}  // namespace deltamill
