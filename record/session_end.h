// What the session shows of itself: the progress line, and the summary.
#pragma once
#include <string>

#include "core/outside/outside.h"
#include "core/tape/session.h"

namespace sigtape::record {

// One line on a terminal, once a second; the cursor stays at its beginning, so that the program's output covers it.
class ProgressLine {
 public:
  ProgressLine();
  void show(const tape::SessionPage& page, u64 elapsed_ns);
  void clear();

 private:
  bool wanted_;
  bool shown_ = false;
  u64 next_ns_ = 2'000'000'000;
};

void say_summary(const std::string& tape, const tape::SessionPage& page, u64 elapsed_ns);
// After a native program that started no armv7 one.
void say_nothing_recorded();
std::string text_of_bytes(u64 bytes);  // "1.2 MB"

}  // namespace sigtape::record
