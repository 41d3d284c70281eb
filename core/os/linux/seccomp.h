// Filters of seccomp(2): classic BPF programs that judge a system call by its number and words.
// Source: Documentation/userspace-api/seccomp_filter.rst; net/core/filter.c and kernel/seccomp.c of Linux 6.1.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/abi/call.h"
#include "core/abi/linux/structs_net.h"
#include "core/base/result.h"

namespace sigtape::os::linux_eabi {

// What a filter answers: the action in the upper half, 16 bits of data for it in the lower one. The smaller the action
// as a signed number, the more it forbids.
enum class SeccompAction : u32 {
  kill_process = 0x8000'0000,
  kill_thread = 0,
  trap = 0x3'0000,
  error = 0x5'0000,
  notify = 0x7fc0'0000,
  trace = 0x7ff0'0000,
  log = 0x7ffc'0000,
  allow = 0x7fff'0000
};

inline constexpr u32 architecture_arm = 0x4000'0028;  // AUDIT_ARCH_ARM: EM_ARM, little endian

// A thread's filters are a chain that only grows, shared with its children.
class SeccompFilter {
 public:
  static constexpr u32 most_instructions = 4096;
  // nullptr: no program that seccomp takes (bpf_check_classic, seccomp_check_filter).
  static std::shared_ptr<const SeccompFilter> make(std::vector<abi::linux_eabi::SockFilter> program,
                                                   std::shared_ptr<const SeccompFilter> older);

  // Of this filter and all older ones: the strictest action with its data, of equals the newest.
  u32 judge(const abi::Call& call, GuestAddr behind_svc) const;
  // What the kernel counts against MAX_INSNS_PER_PATH (32768), with this filter and all older ones.
  u32 instructions_on_path() const { return instructions_on_path_; }
  static constexpr u32 most_on_path = 32768;
  u32 filters_on_path() const { return older_ ? older_->filters_on_path() + 1 : 1; }
  bool descends_from(const SeccompFilter* other) const;  // is it, or is it newer on the same chain?

  // All filters, oldest first, each as its length and its instructions (8 bytes in memory order): for exec and tape.
  std::vector<u64> chain() const;
  static Result<std::shared_ptr<const SeccompFilter>> from_chain(std::span<const u64> chain);

 private:
  std::vector<abi::linux_eabi::SockFilter> program_;
  std::shared_ptr<const SeccompFilter> older_;
  u32 instructions_on_path_ = 0;
};

}  // namespace sigtape::os::linux_eabi
