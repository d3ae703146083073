// Rebuilds that are to be taken up after a restart, in rebuilds.json: {"id":"view",...}. The file
// appears complete, by rename, and goes with the last of them.
#include "service/unfinished_rebuilds.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace deltamill {

namespace {

constexpr const char* file_name = "rebuilds.json";

}  // namespace

UnfinishedRebuilds::UnfinishedRebuilds(std::filesystem::path state) : state_(std::move(state)) {
  std::ifstream file(state_ / file_name);
  const nlohmann::json document = nlohmann::json::parse(file, nullptr, false);
  if (!document.is_object()) return;
  for (const auto& [id, view] : document.items())
    if (view.is_string()) views_[id] = view.get<std::string>();
}

std::map<std::string, std::string> UnfinishedRebuilds::all() const {
  const MutexLock lock(mutex_);
  return views_;
}

void UnfinishedRebuilds::add(const std::string& id, const std::string& view) {
  const MutexLock lock(mutex_);
  views_[id] = view;
  write();
}

void UnfinishedRebuilds::remove(const std::string& id) {
  const MutexLock lock(mutex_);
  if (views_.erase(id) != 0) write();
}

void UnfinishedRebuilds::write() const {
  const std::filesystem::path file = state_ / file_name;
  if (views_.empty()) {
    std::filesystem::remove(file);
    return;
  }
  const std::filesystem::path temporary = state_ / "rebuilds.json.new";
  std::ofstream stream(temporary);
  stream << nlohmann::json(views_).dump() << '\n';
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + temporary.string());
  std::filesystem::rename(temporary, file);
}

}  // namespace deltamill
