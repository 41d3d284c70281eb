// Frame by frame with the tables of the file that the code is from, for as long as they say something.
#include "analyze/backtrace.h"

#include <fmt/core.h>

#include <map>

#include "analyze/unwind.h"
#include "core/os/linux/frames.h"

namespace sigtape::analyze {
namespace {

constexpr std::size_t most_frames = 40;

class Walk {
 public:
  Walk(const Code& code, const mem::Space& space, const cpu::State& cpu)
      : code_(code), space_(space), registers_(cpu.r) {}

  std::vector<std::string> run() {
    std::vector<std::string> lines;
    // After a call the return address may already belong to the next function.
    bool after_call = false;
    while (lines.size() < most_frames) {
      u32 pc = registers_[15] & ~u32{1};
      lines.push_back(line(lines.size(), pc));
      Registers before = registers_;
      if (leave_signal_frame(pc)) {
        lines.back() += " <signal handler called>";
        after_call = false;
        continue;
      }
      if (!step(after_call ? pc - 1 : pc) && !leave_leaf(lines.size() == 1)) break;
      bool goes_on = registers_[13] > before[13] || (registers_[13] == before[13] && registers_[15] != before[15]);
      if (!goes_on || !code_.contains(GuestAddr{registers_[15] & ~u32{1}})) break;
      after_call = true;
    }
    return lines;
  }

 private:
  std::string line(std::size_t number, u32 pc) const {
    return fmt::format("#{:<2} {:08x}  {}", number, pc, code_.symbol_of(GuestAddr{pc}));
  }

  // The code that a handler returns to: mov r7, #119 (sigreturn) or #173 (rt_sigreturn), in A32, T16 or T32.
  bool leave_signal_frame(u32 pc) {
    auto word = space_.load<u32>(GuestAddr{pc});
    if (!word) return false;
    bool plain = *word == 0xe3a07077 || *word == 0xdf002777 || *word == 0x0777f04f;
    bool rt = *word == 0xe3a070ad || *word == 0xdf0027ad || *word == 0x07adf04f;
    if (!plain && !rt) return false;
    auto frame = os::linux_eabi::read_frame(space_, registers_[13], rt);
    if (!frame) return false;
    std::copy(std::begin(frame->registers.r), std::end(frame->registers.r), registers_.begin());
    return true;
  }

  bool step(u32 pc) {
    auto place = code_.file_at(GuestAddr{pc});
    if (!place) return false;
    auto& tables = tables_[place->path];
    if (!tables) tables = UnwindTables::open(place->path);
    if (!tables) return false;
    auto address = tables->address_of(place->offset);
    return address && tables->step(space_, pc, pc - *address, registers_);
  }

  // The innermost function, without tables: taken for one that has saved nothing.
  bool leave_leaf(bool innermost) {
    if (!innermost) return false;
    registers_[15] = registers_[14];
    return true;
  }

  const Code& code_;
  const mem::Space& space_;
  Registers registers_;
  std::map<std::string, std::unique_ptr<UnwindTables>> tables_;
};

}  // namespace

std::vector<std::string> backtrace(const Code& code, const mem::Space& space, const cpu::State& cpu) {
  return Walk(code, space, cpu).run();
}

}  // namespace sigtape::analyze
