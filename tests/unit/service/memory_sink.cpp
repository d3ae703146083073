// Keeps rows in maps: the open commit is a copy of the stored state, and committing moves it over.
#include "tests/unit/service/memory_sink.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "views/data/text_form.h"

namespace deltamill {

MemorySink::MemorySink(std::vector<Columns> views) : views_(std::move(views)) {}

Frontier MemorySink::frontier() {
  const std::lock_guard lock(mutex_);
  return stored_.frontier;
}

std::optional<Generation> MemorySink::current(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  const auto found = stored_.current.find(view);
  if (found == stored_.current.end() || stored_.frozen.contains(view)) return std::nullopt;
  return Generation{view, found->second};
}

Generation MemorySink::begin_generation(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  const Generation generation{view, next_number_++};
  stored_.generations[{view, generation.number}];
  open_.generations[{view, generation.number}];
  return generation;
}

void MemorySink::apply(Generation generation, const Delta& delta) {
  write(generation, delta);
}

void MemorySink::load(Generation generation, const Delta& delta) {
  write(generation, delta);
}

void MemorySink::add_error_rows(Generation generation, std::int64_t change) {
  const std::lock_guard lock(mutex_);
  open_.error_rows[{generation.view, generation.number}] += change;
}

void MemorySink::activate(Generation generation) {
  const std::lock_guard lock(mutex_);
  open_.current[generation.view] = generation.number;
  open_.frozen.erase(generation.view);
}

void MemorySink::freeze(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  stored_.frozen.insert(view);
  open_ = stored_;
}

void MemorySink::drop(Generation generation) {
  const std::lock_guard lock(mutex_);
  open_.generations.erase({generation.view, generation.number});
}

void MemorySink::commit(Frontier previous, Frontier next) {
  before_commit_();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !held_; });
  const Trouble trouble = std::exchange(trouble_, Trouble::none);
  if (trouble == Trouble::conflict) throw KeyConflict(trouble_view_, "two rows have one key");
  if (failing_ > 0) {
    --failing_;
    ++failures_;
    throw SinkFailed("the disk is full", failing_for_now_);
  }
  if (replaced_ || previous != stored_.frontier) throw FrontierMoved("another instance wrote");
  if (open_.current != stored_.current) activations_.push_back(std::to_string(next.end().value));
  open_.frontier = next;
  stored_ = open_;
  commits_.push_back(std::to_string(previous.end().value) + "-" + std::to_string(next.end().value));
  changed_.notify_all();
  if (trouble == Trouble::answer_lost)
    throw SinkFailed("the answer got lost", true, SinkFailed::Doubt::answer_lost);
}

void MemorySink::abandon() {
  const std::lock_guard lock(mutex_);
  open_ = stored_;
}

std::vector<std::string> MemorySink::rows(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> result;
  const auto number = stored_.current.find(view);
  if (number == stored_.current.end()) return result;
  for (const auto& [row, count] : stored_.generations.at({view, number->second})) {
    if (count < 0) throw std::logic_error("a row was deleted that was not there: " + row);
    result.insert(result.end(), static_cast<std::size_t>(count), row);
  }
  return result;
}

std::int64_t MemorySink::error_rows(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  return stored_.error_rows[{view, stored_.current.at(view)}];
}

std::vector<std::string> MemorySink::commits() {
  const std::lock_guard lock(mutex_);
  return commits_;
}

std::vector<std::string> MemorySink::activations() {
  const std::lock_guard lock(mutex_);
  return activations_;
}

std::uint64_t MemorySink::written_rows() {
  const std::lock_guard lock(mutex_);
  return written_rows_;
}

bool MemorySink::wait_for(Frontier frontier) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10),
                           [&] { return stored_.frontier >= frontier; });
}

bool MemorySink::readable(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  return stored_.current.contains(view);
}

bool MemorySink::reopen() {
  const std::lock_guard lock(mutex_);
  open_ = stored_;
  return std::exchange(replaced_, false);
}

void MemorySink::rest(bool /*idle*/) {}

std::uint64_t MemorySink::failures() {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void MemorySink::copy() {
  const std::lock_guard lock(mutex_);
  copy_ = stored_;
}

void MemorySink::put_copy_back() {
  const std::lock_guard lock(mutex_);
  stored_ = copy_;
  replaced_ = true;
}

void MemorySink::fail_next_commits(std::uint64_t count, bool retryable) {
  const std::lock_guard lock(mutex_);
  failing_ = count;
  failing_for_now_ = retryable;
}

void MemorySink::contradict_next_rows(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  contradicted_ = view;
}

bool MemorySink::wait_for_written(std::uint64_t rows) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return written_rows_ >= rows; });
}

void MemorySink::lose_next_answer() {
  const std::lock_guard lock(mutex_);
  trouble_ = Trouble::answer_lost;
}

void MemorySink::conflict_in_next_commit(std::uint32_t view) {
  const std::lock_guard lock(mutex_);
  trouble_ = Trouble::conflict;
  trouble_view_ = view;
}

void MemorySink::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void MemorySink::release() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

void MemorySink::write(Generation generation, const Delta& delta) {
  const std::lock_guard lock(mutex_);
  if (contradicted_ == generation.view) {
    contradicted_.reset();
    throw std::logic_error("a row that goes is not there");
  }
  Rows& rows = open_.generations.at({generation.view, generation.number});
  for (const DeltaRow& one : delta) {
    std::int64_t& count = rows[text_of(generation.view, one.row)];
    count += one.weight;
    if (count == 0) rows.erase(text_of(generation.view, one.row));
    ++written_rows_;
  }
  changed_.notify_all();
}

std::string MemorySink::text_of(std::uint32_t view, RowBytes row) const {
  const Columns& columns = views_.at(view);
  const RowLayout layout(columns);
  std::string text;
  for (std::uint32_t column = 0; column < layout.size(); ++column) {
    if (column > 0) text += ',';
    const Value value = row_value(layout, row, column);
    if (value.is_null())
      text += '~';
    else
      append_text(columns[column].type, value, text);
  }
  return text;
}

}  // namespace deltamill
