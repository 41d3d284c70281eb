// What the session shows of itself.
#include "record/session_end.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/tape/reader.h"
#include "record/binfmt.h"

namespace sigtape::record {
namespace {

void put(const std::string& text) { (void)!write(STDERR_FILENO, text.data(), text.size()); }

}  // namespace

std::string text_of_bytes(u64 bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{} kB", bytes / 1000);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

ProgressLine::ProgressLine() : wanted_(isatty(STDERR_FILENO) == 1) {}

void ProgressLine::show(const tape::SessionPage& page, u64 elapsed_ns) {
  if (!wanted_ || elapsed_ns < next_ns_) return;
  next_ns_ = elapsed_ns + 1'000'000'000;
  shown_ = true;
  put(fmt::format("\x1b[Ksigtape: {} s, {} images, {} events, {}\r", elapsed_ns / 1'000'000'000,
                  page.next_stream.load() - 1, page.events.load(), text_of_bytes(page.bytes.load())));
}

void ProgressLine::clear() {
  if (shown_) put("\x1b[K");
}

void say_summary(const std::string& tape, const tape::SessionPage& page, u64 elapsed_ns) {
  auto opened = tape::Tape::open(tape);
  put(fmt::format("sigtape: {} events in {:.1f} s on {} ({})\n", page.events.load(),
                  static_cast<double>(elapsed_ns) / 1e9, tape,
                  opened ? text_of_bytes((*opened)->bytes_on_disk()) : opened.error().text));
}

void say_nothing_recorded() {
  put(fmt::format("sigtape: it started no 32-bit ARM program{}\n",
                  binfmt_is_installed() ? "" : "; `sigtape binfmt install` lets native programs start them"));
}

}  // namespace sigtape::record
