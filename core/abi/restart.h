// What happens to an interrupted call: restart classes, kernel rules, which call asks for which.
// Each rule comes with the source that it is known from.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "core/abi/call.h"

namespace sigtape::abi {

namespace restart {     // what the interrupted call asks for
struct Never {};        // EINTR, whatever happens
struct IfSaRestart {};  // Linux ERESTARTSYS, FreeBSD ERESTART
struct IfNoHandler {};  // Linux ERESTARTNOHAND
struct Always {};       // Linux ERESTARTNOINTR
struct WithBlock {};    // Linux ERESTART_RESTARTBLOCK; the host kernel keeps the block (deadline, addresses)
}  // namespace restart
using RestartClass =
    std::variant<restart::Never, restart::IfSaRestart, restart::IfNoHandler, restart::Always, restart::WithBlock>;
// nullopt for not_interruptible and by_arguments.
std::optional<RestartClass> class_of(Restart restart);

// The signal that decides. Linux: the first one delivered on the way out; FreeBSD: the one that ended the sleep.
enum class Delivered : u8 { no_handler_ran, handler_without_sa_restart, handler_with_sa_restart };
enum class Resume : u8 { reenter, reenter_through_block, return_eintr };

// arch/arm/kernel/signal.c do_signal. Leaving a class out does not compile.
Resume linux_rule(const RestartClass& asked, Delivered delivered);
// sys/kern/subr_sleepqueue.c sleepq_catch_signals: a signal without handler that does not end the process does not end
// the sleep either. Calls ask for Never, IfSaRestart or Always (where the call turns EINTR into ERESTART) only.
Resume freebsd_rule(const RestartClass& asked, Delivered delivered);
Resume rule(System system, const RestartClass& asked, Delivered delivered);

// What a call's descriptor is, as far as it matters to restarting.
enum class Object : u8 {
  any,
  pipe,
  terminal,
  socket,
  eventfd,
  timerfd,
  signalfd,
  inotify,
  fanotify,
  userfaultfd,
  kernel_log,
  random_device,
  fuse,
  nfs,
  regular_file,
};

enum class Condition : u8 {
  none,
  no_receive_timeout,
  receive_timeout,  // SO_RCVTIMEO of the socket
  no_send_timeout,
  send_timeout,  // SO_SNDTIMEO
  no_timeout,
  timeout,  // the call's own timeout argument
  relative,
  absolute,     // of a sleep or of a timeout
  exceptional,  // something that neither arguments nor descriptor show; see `when`
};

struct RestartRule {
  std::string_view calls;    // names, separated by spaces
  std::string_view variant;  // "FUTEX_WAIT", several separated by spaces; empty: any
  Object object = Object::any;
  Condition condition = Condition::none;
  Restart restart = Restart::never;
  std::string_view when;    // in words, beyond what the columns say
  std::string_view source;  // file and line, in the kernel that restart_source() names
  bool tried = false;       // also seen in an experiment on a running kernel
};
std::span<const RestartRule> restart_rules(System system);
// "Linux 6.1.192, fs/pipe.c:379; tried on Linux 6.18".
std::string source_text(System system, const RestartRule& rule);

// What is known beside the argument words; all of it may be unknown.
struct Circumstance {
  Object object = Object::any;
  std::optional<bool> receive_timeout, send_timeout, absolute_timeout;
};
struct Ruling {
  Restart restart = Restart::not_interruptible;  // never by_arguments
  const RestartRule* rule = nullptr;             // nullptr: no rule speaks of this call
  bool certain = true;                           // false: another rule that might hold too says otherwise
};
Ruling restart_of(const Call& call, const Circumstance& known = {});

}  // namespace sigtape::abi
