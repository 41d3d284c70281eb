// Runs batches of the comparison on an ARM machine and on our engines.
#include "tests/cpu/oracle.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "core/base/bytes.h"
#include "core/mem/space.h"

namespace sigtape::cpu::oracle {

namespace {

constexpr u32 compared_flags = 0xf80f'0000, compared_state = 0xfe0f'fe20;  // the second one with IT, E and T

bool write_all(int fd, const void* from, std::size_t bytes) {
  const char* at = static_cast<const char*>(from);
  while (bytes) {
    ssize_t n = write(fd, at, bytes);
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}
bool read_all(int fd, void* into, std::size_t bytes) {
  char* at = static_cast<char*>(into);
  while (bytes) {
    ssize_t n = read(fd, at, bytes);
    if (n <= 0) return false;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

// Where the runner's program, its stack and the kernel's pages may be.
bool is_the_runners(u32 address) {
  return (address >= 0x1'0000 && address < 0x0400'0000) || (address >= 0x3f00'0000 && address < 0x4200'0000) ||
         (address >= ORACLE_LANDING && address < ORACLE_LANDING + 0x2000) || address >= 0xf000'0000;
}

// What the kernel takes for a breakpoint (arch/arm/kernel/ptrace.c) although the CPU says undefined.
bool is_planted_breakpoint(u32 bits, bool thumb) {
  return thumb ? bits == 0xde01 || bits == 0xf7f0'a000 : (bits & 0x0fff'ffff) == 0x07f0'01f0;
}

}  // namespace

Reference::Reference(const std::string& command) : command_(command) {
  signal(SIGPIPE, SIG_IGN);
  start();
}

Reference::~Reference() { end(); }

void Reference::start() {
  int to[2], from[2];
  REQUIRE(pipe2(to, O_CLOEXEC) == 0);
  REQUIRE(pipe2(from, O_CLOEXEC) == 0);
  fcntl(to[1], F_SETPIPE_SZ, 1 << 20);
  fcntl(from[1], F_SETPIPE_SZ, 1 << 20);
  child_ = fork();
  if (child_ == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    execl("/bin/sh", "sh", "-c", ("exec " + command_).c_str(), nullptr);
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  to_ = to[1];
  from_ = from[0];
}

void Reference::end() {
  close(to_);
  close(from_);
  waitpid(child_, nullptr, 0);
}

void Reference::send(const Batch& batch) {
  OracleBatch head{.count = static_cast<u32>(batch.cases.size())};
  std::memcpy(head.code, batch.code.data(), sizeof head.code);
  std::memcpy(head.data, batch.data.data(), sizeof head.data);
  write_all(to_, &head, sizeof head);
  write_all(to_, batch.cases.data(), batch.cases.size() * sizeof batch.cases[0]);
}

bool Reference::receive(const Batch& batch, Answer& answer) {
  answer.results.resize(batch.cases.size());
  answer.data.resize(ORACLE_DATA_WRITABLE);
  if (pollfd first{.fd = from_, .events = POLLIN}; poll(&first, 1, 120'000) > 0)
    if (read_all(from_, answer.results.data(), answer.results.size() * sizeof answer.results[0]) &&
        read_all(from_, answer.data.data(), answer.data.size()))
      return true;
  start_anew();
  return false;
}

void Reference::start_anew() {
  kill(child_, SIGKILL);
  end();
  start();
}

Ours::Ours(const NamedEngine& engine) : name_(engine.name) {
  space_ = *mem::Space::reserve();
  mem::Prot rw{.read = true, .write = true}, rx{.read = true, .exec = true};
  auto map = [&](u32 at, u32 bytes, mem::Prot prot) {
    REQUIRE(space_->map_anonymous(GuestAddr{at}, bytes, prot, mem::Sharing::private_, "") == 0);
  };
  map(ORACLE_CODE, ORACLE_CODE_SIZE, rx);
  map(ORACLE_DATA, ORACLE_DATA_WRITABLE, rw);
  map(ORACLE_DATA + ORACLE_DATA_WRITABLE, ORACLE_DATA_SIZE - ORACLE_DATA_WRITABLE, {.read = true});
  engine_ = engine.make(*space_);
}

void Ours::load(const Batch& batch) {
  space_->poke(GuestAddr{ORACLE_DATA}, batch.data);
  space_->poke(GuestAddr{ORACLE_CODE}, batch.code);
  engine_->code_changed(GuestAddr{ORACLE_CODE}, ORACLE_CODE_SIZE);
}

OracleResult Ours::run_case(const OracleCase& c, bool thumb, bool& unfit) {
  State state;
  for (u32 k = 0; k < 15; ++k) state.r[k] = c.r[k];
  for (u32 k = 0; k < 32; ++k) state.d[k] = c.d[k];
  state.set_cpsr(c.cpsr);
  state.thumb = thumb;
  state.fpscr = c.fpscr;
  state.tpidrurw = c.tpidrurw;
  state.tpidruro = ORACLE_TPIDRURO;
  state.r[15] = c.target & ~1u;
  Stop stop = engine_->run(state, 64);
  OracleResult result{.pc = state.r[15], .cpsr = state.cpsr(), .fpscr = state.fpscr};
  result.tpidrurw = state.tpidrurw;
  for (u32 k = 0; k < 15; ++k) result.r[k] = state.r[k];
  for (u32 k = 0; k < 32; ++k) result.d[k] = state.d[k];
  switch (stop.kind) {
    case StopKind::undefined: result.signal = is_planted_breakpoint(stop.detail, state.thumb) ? SIGTRAP : SIGILL; break;
    case StopKind::breakpoint: result.signal = SIGTRAP; break;
    case StopKind::fault: result.signal = SIGSEGV; break;
    case StopKind::alignment: result.signal = SIGBUS; break;
    case StopKind::svc:
    case StopKind::budget:
    case StopKind::interrupted: unfit = true;
  }
  // Nothing is at the landing here: the runner's code there is not for a case's loads.
  if (stop.kind == StopKind::fault && stop.access == Access::fetch && result.pc == ORACLE_LANDING && !state.thumb) {
    result.signal = 0;
    result.pc = c.end;
  }
  if (result.signal == SIGSEGV || result.signal == SIGBUS) result.address = stop.address.value;
  // The rest of the code means nothing in the other instruction set.
  unfit |= state.thumb != thumb && result.signal && result.pc - ORACLE_CODE < ORACLE_CODE_SIZE;
  unfit |= is_the_runners(result.pc) || is_the_runners(result.address);
  return result;
}

Answer Ours::run(const Batch& batch) {
  load(batch);
  Answer answer;
  answer.unfit.resize(batch.cases.size());
  for (std::size_t i = 0; i < batch.cases.size(); ++i) {
    bool unfit = false;
    answer.results.push_back(run_case(batch.cases[i], batch.thumb, unfit));
    answer.unfit[i] = unfit;
  }
  answer.data.resize(ORACLE_DATA_WRITABLE);
  REQUIRE(space_->read(GuestAddr{ORACLE_DATA}, answer.data));
  return answer;
}

std::string difference(const OracleCase& before, const OracleResult& ours, const OracleResult& theirs) {
  std::string text;
  auto compare = [&](const std::string& name, u64 was, u64 a, u64 b) {
    if (a != b) text += fmt::format("  {}: before {:#x}, ours {:#x}, theirs {:#x}\n", name, was, a, b);
  };
  u32 flags = ours.signal && theirs.signal ? compared_state : compared_flags;
  if (ours.signal == theirs.signal && ours.pc == theirs.pc && ours.address == theirs.address &&
      ((ours.cpsr ^ theirs.cpsr) & flags) == 0 && ours.fpscr == theirs.fpscr && ours.tpidrurw == theirs.tpidrurw &&
      std::memcmp(ours.r, theirs.r, sizeof ours.r) == 0 && std::memcmp(ours.d, theirs.d, sizeof ours.d) == 0)
    return text;
  compare("signal", 0, ours.signal, theirs.signal);
  compare("address", 0, ours.address, theirs.address);
  compare("pc", before.target, ours.pc, theirs.pc);
  compare("cpsr", before.cpsr, ours.cpsr & flags, theirs.cpsr & flags);
  compare("fpscr", before.fpscr, ours.fpscr, theirs.fpscr);
  compare("tpidrurw", before.tpidrurw, ours.tpidrurw, theirs.tpidrurw);
  for (u32 k = 0; k < 15; ++k) compare(fmt::format("r{}", k), before.r[k], ours.r[k], theirs.r[k]);
  for (u32 k = 0; k < 32; ++k) compare(fmt::format("d{}", k), before.d[k], ours.d[k], theirs.d[k]);
  return text;
}

}  // namespace sigtape::cpu::oracle
