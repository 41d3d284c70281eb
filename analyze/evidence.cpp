// The events around a finding and the code at its call, from a second pass over the stream that it lies in.
#include "analyze/evidence.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>

#include "analyze/backtrace.h"
#include "analyze/elf_symbols.h"
#include "core/base/bytes.h"
#include "replay/event_text.h"
#include "replay/visit.h"

namespace sigtape::analyze {
namespace {

constexpr std::size_t events_before = 6, events_after = 4;
constexpr u32 code_before = 24, code_after = 8;

std::vector<u8> file_bytes(const std::string& path, u64 offset, u64 bytes) {
  std::vector<u8> out(bytes);
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  auto got = pread(fd, out.data(), bytes, static_cast<off_t>(offset));
  close(fd);
  out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return out;
}

// The SVC at pc tells the instruction set: 0xdf.. is Thumb's, 0xef...... A32's.
bool is_thumb(const Code& code, GuestAddr pc) {
  auto word = code.read(pc, 4);
  return !(word.size() == 4 && pc.value % 4 == 0 && (word[3] & 0x0f) == 0x0f && word[3] != 0xff) ||
         (word.size() >= 2 && word[1] == 0xdf);
}

std::vector<std::string> disassemble(const Code& code, GuestAddr pc) {
  std::vector<std::string> lines;
  bool thumb = is_thumb(code, pc);
  csh handle;
  if (cs_open(CS_ARCH_ARM, static_cast<cs_mode>(thumb ? CS_MODE_THUMB : CS_MODE_ARM), &handle) != CS_ERR_OK)
    return lines;
  // Thumb code has no fixed width: take the first start from which the decoding meets pc and its function's start.
  const u32 function = code.function_start(pc);
  for (u32 back = code_before; lines.empty(); back -= thumb ? 2 : 4) {
    u32 start = pc.value - std::min(back, pc.value);
    auto bytes = code.read(GuestAddr{start}, back + code_after);
    cs_insn* insns = nullptr;
    std::size_t count = bytes.empty() ? 0 : cs_disasm(handle, bytes.data(), bytes.size(), start, 0, &insns);
    bool meets = false, meets_function = function < start;
    for (std::size_t i = 0; i < count; i++) {
      meets |= insns[i].address == pc.value;
      meets_function |= insns[i].address == function;
    }
    for (std::size_t i = 0; meets && meets_function && i < count; i++)
      lines.push_back(fmt::format("{} {:08x}  {:8} {}", insns[i].address == pc.value ? "=>" : "  ", insns[i].address,
                                  insns[i].mnemonic, insns[i].op_str));
    if (count) cs_free(insns, count);
    if (back == 0) break;
  }
  cs_close(&handle);
  if (!lines.empty())
    if (std::string symbol = code.symbol_of(pc); !symbol.empty()) lines.insert(lines.begin(), "in " + symbol + ":");
  return lines;
}

// One stream's findings, by event index; the pass keeps the last few events' text and notes the next few.
void pass(const std::shared_ptr<tape::Tape>& tape, tape::StreamId stream, const std::vector<Finding*>& findings) {
  auto reader = tape->read(stream);
  if (!reader.ok()) return;
  Code code(tape);
  std::deque<std::string> recent;
  std::map<Finding*, std::size_t> wanting;
  for (;;) {
    auto next = (*reader)->next();
    if (!next.ok() || !*next) break;
    const tape::Event& event = **next;
    code.event(event);
    std::string text = replay::line_of(event);
    for (auto& [finding, left] : wanting)
      if (left && !text.empty()) finding->events.push_back("   " + text), left--;
    for (Finding* finding : findings) {
      if (finding->place.event != event.index) continue;
      for (const std::string& line : recent) finding->events.push_back("   " + line);
      finding->events.push_back("=> " + text);
      wanting[finding] = events_after;
      if (finding->pc.value) finding->disassembly = disassemble(code, finding->pc);
    }
    if (!text.empty()) recent.push_back(std::move(text));
    if (recent.size() > events_before) recent.pop_front();
  }
}

// The backtraces, and the code of programs that an earlier stream has mapped, from a replay up to the findings.
void look(const std::shared_ptr<tape::Tape>& tape, tape::StreamId stream, const std::vector<Finding*>& findings) {
  Code code(tape);
  replay::Visit visit;
  visit.stream = stream;
  for (const Finding* finding : findings)
    if (finding->pc.value != 0) visit.events.push_back(finding->place.event);
  visit.passed = [&](const tape::Event& event) { code.event(event); };
  visit.look = [&](const tape::Event&, const run::Machine& machine, const os::Thread& thread) {
    code.see_mappings(machine.space());
    std::string text;
    for (const std::string& line : backtrace(code, machine.space(), thread.cpu)) text += line + '\n';
    text += '\n';
    for (const std::string& line : disassemble(code, GuestAddr{thread.cpu.r[15]})) text += line + '\n';
    return text;
  };
  for (const replay::Sight& sight : replay::visit_events(tape, visit)) {
    std::vector<std::string> frames, lines;
    auto* into = &frames;
    for (std::size_t at = 0, end; (end = sight.text.find('\n', at)) != std::string::npos; at = end + 1)
      if (end == at)
        into = &lines;
      else
        into->push_back(sight.text.substr(at, end - at));
    for (Finding* finding : findings) {
      if (finding->place.event != sight.event || finding->pc.value == 0) continue;
      finding->backtrace = frames;
      if (finding->disassembly.empty()) finding->disassembly = lines;
    }
  }
}

}  // namespace

void Code::event(const tape::Event& event) {
  if (const auto* opened = event.as<tape::ProgramOpened>()) {
    if (!opened->file) return;
    files_.push_back(*opened->file);
    add_program(*opened->file);
  } else if (const auto* called = event.as<tape::Called>(); called && called->mapped) {
    const tape::MappedFile& mapped = *called->mapped;
    files_.push_back(mapped.file);
    parts_.push_back(
        {mapped.at.value, mapped.bytes, mapped.offset - std::min(mapped.offset, mapped.file.first_byte), mapped.file});
  }
}

void Code::see_mappings(const mem::Space& space) {
  for (const auto& entry : space.mappings()) {
    const mem::Mapping& mapping = entry.second;
    if (mapping.inode == 0) continue;
    auto file = std::find_if(files_.rbegin(), files_.rend(), [&](const tape::StoredFile& stored) {
      return stored.device == mapping.device && stored.inode == mapping.inode;
    });
    if (file == files_.rend()) continue;
    bool shared = mapping.sharing == mem::Sharing::shared;  // those are mapped at the offsets of the guest's file
    u64 missing = shared ? std::min(mapping.offset, file->first_byte) : 0;
    parts_.push_back({mapping.begin.value, mapping.bytes, mapping.offset - missing, *file});
  }
}

// A program at fixed addresses lies where its headers say; what is loaded elsewhere is found through its mapping calls.
void Code::add_program(const tape::StoredFile& file) {
  auto path = tape_->stored(file.hash);
  if (!path.ok()) return;
  auto header = file_bytes(*path, 0, sizeof(Elf32_Ehdr));
  if (header.size() < sizeof(Elf32_Ehdr)) return;
  auto elf = load<Elf32_Ehdr>(header.data());
  if (elf.e_type != ET_EXEC || elf.e_phnum > 64) return;
  auto table = file_bytes(*path, elf.e_phoff, u64{elf.e_phnum} * sizeof(Elf32_Phdr));
  for (std::size_t at = 0; at + sizeof(Elf32_Phdr) <= table.size(); at += sizeof(Elf32_Phdr)) {
    auto segment = load<Elf32_Phdr>(table.data() + at);
    if (segment.p_type == PT_LOAD) parts_.push_back({segment.p_vaddr, segment.p_filesz, segment.p_offset, file});
  }
}

const Code::Part* Code::part_at(u32 address) const {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    if (address >= part->begin && address - part->begin < part->bytes) return &*part;
  return nullptr;
}

std::vector<u8> Code::read(GuestAddr at, u32 bytes) const {
  const Part* part = part_at(at.value);
  if (!part) return {};
  auto path = tape_->stored(part->file.hash);
  if (!path.ok()) return {};
  u32 inside = at.value - part->begin;
  return file_bytes(*path, part->file_offset + inside, std::min(bytes, part->bytes - inside));
}

std::string Code::symbol_of(GuestAddr at) const {
  const Part* part = part_at(at.value);
  if (!part) return {};
  auto path = tape_->stored(part->file.hash);
  if (!path.ok()) return {};
  std::string name = part->file.path.substr(part->file.path.rfind('/') + 1);
  std::string symbol = elf_symbol(*path, part->file_offset + (at.value - part->begin));
  return symbol.empty() ? fmt::format("{} at file offset {:#x}", name, part->file_offset + (at.value - part->begin))
                        : fmt::format("{} ({})", symbol, name);
}

std::optional<Code::InFile> Code::file_at(GuestAddr at) const {
  const Part* part = part_at(at.value);
  if (!part) return std::nullopt;
  auto path = tape_->stored(part->file.hash);
  if (!path.ok()) return std::nullopt;
  return InFile{*path, part->file_offset + (at.value - part->begin)};
}

u32 Code::function_start(GuestAddr at) const {
  std::string symbol = symbol_of(at);
  auto plus = symbol.find("+0x");
  if (plus == std::string::npos) return 0;
  return at.value - static_cast<u32>(std::strtoul(symbol.c_str() + plus + 3, nullptr, 16));
}

void gather_evidence(const std::shared_ptr<tape::Tape>& tape, std::vector<Finding>& findings) {
  std::map<tape::StreamId, std::vector<Finding*>> by_stream;
  for (Finding& finding : findings) by_stream[finding.place.stream].push_back(&finding);
  for (auto& [stream, members] : by_stream) {
    pass(tape, stream, members);
    look(tape, stream, members);
  }
}

}  // namespace sigtape::analyze
