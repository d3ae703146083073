// Mutexes that clang checks: a member that says DM_GUARDED_BY(mutex_) cannot be touched without
// the lock (tests/tidy/thread_safety). For gcc the annotations are nothing.
//
// Conditions are loops, not predicates: the checker does not look into lambdas.
//   MutexLock lock(mutex_);
//   while (queue_.empty() && !closed_) changed_.wait(lock);
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#if defined(__clang__)
#define DM_THREAD_ANNOTATION(attribute) __attribute__((attribute))
#else
#define DM_THREAD_ANNOTATION(attribute)
#endif

// Of a member: read and written under the mutex only.
#define DM_GUARDED_BY(mutex) DM_THREAD_ANNOTATION(guarded_by(mutex))
// Of a function: the caller holds the mutex, or must not hold it.
#define DM_REQUIRES(...) DM_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define DM_EXCLUDES(...) DM_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
// Of the types below.
#define DM_CAPABILITY(name) DM_THREAD_ANNOTATION(capability(name))
#define DM_SCOPED_CAPABILITY DM_THREAD_ANNOTATION(scoped_lockable)
#define DM_ACQUIRE(...) DM_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define DM_RELEASE(...) DM_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
// Of a function that hands a lock on in a way the checker cannot follow, with the reason beside it.
#define DM_UNCHECKED_LOCKING DM_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace deltamill {

class DM_CAPABILITY("mutex") Mutex {
 public:
  void lock() DM_ACQUIRE() { mutex_.lock(); }
  void unlock() DM_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class DM_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) DM_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() DM_RELEASE() {
    if (held_) mutex_.unlock();
  }

  // For a while without it. REQUIRES: held, and not held.
  void unlock() DM_RELEASE() {
    held_ = false;
    mutex_.unlock();
  }
  void lock() DM_ACQUIRE() {
    mutex_.lock();
    held_ = true;
  }
  [[nodiscard]] Mutex& mutex() const { return mutex_; }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

// Waits return when notified, and for no reason too: look at the condition again. A deadline is
// waited for through the clock (clock.h).
class CondVar {
 public:
  void wait(MutexLock& lock) { changed_.wait(lock); }
  // Also returns when `stop` is requested.
  void wait(MutexLock& lock, const std::stop_token& stop) {
    bool woken = false;
    changed_.wait(lock, stop, [&] { return std::exchange(woken, true); });
  }
  void notify_one() { changed_.notify_one(); }
  void notify_all() { changed_.notify_all(); }

 private:
  friend class SystemClock;
  std::condition_variable_any changed_;
};

}  // namespace deltamill
