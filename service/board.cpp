// A small guarded table.
#include "service/board.h"

namespace deltamill {

void Board::set(std::size_t view, Condition condition, std::string reason) {
  const std::lock_guard lock(mutex_);
  views_[view] = {condition, std::move(reason), false, views_[view].stops};
}

void Board::stop(std::size_t view, Condition condition, std::string reason) {
  const std::lock_guard lock(mutex_);
  views_[view] = {condition, std::move(reason), true, views_[view].stops + 1};
}

Condition Board::condition(std::size_t view) const {
  const std::lock_guard lock(mutex_);
  return views_[view].condition;
}

std::string Board::reason(std::size_t view) const {
  const std::lock_guard lock(mutex_);
  return views_[view].reason;
}

bool Board::stopped(std::size_t view) const {
  const std::lock_guard lock(mutex_);
  return views_[view].stopped;
}

std::uint64_t Board::stops(std::size_t view) const {
  const std::lock_guard lock(mutex_);
  return views_[view].stops;
}

void Board::set_sink(std::string condition, std::string error) {
  const std::lock_guard lock(mutex_);
  sink_condition_ = std::move(condition);
  sink_error_ = std::move(error);
}

std::string Board::sink_condition() const {
  const std::lock_guard lock(mutex_);
  return sink_condition_;
}

std::string Board::sink_error() const {
  const std::lock_guard lock(mutex_);
  return sink_error_;
}

}  // namespace deltamill
