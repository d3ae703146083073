// Something that one thread starts and ends again and again, lent meanwhile to others: it does not
// end while somebody holds it.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <utility>

#include "service/clock.h"
#include "service/mutex.h"

namespace deltamill {

template <typename Lent>
class Slot {
 public:
  // The clock outlives it.
  explicit Slot(Clock& clock) : clock_(clock) {}

  // Holds what is lent; given back when it is destroyed. Empty when there is nothing to lend.
  class Loan {
   public:
    Loan() = default;
    Loan(Loan&& other) noexcept
        : slot_(std::exchange(other.slot_, nullptr)), lent_(std::exchange(other.lent_, nullptr)) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (slot_ != nullptr) slot_->give_back();
    }

    explicit operator bool() const { return lent_ != nullptr; }
    [[nodiscard]] Lent& operator*() const { return *lent_; }
    [[nodiscard]] Lent* operator->() const { return lent_; }

   private:
    friend class Slot;
    Loan(Slot& slot, Lent& lent) : slot_(&slot), lent_(&lent) {}

    Slot* slot_ = nullptr;
    Lent* lent_ = nullptr;
  };

  // Empty while there is nothing, or while it is being taken back. Never waits.
  [[nodiscard]] Loan borrow() {
    const MutexLock lock(mutex_);
    return lent_ == nullptr ? Loan() : lend();
  }

  // Waits until there is something that fits, which is asked again after each look_again(). Empty =
  // `stop` was requested. REQUIRES: `fits` returns at once and does not use the slot.
  [[nodiscard]] Loan wait_for(const std::function<bool(const Lent&)>& fits,
                              const std::stop_token& stop) {
    MutexLock lock(mutex_);
    while (!stop.stop_requested()) {
      if (lent_ != nullptr && fits(*lent_)) return lend();
      changed_.wait(lock, stop);
    }
    return Loan();
  }

  // What is lent has changed in a way that somebody may wait for.
  void look_again() {
    const MutexLock lock(mutex_);
    changed_.notify_all();
  }

  // REQUIRES: empty.
  void put(Lent& lent) {
    const MutexLock lock(mutex_);
    lent_ = &lent;
    changed_.notify_all();
  }

  // Lends it to nobody from now on and waits until all loans are given back. Whoever only looks at
  // it is given `patience`; after that `recall` is called, once, to make the others give it back.
  void take_back(std::chrono::milliseconds patience, const std::function<void()>& recall) {
    MutexLock lock(mutex_);
    lent_ = nullptr;
    const Clock::Time deadline = clock_.now() + patience;
    while (loans_ != 0 && clock_.now() < deadline) clock_.wait_until(lock, changed_, deadline, {});
    if (loans_ == 0) return;
    lock.unlock();
    recall();
    lock.lock();
    while (loans_ != 0) changed_.wait(lock);
  }

 private:
  // REQUIRES: there is something to lend.
  [[nodiscard]] Loan lend() DM_REQUIRES(mutex_) {
    ++loans_;
    return Loan(*this, *lent_);
  }

  void give_back() {
    const MutexLock lock(mutex_);
    --loans_;
    changed_.notify_all();
  }

  Clock& clock_;
  Mutex mutex_;
  CondVar changed_;
  Lent* lent_ DM_GUARDED_BY(mutex_) = nullptr;
  std::size_t loans_ DM_GUARDED_BY(mutex_) = 0;
};

}  // namespace deltamill
