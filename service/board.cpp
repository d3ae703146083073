// What is shown of each view and sink. A change is made under the mutex and told of after it: who
// is told may look at the board.
#include "service/board.h"

namespace deltamill {

void Board::set(std::size_t view, Condition condition, std::string reason) {
  {
    const MutexLock lock(mutex_);
    views_[view] = {condition, std::move(reason), false, views_[view].stops};
  }
  subscribers_.call_all();
}

void Board::stop(std::size_t view, Condition condition, std::string reason) {
  {
    const MutexLock lock(mutex_);
    views_[view] = {condition, std::move(reason), true, views_[view].stops + 1};
  }
  subscribers_.call_all();
}

Board::View Board::view(std::size_t view) const {
  const MutexLock lock(mutex_);
  return views_[view];
}

std::vector<Board::View> Board::views() const {
  const MutexLock lock(mutex_);
  return views_;
}

void Board::set_sink(std::size_t sink, SinkCondition condition, std::string error) {
  {
    const MutexLock lock(mutex_);
    sinks_[sink].condition = condition;
    sinks_[sink].error = std::move(error);
  }
  subscribers_.call_all();
}

void Board::set_all_sinks(SinkCondition condition, const std::string& error) {
  for (std::size_t sink = 0; sink < sinks().size(); ++sink) set_sink(sink, condition, error);
}

void Board::set_frontier(std::size_t sink, Frontier frontier) {
  const MutexLock lock(mutex_);
  sinks_[sink].frontier = frontier;
}

std::vector<Board::Sink> Board::sinks() const {
  const MutexLock lock(mutex_);
  return sinks_;
}

}  // namespace deltamill
