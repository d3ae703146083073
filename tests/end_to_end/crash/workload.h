// Several connections that write all the time: orders with their lines, moved keys, bursts,
// deletes.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace deltamill {

class Workload {
 public:
  static constexpr int writer_count = 4;

  // Sum of the balances of all accounts, at every moment.
  static constexpr std::int64_t accounts_total = 100'000;

  // Tables and first rows; REQUIRES: an empty database.
  static void create_tables(const std::string& url);
  // SELECTs of the views over them, by name.
  [[nodiscard]] static std::map<std::string, std::string> views();

  // Starts the writers.
  Workload(std::string url, std::uint64_t seed);
  // Ends them.
  ~Workload();
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  // Lets every writer end its transaction and wait, or go on.
  void pause();
  void resume() { paused_ = false; }
  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  // What a writer failed with; empty = all is well.
  [[nodiscard]] std::string failure();

 private:
  void write(int writer, std::uint64_t seed);

  const std::string url_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> paused_ = false;
  std::atomic<int> waiting_ = 0;
  std::atomic<std::uint64_t> transactions_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex failure_mutex_;
  std::string failure_;  // guarded by failure_mutex_
  std::vector<std::thread> writers_;
};

}  // namespace deltamill
