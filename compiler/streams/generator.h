#pragma once
#include <coroutine>
#include <exception>
#include <utility>

namespace inf::compiler {

/// A coroutine that stops wherever a segment may end. An emitter is written as plain nested loops over its tiles and
/// still makes them one at a time.
class Generator {
 public:
  struct promise_type {
    std::exception_ptr error;
    Generator get_return_object() { return Generator(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int) noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
  };

  Generator() = default;
  explicit Generator(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Generator& operator=(Generator&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Generator() {
    if (handle_) handle_.destroy();
  }

  /// Runs to the next tile boundary; false when there is none left.
  bool resume() {
    if (!handle_ || handle_.done()) return false;
    handle_.resume();
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return !handle_.done();
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

/// Runs an emitter that keeps its state in an object: the object lives as long as the generator does.
template <class Emitter, class Workplace, class Tile>
Generator drive(Workplace& workplace, const Tile& tile) {
  Emitter emitter(workplace, tile);
  Generator inner = emitter.run();
  while (inner.resume()) co_yield 0;
}

}  // namespace inf::compiler
