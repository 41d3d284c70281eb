// Files that are read in big pieces: the tape keeps what they hold once, and events refer to it.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/base/strong.h"
#include "core/tape/kept_bytes.h"
#include "core/tape/session.h"

namespace sigtape::record {

// The copy of a file grows as the file is read, from its beginning on, by one process at a time; a file that all
// processes of a build read is there once. Whatever a descriptor was open on, and however the file has changed, an
// answer is right: the bytes that it names have been compared with those that were read, or come from them.
class KeptReads {
 public:
  // Below these an event is better off with its own bytes.
  static constexpr u64 least_file = 16 << 10, least_read = 4 << 10;

  // Of the tape's directory `files`. hide and close: as OwnFds::adopt and close do.
  void use(HostFd files, std::function<Result<HostFd>(int)> hide, std::function<void(HostFd)> close) {
    files_ = files;
    hide_ = std::move(hide);
    close_ = std::move(close);
  }
  // Where the tape has `bytes`, which the host has just read of `file` at `position`; nullopt: nowhere.
  std::optional<tape::KeptBytes> keep(tape::FileKey file, u64 position, std::span<const u8> bytes);
  // In a child that a fork made: the copies that are open are its parent's to write.
  void forget();

 private:
  struct Copy {
    tape::FileKey file;
    HostFd fd{-1};
    u64 bytes = 0;         // as far as is known; others may have written more
    bool is_ours = false;  // to write
  };
  Copy* copy_of(tape::FileKey file);
  void drop(Copy& copy);
  static void look_again(Copy& copy);
  static bool take(Copy& copy);
  bool is_there(const Copy& copy, u64 position, std::span<const u8> bytes);

  HostFd files_{-1};
  std::function<Result<HostFd>(int)> hide_;
  std::function<void(HostFd)> close_;
  std::array<Copy, 4> copies_;
  u32 next_ = 0;  // to give way
  std::vector<u8> scratch_;
};

}  // namespace sigtape::record
