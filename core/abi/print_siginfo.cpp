// siginfo_t as text: which members are shown follows the kernels' own rules for what they fill in.
#include "core/abi/print_siginfo.h"

#include <fmt/format.h>

#include <cstring>

#include "core/abi/append.h"
#include "core/abi/flag_names.h"
#include "core/abi/freebsd/flags.h"
#include "core/abi/linux/flags.h"
#include "core/abi/names.h"
#include "core/abi/print_value.h"
#include "core/base/bytes.h"

namespace sigtape::abi {
namespace {

enum class Members : u8 { none, sender, queued, timer, child, fault, poll, system_call };

// Signals whose positive codes have a meaning of their own, by system.
struct Numbers {
  i32 ill, trap, bus, fpe, segv, chld, io, sys;
};
constexpr Numbers linux_numbers{4, 5, 7, 8, 11, 17, 29, 31};
constexpr Numbers freebsd_numbers{4, 5, 10, 8, 11, 20, 23, 12};

const Numbers& numbers_of(System system) { return system == System::linux_eabi ? linux_numbers : freebsd_numbers; }

const NameSet* own_codes(System system, i32 signal) {
  const Numbers& n = numbers_of(system);
  const bool is_linux = system == System::linux_eabi;
  if (signal == n.ill) return &linux_eabi::codes_ill;
  if (signal == n.trap) return is_linux ? &linux_eabi::codes_trap : &freebsd::codes_trap;
  if (signal == n.bus) return is_linux ? &linux_eabi::codes_bus : &freebsd::codes_bus;
  if (signal == n.fpe) return is_linux ? &linux_eabi::codes_fpe : &freebsd::codes_fpe;
  if (signal == n.segv) return is_linux ? &linux_eabi::codes_segv : &freebsd::codes_segv;
  if (signal == n.chld) return &linux_eabi::codes_chld;
  if (signal == n.io) return &linux_eabi::codes_poll;
  if (signal == n.sys && is_linux) return &linux_eabi::codes_sys;
  return nullptr;
}

// kernel/signal.c siginfo_layout.
Members linux_members(i32 signal, i32 code) {
  constexpr i32 si_kernel = 0x80, si_queue = -1, si_timer = -2, si_mesgq = -3, si_sigio = -5;
  if (code > 0 && code < si_kernel) {
    const Numbers& n = linux_numbers;
    if (signal == n.chld) return Members::child;
    if (signal == n.ill || signal == n.trap || signal == n.bus || signal == n.fpe || signal == n.segv)
      return Members::fault;
    if (signal == n.io) return Members::poll;
    if (signal == n.sys) return Members::system_call;
    return Members::sender;
  }
  if (code == si_timer) return Members::timer;
  if (code == si_sigio) return Members::poll;
  if (code == si_queue || code == si_mesgq) return Members::queued;
  return code == si_kernel ? Members::none : Members::sender;
}

Members freebsd_members(i32 signal, i32 code) {
  switch (code) {
    case 0x10001:
    case 0x10007: return Members::sender;  // SI_USER, SI_LWP
    case 0x10002:
    case 0x10005: return Members::queued;  // SI_QUEUE, SI_MESGQ
    case 0x10003: return Members::timer;
    case 0x10006: return Members::none;
    default: break;
  }
  const Numbers& n = freebsd_numbers;
  if (signal == n.chld) return Members::child;
  if (signal == n.ill || signal == n.trap || signal == n.bus || signal == n.fpe || signal == n.segv)
    return Members::fault;
  return Members::sender;
}

void append_value(std::string& out, const SiginfoFields& info) {
  append(out, ", si_value={{int={}, ptr=", static_cast<i32>(info.value));
  append_address(out, info.value);
  out += '}';
}

void append_child(std::string& out, System system, const SiginfoFields& info) {
  constexpr i32 cld_exited = 1;
  append(out, ", si_pid={}, si_uid={}, si_status=", info.pid, info.uid);
  out += info.code == cld_exited ? fmt::format("{}", info.status) : signal_name(system, info.status);
  if (system == System::linux_eabi) append(out, ", si_utime={}, si_stime={}", info.utime, info.stime);
}

template <class T>
T word_at(std::span<const u8> bytes, std::size_t offset) {
  T value{};
  if (offset + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// Offsets of core/abi/linux/structs_signal.h, whose union begins at 12.
SiginfoFields linux_fields(std::span<const u8> bytes) {
  SiginfoFields info{.signal = word_at<i32>(bytes, 0), .error = word_at<i32>(bytes, 4), .code = word_at<i32>(bytes, 8)};
  switch (linux_members(info.signal, info.code)) {
    case Members::timer:
      info.timer_id = word_at<i32>(bytes, 12);
      info.overrun = word_at<i32>(bytes, 16);
      info.value = word_at<u32>(bytes, 20);
      break;
    case Members::child:
      info.status = word_at<i32>(bytes, 20);
      info.utime = word_at<u32>(bytes, 24);
      info.stime = word_at<u32>(bytes, 28);
      [[fallthrough]];
    case Members::sender:
    case Members::queued:
      info.pid = word_at<i32>(bytes, 12);
      info.uid = word_at<u32>(bytes, 16);
      info.value = word_at<u32>(bytes, 20);
      break;
    case Members::fault: info.address = word_at<u32>(bytes, 12); break;
    case Members::poll:
      info.band = word_at<i32>(bytes, 12);
      info.fd = word_at<i32>(bytes, 16);
      break;
    case Members::system_call:
      info.address = word_at<u32>(bytes, 12);
      info.syscall = word_at<i32>(bytes, 16);
      info.arch = word_at<u32>(bytes, 20);
      break;
    case Members::none: break;
  }
  return info;
}

SiginfoFields freebsd_fields(std::span<const u8> bytes) {
  SiginfoFields info{.signal = word_at<i32>(bytes, 0),
                     .error = word_at<i32>(bytes, 4),
                     .code = word_at<i32>(bytes, 8),
                     .pid = word_at<i32>(bytes, 12),
                     .uid = word_at<u32>(bytes, 16),
                     .status = word_at<i32>(bytes, 20),
                     .value = word_at<u32>(bytes, 28),
                     .address = word_at<u32>(bytes, 24)};
  if (freebsd_members(info.signal, info.code) == Members::timer) {
    info.timer_id = word_at<i32>(bytes, 32);
    info.overrun = word_at<i32>(bytes, 36);
  } else {
    info.trap = word_at<i32>(bytes, 32);
  }
  return info;
}

}  // namespace

std::string text_of_siginfo_code(System system, i32 signal, i32 code) {
  const bool is_linux = system == System::linux_eabi;
  const i32 first_general = is_linux ? 0x80 : 0x10000;
  if (code > 0 && code < first_general)
    if (const NameSet* own = own_codes(system, signal)) return text_of_names(*own, static_cast<u32>(code));
  const NameSet& general = is_linux ? linux_eabi::siginfo_codes : freebsd::siginfo_codes;
  if (std::string_view name = name_of_value(general, static_cast<u32>(code)); !name.empty()) return std::string(name);
  return fmt::format("{}", code);
}

SiginfoFields siginfo_of(System system, std::span<const u8> bytes) {
  return system == System::linux_eabi ? linux_fields(bytes) : freebsd_fields(bytes);
}

std::string text_of_siginfo(System system, const SiginfoFields& info) {
  std::string out = fmt::format("{{si_signo={}", signal_name(system, info.signal));
  if (info.error != 0) {
    const ErrorName* known = error_name(system, static_cast<u32>(info.error));
    out += ", si_errno=" + (known ? std::string(known->name) : fmt::format("{}", info.error));
  }
  out += ", si_code=" + text_of_siginfo_code(system, info.signal, info.code);
  const bool is_linux = system == System::linux_eabi;
  switch (is_linux ? linux_members(info.signal, info.code) : freebsd_members(info.signal, info.code)) {
    case Members::none: break;
    case Members::sender: append(out, ", si_pid={}, si_uid={}", info.pid, info.uid); break;
    case Members::queued:
      append(out, ", si_pid={}, si_uid={}", info.pid, info.uid);
      append_value(out, info);
      break;
    case Members::timer:
      append(out, ", si_timerid={:#x}, si_overrun={}", info.timer_id, info.overrun);
      append_value(out, info);
      break;
    case Members::child: append_child(out, system, info); break;
    case Members::fault:
      out += ", si_addr=";
      append_address(out, info.address);
      if (!is_linux) append(out, ", si_trapno={}", info.trap);
      break;
    case Members::poll: append(out, ", si_band={:#x}, si_fd={}", info.band, info.fd); break;
    case Members::system_call:
      out += ", si_call_addr=";
      append_address(out, info.address);
      append(out, ", si_syscall={}, si_arch={:#x}", name_of(system, static_cast<u32>(info.syscall)), info.arch);
      break;
  }
  return out + '}';
}

}  // namespace sigtape::abi
