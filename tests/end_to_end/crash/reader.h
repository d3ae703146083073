// A reader that asks all the time, also while the service is killed: what it reads never goes back
// to an earlier position, and no answer holds half of a transfer between two accounts.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "tests/support/project_directory.h"

namespace deltamill {

class Reader {
 public:
  // Reads the view `balances` (id, balance), which always add up to `total`.
  Reader(const ProjectDirectory& project, std::int64_t total);
  // Ends it.
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Ends it and gives what it saw wrong; empty = nothing.
  [[nodiscard]] std::string finish();
  [[nodiscard]] std::uint64_t answers() const { return answers_; }

 private:
  void read();
  // False when nobody answers just now.
  [[nodiscard]] bool read_once();

  const ProjectDirectory& project_;
  const std::int64_t total_;
  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> answers_ = 0;
  std::uint64_t position_ = 0;  // of the latest answer
  std::string problem_;         // read after the thread has ended
  std::thread thread_;
};

}  // namespace deltamill
