// Builds a guest program out of cases, and runs it in both places.
#include "tests/cpu/oracle.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "core/base/bits.h"
#include "core/base/bytes.h"
#include "core/cpu/interpreter.h"
#include "core/isa/text.h"
#include "core/mem/space.h"

namespace sigtape::cpu::oracle {

namespace {

// The program is one RWX segment: start and signal handler, the cases' code, scratch memory, the blocks. Each case
// loads its registers from its block, executes its instruction and stores them; the end writes scratch and blocks to
// fd 1.
constexpr u32 image_begin = 0x10'0000, handler = image_begin + 0x400, restorer = image_begin + 0x500,
              action = image_begin + 0x600, altstack = image_begin + 0x700, stack = image_begin + 0x1000,
              first_case = image_begin + 0x2000;
constexpr u32 pad = 0x2000;  // on both sides of the data, for what is addressed relative to it
constexpr u32 blocks_begin = scratch_begin + scratch_bytes + pad;

class Assembler {
 public:
  explicit Assembler(std::vector<u8>& image) : image_(image) {}
  void at(u32 address) { next_ = address - image_begin; }
  u32 here() const { return image_begin + next_; }
  void half(u32 bits) { put(static_cast<u16>(bits)); }
  void word(u32 bits) { put(bits); }
  // An instruction: A32, or Thumb of either width.
  void insn(bool thumb, u32 bits) {
    if (!thumb) return word(bits);
    if (bits > 0xffff) half(bits >> 16);
    half(bits);
  }
  void insn(bool thumb, u32 a32, u32 t32) { insn(thumb, thumb ? t32 : a32); }
  void constant(bool thumb, u32 reg, u32 value) {  // movw, movt
    for (u32 top : {0u, 1u}) {
      u32 v = top ? value >> 16 : value & 0xffff;
      u32 a32 = 0xe300'0000 | (top << 22) | (bits(v, 15, 12) << 16) | (reg << 12) | bits(v, 11, 0);
      u32 t32 = 0xf240'0000 | (top << 23) | (bits(v, 15, 12) << 16) | (bit(v, 11) << 26) | (bits(v, 10, 8) << 12) |
                (reg << 8) | bits(v, 7, 0);
      insn(thumb, a32, t32);
    }
  }
  void call(bool thumb, u32 number) {
    constant(thumb, 7, number);
    insn(thumb, 0xef00'0000, 0xdf00);
  }

 private:
  template <class T>
  void put(T value) {
    REQUIRE(next_ + sizeof value <= image_.size());
    store(&image_[next_], value);
    next_ += sizeof value;
  }
  std::vector<u8>& image_;
  u32 next_ = 0;
};

constexpr u32 d_offset = offsetof(Registers, d);
static_assert(d_offset == 64 && sizeof(Registers) == 64 + 256 + 8);

void emit_case(Assembler& as, const Case& c, u32 block) {
  bool t = c.thumb;
  as.insn(t, 0xf57f'f01f, 0xf3bf'8f2f);  // clrex: QEMU's monitor does not look at the size
  as.constant(t, 0, c.before.cpsr);
  as.insn(t, 0xe12c'f000, 0xf380'8c00);  // msr apsr_nzcvqg, r0
  as.constant(t, 0, block + d_offset);
  as.insn(t, 0xecb0'0b20);          // vldm r0!, {d0-d15}
  as.insn(t, 0xecf0'0b20);          // vldm r0!, {d16-d31}
  as.insn(t, 0xe590'1000, 0x6801);  // ldr r1, [r0]
  as.insn(t, 0xeee1'1a10);          // vmsr fpscr, r1
  as.constant(t, 13, block);
  as.insn(t, 0xe89d'5fff);  // ldm sp, {r0-r12, lr}
  if (c.it) as.half(0xbf00 | c.it);
  as.insn(t, c.bits);
  as.insn(t, 0xe28d'df52, 0xf50d'7da4);  // add sp, #328, which is sizeof(Registers)
  as.insn(t, 0xe88d'5fff);               // stm sp, {r0-r12, lr}
  as.insn(t, 0xe10f'0000, 0xf3ef'8000);  // mrs r0, apsr
  as.insn(t, 0xe58d'0038, 0x900e);       // str r0, [sp, #56]
  as.insn(t, 0xe28d'0040, 0xa810);       // add r0, sp, #64
  as.insn(t, 0xeca0'0b20);               // vstm r0!, {d0-d15}
  as.insn(t, 0xece0'0b20);               // vstm r0!, {d16-d31}
  as.insn(t, 0xeef1'1a10);               // vmrs r1, fpscr
  as.insn(t, 0xe580'1000, 0x6001);       // str r1, [r0]
}

// Handler of SIGILL, SIGBUS and SIGSEGV: moves the frame's pc past the instruction and notes that.
void emit_handler(Assembler& as) {
  as.at(handler);
  for (u32 word : {0xe592'3054u,   // ldr r3, [r2, #84]   sp in the frame, the address of the block
                   0xe593'103cu,   // ldr r1, [r3, #60]   the width
                   0xe592'005cu,   // ldr r0, [r2, #92]   pc
                   0xe080'0001u,   // add r0, r0, r1
                   0xe582'005cu,   // str r0, [r2, #92]
                   0xe3a0'1000u,   // mov r1, #0
                   0xe583'103cu,   // str r1, [r3, #60]
                   0xe592'0060u,   // ldr r0, [r2, #96]   cpsr, without ITSTATE
                   0xe3c0'0406u,   // bic r0, r0, #0x06000000
                   0xe3c0'0cfcu,   // bic r0, r0, #0xfc00
                   0xe582'0060u,   // str r0, [r2, #96]
                   0xe12f'ff1eu})  // bx lr
    as.word(word);
  as.at(restorer);
  as.call(false, 173);  // rt_sigreturn
  as.at(action);
  for (u32 word : {handler, 0x4c00'0004u, restorer, 0u, 0u}) as.word(word);  // SIGINFO|RESTORER|NODEFER|ONSTACK
  as.at(altstack);
  for (u32 word : {stack, 0u, first_case - stack}) as.word(word);
}

void emit_start(Assembler& as, bool thumb) {
  as.at(image_begin);
  for (u32 signal : {4u, 7u, 11u}) {
    as.constant(false, 0, signal);
    as.constant(false, 1, action);
    as.constant(false, 2, 0);
    as.constant(false, 3, 8);
    as.call(false, 174);  // rt_sigaction
  }
  as.constant(false, 0, altstack);
  as.constant(false, 1, 0);
  as.call(false, 186);  // sigaltstack
  as.constant(false, 0, first_case | (thumb ? 1 : 0));
  as.word(0xe12f'ff10);  // bx r0
  emit_handler(as);
}

void emit_end(Assembler& as, bool thumb, u32 output_bytes) {
  as.constant(thumb, 0, 1);
  as.constant(thumb, 1, scratch_begin);
  as.constant(thumb, 2, output_bytes);
  as.call(thumb, 4);  // write
  as.constant(thumb, 0, 0);
  as.call(thumb, 1);  // exit
}

u32 output_bytes_of(const std::vector<Case>& cases) {
  return blocks_begin - scratch_begin + static_cast<u32>(cases.size() * sizeof(Block));
}

std::vector<u8> make_image(const std::vector<Case>& cases) {
  bool thumb = cases.front().thumb;
  std::vector<u8> image(scratch_begin + output_bytes_of(cases) + pad - image_begin);
  Assembler as(image);
  emit_start(as, thumb);
  as.at(first_case);
  for (std::size_t i = 0; i < cases.size(); i++) {
    u32 block = blocks_begin + static_cast<u32>(i * sizeof(Block));
    emit_case(as, cases[i], block);
    store(&image[block - image_begin], cases[i].before);
  }
  emit_end(as, thumb, output_bytes_of(cases));
  REQUIRE(as.here() + pad <= scratch_begin);
  for (u32 i = 0; i < scratch_bytes; i++) image[scratch_begin - image_begin + i] = static_cast<u8>(i * 37 + (i >> 6));
  return image;
}

Outcome outcome_of(const std::vector<u8>& output, std::size_t cases) {
  Outcome outcome;
  outcome.scratch.assign(output.begin(), output.begin() + scratch_bytes);
  outcome.blocks.resize(cases);
  std::memcpy(outcome.blocks.data(), output.data() + (blocks_begin - scratch_begin), cases * sizeof(Block));
  for (Block& block : outcome.blocks) block.after.skipped = block.before.skipped;
  return outcome;
}

std::vector<u8> elf_of(const std::vector<u8>& image) {
  struct {
    u8 ident[16] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    u16 type = 2, machine = 40;
    u32 version = 1, entry = image_begin, phoff = 52, shoff = 0, flags = 0x0500'0400;
    u16 ehsize = 52, phentsize = 32, phnum = 1, shentsize = 0, shnum = 0, shstrndx = 0;
    u32 p_type = 1, p_offset = 0x1000, p_vaddr = image_begin, p_paddr = image_begin, p_filesz = 0, p_memsz = 0,
        p_flags = 7, p_align = 0x1000;
  } header;
  static_assert(sizeof header == 84);
  header.p_filesz = header.p_memsz = static_cast<u32>(image.size());
  std::vector<u8> elf(0x1000);
  std::memcpy(elf.data(), &header, sizeof header);
  elf.insert(elf.end(), image.begin(), image.end());
  return elf;
}

}  // namespace

std::string Case::text() const {
  return fmt::format("{} {:08x} {}{}", thumb ? "thumb" : "a32", bits, isa::text_of(insn, 0), it ? " (in IT)" : "");
}

bool have_qemu() { return std::system("qemu-arm --version >/dev/null 2>&1") == 0; }

std::optional<Outcome> run_qemu(const std::vector<Case>& cases) {
  std::vector<u8> elf = elf_of(make_image(cases));
  char program[] = "/tmp/sigtape-oracle-XXXXXX";
  int file = mkstemp(program);
  REQUIRE(file >= 0);
  REQUIRE(write(file, elf.data(), elf.size()) == static_cast<ssize_t>(elf.size()));
  fchmod(file, 0700);
  close(file);
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    close(fds[1]);
    execlp("qemu-arm", "qemu-arm", program, nullptr);
    _exit(127);
  }
  close(fds[1]);
  std::vector<u8> output(output_bytes_of(cases));
  std::size_t got = 0;
  while (got < output.size()) {
    ssize_t n = read(fds[0], output.data() + got, output.size() - got);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  close(fds[0]);
  int status = 0;
  waitpid(child, &status, 0);
  unlink(program);
  CHECK_MESSAGE(got == output.size(), "qemu-arm wrote ", got, " bytes and ended with status ", status);
  if (got != output.size()) return std::nullopt;
  return outcome_of(output, cases.size());
}

std::optional<Outcome> run_ours(const std::vector<Case>& cases) {
  auto space = *mem::Space::reserve();
  std::vector<u8> image = make_image(cases);
  u32 bytes = static_cast<u32>((image.size() + mem::page_size - 1) & ~std::size_t{mem::page_size - 1});
  mem::Prot rwx{.read = true, .write = true, .exec = true};
  REQUIRE(space->map_anonymous(GuestAddr{image_begin}, bytes, rwx, mem::Sharing::private_, "") == 0);
  REQUIRE(space->write(GuestAddr{image_begin}, image));
  auto engine = make_interpreter(*space);
  State state;
  state.r[15] = image_begin;
  for (;;) {
    Stop stop = engine->run(state, 10'000'000);
    if (stop.kind == StopKind::svc) {
      if (state.r[7] == 4) break;  // write
      state.skip_svc();
      state.r[0] = 0;
      continue;
    }
    bool skips = stop.kind == StopKind::undefined || stop.kind == StopKind::fault || stop.kind == StopKind::alignment;
    CHECK_MESSAGE(skips, "stop ", static_cast<int>(stop.kind), " at ", state.r[15]);
    if (!skips) return std::nullopt;
    GuestAddr at{state.r[13] + 60};
    u32 width = space->load<u32>(at).value_or(0);
    std::size_t number = (state.r[13] - blocks_begin) / sizeof(Block);
    CHECK_MESSAGE(width != 0, "stopped again at ", state.r[15], " after ", cases.at(number % cases.size()).text());
    if (width == 0) return std::nullopt;
    state.r[15] += width;
    state.it = 0;
    space->store(at, u32{0});
  }
  std::vector<u8> output(output_bytes_of(cases));
  REQUIRE(space->read(GuestAddr{scratch_begin}, output));
  return outcome_of(output, cases.size());
}

std::string difference(const Case& one, const Registers& ours, const Registers& theirs) {
  std::string text;
  auto compare = [&](const std::string& name, u64 before, u64 a, u64 b) {
    if (a != b) text += fmt::format("  {}: before {:#x}, ours {:#x}, qemu's {:#x}\n", name, before, a, b);
  };
  for (unsigned n = 0; n < 13; n++) compare(fmt::format("r{}", n), one.before.r[n], ours.r[n], theirs.r[n]);
  compare("lr", one.before.lr, ours.lr, theirs.lr);
  compare("apsr", one.before.cpsr, ours.cpsr & 0xf80f'0000, theirs.cpsr & 0xf80f'0000);
  for (unsigned n = 0; n < 32; n++) compare(fmt::format("d{}", n), one.before.d[n], ours.d[n], theirs.d[n]);
  compare("fpscr", one.before.fpscr, ours.fpscr, theirs.fpscr);
  compare("executed", 1, ours.skipped != 0, theirs.skipped != 0);
  if (text.empty()) return text;
  text = one.text() + "\n" + text + "  operands:";
  for (unsigned n = 0; n < 13; n++) text += fmt::format(" r{}={:#x}", n, one.before.r[n]);
  for (unsigned n : {one.insn.d, one.insn.n, one.insn.m})
    if (one.before.d[n % 32]) text += fmt::format(" d{}={:#x}", n % 32, one.before.d[n % 32]);
  return text + fmt::format(" lr={:#x} cpsr={:#x} fpscr={:#x}\n", one.before.lr, one.before.cpsr, one.before.fpscr);
}

}  // namespace sigtape::cpu::oracle
