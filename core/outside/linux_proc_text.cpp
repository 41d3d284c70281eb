// Texts of /proc files that must speak of the guest.
#include "core/outside/linux_proc_text.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace sigtape::outside {

// arch/arm/kernel/setup.c c_show; implementer to revision are the Cortex-A15 r2p1's MIDR.
std::string cpuinfo_text(unsigned processors) {
  std::string text;
  for (unsigned i = 0; i < processors; ++i)
    fmt::format_to(std::back_inserter(text),
                   "processor\t: {}\nmodel name\t: ARMv7 Processor rev 1 (v7l)\nBogoMIPS\t: 38.40\n"
                   "Features\t: half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm \n"
                   "CPU implementer\t: 0x41\nCPU architecture: 7\nCPU variant\t: 0x2\nCPU part\t: 0xc0f\n"
                   "CPU revision\t: 1\n\n",
                   i);
  return text + "Hardware\t: Generic DT based system\nRevision\t: 0000\nSerial\t\t: 0000000000000000\n";
}

std::string maps_text(const mem::Space& space, std::string_view hide_prefix) {
  std::string text;
  for (const auto& [begin, m] : space.mappings()) {
    size_t line = text.size();
    u64 device = m.device == mem::segment_device ? 1 : m.device;
    u32 major = static_cast<u32>((device >> 8) & 0xfff);  // the kernel's new encoding, see new_decode_dev
    u32 minor = static_cast<u32>((device & 0xff) | ((device >> 12) & 0xfff00));
    fmt::format_to(std::back_inserter(text), "{:08x}-{:08x} {}{}{}{} {:08x} {:02x}:{:02x} {} ", begin,
                   u64{begin} + m.bytes, m.prot.read ? 'r' : '-', m.prot.write ? 'w' : '-', m.prot.exec ? 'x' : '-',
                   m.sharing == mem::Sharing::shared ? 's' : 'p', m.inode ? m.offset : 0, major, minor, m.inode);
    if (!m.name.empty()) {
      std::string_view name = m.name;
      if (!hide_prefix.empty() && name.starts_with(hide_prefix)) name.remove_prefix(hide_prefix.size());
      constexpr size_t name_column = 49;  // 25 + 4 * 6, with 32-bit pointers
      if (size_t width = text.size() - line; width < name_column) text.append(name_column - width, ' ');
      text += name;
    }
    text += '\n';
  }
  return text;
}

std::string joined_text(const std::vector<std::string>& strings) {
  std::string text;
  for (const auto& s : strings) text.append(s.c_str(), s.size() + 1);
  return text;
}

// "pid (comm) state ..." with 52 fields; proc(5) counts them from 1. comm may hold spaces and parentheses.
std::string stat_text(std::string_view host, const ProcFacts& facts) {
  size_t open = host.find('('), close = host.rfind(')');
  if (open == host.npos || close == host.npos || close < open) return std::string(host);
  std::string text = fmt::format("{}({})", host.substr(0, open), facts.comm);
  unsigned field = 2;
  for (size_t at = close + 1; at < host.size();) {
    size_t end = std::min(host.find(' ', at + 1), host.size());
    ++field;
    switch (field) {
      case 23: text += fmt::format(" {}", facts.virtual_bytes); break;
      case 26: text += fmt::format(" {}", facts.code_begin); break;
      case 27: text += fmt::format(" {}", facts.code_end); break;
      case 28: text += fmt::format(" {}", facts.stack_begin); break;
      case 29: case 30: case 45: case 46: case 47: case 48: case 49: case 50: case 51: text += " 0"; break;
      default: text += host.substr(at, end - at);
    }
    at = end;
  }
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

std::string status_text(std::string_view host, const ProcFacts& facts) {
  std::string text;
  for (size_t at = 0; at < host.size();) {
    size_t end = std::min(host.find('\n', at), host.size() - 1) + 1;
    std::string_view line = host.substr(at, end - at);
    if (line.starts_with("Name:"))
      text += fmt::format("Name:\t{}\n", facts.comm);
    else if (line.starts_with("VmSize:") || line.starts_with("VmPeak:"))
      text += fmt::format("{}\t{:8} kB\n", line.substr(0, 7), facts.virtual_bytes >> 10);
    else if (line.starts_with("Seccomp:"))
      text += fmt::format("Seccomp:\t{}\n", facts.seccomp_filters ? 2 : 0);
    else if (line.starts_with("Seccomp_filters:"))
      text += fmt::format("Seccomp_filters:\t{}\n", facts.seccomp_filters);
    else
      text += line;
    at = end;
  }
  return text;
}

namespace {

// Takes the next component off `path`; empty at its end.
std::string_view take_component(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string_view component = path.substr(0, path.find('/'));
  path.remove_prefix(component.size());
  return component;
}

i32 number_of(std::string_view text) {
  i32 value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value > 0 ? value : 0;
}

struct FileName {
  std::string_view name;
  ProcFile file;
};
constexpr FileName file_names[] = {
    {"exe", ProcFile::exe},         {"cmdline", ProcFile::cmdline}, {"comm", ProcFile::comm},
    {"maps", ProcFile::maps},       {"stat", ProcFile::stat},       {"status", ProcFile::status},
    {"auxv", ProcFile::auxv},       {"environ", ProcFile::environ}, {"statm", ProcFile::statm},
    {"mem", ProcFile::mem},         {"smaps", ProcFile::smaps},
};

}  // namespace

ProcPath proc_path_of(std::string_view path) {
  ProcPath result;
  if (!path.starts_with("/proc/")) return result;
  path.remove_prefix(5);
  std::string_view who = take_component(path);
  if (who == "cpuinfo" && path.empty()) return {ProcFile::cpuinfo, false, 0, 0};
  result.self = who == "self" || who == "thread-self";
  if (!result.self && (result.process = number_of(who)) == 0) return result;
  std::string_view name = take_component(path);
  if (name == "task") {
    if ((result.task = number_of(take_component(path))) == 0) return result;
    name = take_component(path);
  }
  while (path.starts_with('/')) path.remove_prefix(1);
  result.file = ProcFile::other;
  if (path.empty())
    for (const auto& known : file_names)
      if (name == known.name) result.file = known.file;
  return result;
}

}  // namespace sigtape::outside
