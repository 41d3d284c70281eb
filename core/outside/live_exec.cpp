// execve: armv7 programs begin a fresh image of ours in the same process, native ones just run.
#include <errno.h>
#include <fcntl.h>

#include <charconv>
#include <cstring>

#include "core/base/check.h"
#include "core/base/log.h"
#include "core/outside/linux_limits.h"
#include "core/outside/linux_proc.h"
#include "core/outside/live_state.h"
#include "core/outside/raw_syscall.h"

namespace sigtape::outside {
namespace {

// Our hidden arguments: program name, marker, numbers, what the guest kernel hands over, the recorder's words, --root,
// the ELF file, AT_EXECFN; then the guest's own. A descriptor is the only way to our program file that works in a chroot
// without /proc.
constexpr char marker[] = "\x01sigtape-exec";
enum HiddenArgument : int {
  own_name,
  marker_at,
  numbers_at,
  inherited_at,
  seccomp_at,
  words_at,
  root_at,
  program_at,
  execfn_at,
  first_guest
};

// "version mode engine self program base kept...".
std::string numbers_of(const LiveState& s, HostFd self, HostFd program, int base, const std::vector<HostFd>& keep) {
  std::string text =
      fmt::format("4 {} {} {} {} {}", static_cast<int>(s.options.delivery), static_cast<int>(s.options.engine),
                                 self.value, program.value, base);
  for (HostFd fd : keep) text += fmt::format(" {}", fd.value);
  return text;
}

// "personality resource soft hard...".
std::string inherited_of(u32 personality, const KeptLimits& limits) {
  std::string text = fmt::format("{}", personality);
  for (u64 number : limits.numbers()) text += fmt::format(" {}", number);
  return text;
}

// Filters can be long, and an argument has 128 KiB at most: 16 hexadecimal digits each, nothing between.
constexpr std::size_t digits = 16;
std::string seccomp_text(std::span<const u64> filters) {
  std::string text;
  for (u64 word : filters) text += fmt::format("{:016x}", word);
  return text;
}

std::vector<u64> seccomp_of_text(std::string_view text) {
  std::vector<u64> filters;
  for (; text.size() >= digits; text.remove_prefix(digits)) {
    u64 word = 0;
    std::from_chars(text.data(), text.data() + digits, word, 16);
    filters.push_back(word);
  }
  return filters;
}

template <class Number>
std::vector<Number> parse_numbers(std::string_view text) {
  std::vector<Number> numbers;
  while (!text.empty()) {
    Number value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return {};
    numbers.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
  }
  return numbers;
}

std::vector<const char*> pointers_of(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  pointers.push_back(nullptr);
  return pointers;
}

// With the guest's own mask in force, so that it is inherited; a signal that comes first makes it not done.
HostResult issue_exec(HostThread& host, int dirfd, const std::string& path, const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment, u32 flags) {
  auto argument_pointers = pointers_of(arguments), environment_pointers = pointers_of(environment);
  SyscallWords words{SYS_execveat,
                     {dirfd, reinterpret_cast<long>(path.c_str()), reinterpret_cast<long>(argument_pointers.data()),
                      reinterpret_cast<long>(environment_pointers.data()), static_cast<long>(flags), 0}};
  SafeOutcome outcome = sigtape_safe_syscall(&words, &host.pending, &host.phase);
  return {outcome.done != 0, outcome.value};
}

HostResult exec_guest(LiveState& s, HostThread& host, ResolvedExec& target, const ExecPlan& plan,
                      const ExecRequest& request) {
  OwnFds& own = *host.own_fds;
  auto self = s.self_descriptor();
  CHECK_THAT(self, "exec without a way to ourselves");
  auto program = own.adopt(target.file.release());
  if (!program) return {true, -EMFILE};
  std::vector<std::string> arguments{"sigtape",
                                     marker,
                                     numbers_of(s, *self, *program, own.base(), plan.keep),
                                     inherited_of(request.personality, *host.limits),
                                     seccomp_text(request.seccomp),
                                     plan.words,
                                     s.options.root,
                                     target.program,
                                     target.execfn};
  arguments.insert(arguments.end(), target.arguments.begin(), target.arguments.end());
  own.keep_over_exec(*self);
  own.keep_over_exec(*program);
  for (HostFd fd : plan.keep) own.keep_over_exec(fd);
  HostResult result = issue_exec(host, self->value, "", arguments, plan.environment, AT_EMPTY_PATH);
  for (HostFd fd : plan.keep) own.close_on_exec(fd);
  own.close_on_exec(*self);
  own.close(*program);
  return result;
}

HostResult exec_native(HostThread& host, const ExecRequest& request, int dirfd, const ResolvedExec& target,
                       const ExecPlan& plan) {
  for (HostFd fd : plan.keep) host.own_fds->keep_over_exec(fd);
  host.limits->give_file_size_to_native();
  // As the guest asked, where the host kernel comes to the same end; its own reading of #! lines is the better one.
  HostResult result = target.changed_by_root
                          ? issue_exec(host, AT_FDCWD, target.host_program, target.arguments, plan.environment, 0)
                          : issue_exec(host, dirfd, request.path, request.arguments, plan.environment, request.flags);
  host.limits->take_file_size_back();
  for (HostFd fd : plan.keep) host.own_fds->close_on_exec(fd);
  return result;
}

}  // namespace

bool is_exec_start(int argc, char** argv) { return argc >= first_guest && std::strcmp(argv[marker_at], marker) == 0; }

Result<LiveOptions> options_from_exec(int argc, char** argv, char** environment) {
  auto numbers = parse_numbers<int>(argv[numbers_at]);
  auto inherited = parse_numbers<u64>(argv[inherited_at]);
  if (numbers.size() < 6 || numbers[0] != 4 || inherited.empty())
    return Error{"this sigtape was started by another version of itself; did its program file change meanwhile?"};
  LiveOptions options;
  options.delivery = static_cast<DeliveryMode>(numbers[1]);
  options.root = argv[root_at];
  options.path = argv[execfn_at];
  options.arguments.assign(argv + first_guest, argv + argc);
  for (char** entry = environment; *entry; entry++) options.environment.emplace_back(*entry);
  options.from_exec = true;
  options.engine = static_cast<cpu::EngineKind>(numbers[2]);
  options.self = HostFd{numbers[3]};
  options.program = HostFd{numbers[4]};
  options.own_base = numbers[5];
  options.program_path = argv[program_at];
  options.personality = static_cast<u32>(inherited.front());
  options.seccomp = seccomp_of_text(argv[seccomp_at]);
  options.limits.assign(inherited.begin() + 1, inherited.end());
  options.hook_words = argv[words_at];
  for (std::size_t i = 6; i < numbers.size(); i++) options.kept.push_back(HostFd{numbers[i]});
  if (argc > first_guest) options.first_guest_argument = argv + first_guest;
  return options;
}

void Live::exec(os::Thread& thread, const abi::Call& call, const ExecRequest& request, abi::Answer& answer) {
  LiveState& s = *state_;
  HostThread& host = s.host(thread);
  auto fail = [&](int error) { answer.outcome = abi::Failed{guest_error_of(call.system, error)}; };
  int dirfd = host.own_fds->is_ours(request.dirfd) ? -1 : request.dirfd;
  if (host.pending) {
    answer.outcome = abi::NotDone{};
    return;
  }
  CallContext context(*this, thread, call, answer, host);
  auto own_program = proc_program_name(context, dirfd, request.path);  // /proc/self/exe
  ResolvedExec target =
      resolve_exec(s.root, {dirfd, own_program.value_or(request.path), request.flags, request.arguments});
  if (target.error) return fail(target.error);
  if (own_program && target.kind == FileKind::arm_elf) target.execfn = request.path;
  if (target.kind == FileKind::arm_elf && target.file.fd() < 0) {
    answer.notes.unsupported = true;
    answer.notes.unsupported_what = "execve of a program that may be executed but not read";
    return fail(EACCES);
  }
  if (target.kind == FileKind::arm_elf && target.set_id) {
    answer.notes.unsupported = true;
    answer.notes.unsupported_what = "a program with set-user-ID, set-group-ID or capabilities, which runs without them";
  }
  if (target.kind != FileKind::arm_elf && !request.seccomp.empty()) {
    answer.notes.unsupported = true;
    answer.notes.unsupported_what = "a native program under seccomp filters, which runs without them";
  }
  ExecPlan plan;
  // Where we can't find ourselves (no /proc), binfmt_misc can.
  bool by_us = target.kind == FileKind::arm_elf && s.self_descriptor();
  plan.target = by_us ? ExecTarget::guest : ExecTarget::native;
  plan.path = target.execfn;
  plan.program = target.program;
  plan.environment = request.environment;
  s.hooks.about_to_exec(thread, plan);
  LOG(exec, "{} execs {} ({}{})", thread.id.value, target.execfn, target.program,
      plan.target == ExecTarget::native ? ", native" : "");
  // In order, not as one who died with them. A vfork child has its parent's.
  SharedBatons* shared = host.is_vfork_child ? nullptr : s.shared;
  if (shared) shared->put_down();
  HostResult result = plan.target == ExecTarget::guest ? exec_guest(s, host, target, plan, request)
                                                       : exec_native(host, request, dirfd, target, plan);
  if (shared) shared->take();
  s.hooks.exec_failed(thread, result.error());
  if (!result.done)
    answer.outcome = abi::NotDone{};
  else
    fail(result.error());
}

}  // namespace sigtape::outside
