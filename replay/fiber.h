// Fibers: one host thread, a stack per guest thread. A switch is a function call that returns elsewhere.
#pragma once
#include <cstddef>
#include <functional>

namespace sigtape::replay {

class Fiber {
 public:
  // The host thread as it is: what others switch back to.
  Fiber() = default;
  // `body` must not return: its last act is to switch away for ever.
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;

  static void switch_between(Fiber& from, Fiber& to);

 private:
  friend void fiber_main(Fiber* self);
  void* saved_ = nullptr;  // stack pointer while it does not run
  std::byte* stack_ = nullptr;
  std::function<void()> body_;
  // Of AddressSanitizer, which must be told about stacks.
  void* fake_stack_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace sigtape::replay
