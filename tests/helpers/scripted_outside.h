// An Outside that answers from a script and notes what it was asked, and a Linux guest to run kernel code on.
#pragma once
#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/os/kernel.h"
#include "core/outside/outside.h"

namespace sigtape::test {

class ScriptedOutside : public outside::Outside {
 public:
  // --- the script
  outside::Image next_image;
  std::map<std::string, std::shared_ptr<outside::ProgramFile>> programs;
  std::deque<os::SigInfo> signals;                                           // for take_signal
  std::deque<abi::Outcome> outcomes;                                         // for calls, in order; Done{0} when empty
  std::function<void(os::Thread&, const abi::Call&, abi::Answer&)> on_call;  // instead of `outcomes`
  bool refuse_mask = false;  // set_mask: a signal was captured meanwhile
  i32 next_id = 1001;
  bool as_child = false;  // fork returns in the child

  // --- what was asked
  std::vector<abi::Call> calls, answered_calls;
  std::vector<outside::MapRequest> map_requests;
  std::vector<outside::ExecRequest> exec_requests;
  std::vector<outside::CloneRequest> clone_requests;
  std::vector<std::unique_ptr<os::Thread>> children;
  std::vector<os::SigSet> masks;
  std::vector<std::pair<os::SigInfo, GuestAddr>> deliveries;
  std::vector<std::pair<i32, os::SigAction>> actions;
  std::optional<outside::End> end;
  bool thread_ended = false;

  void attach(outside::Inside&) override {}
  Result<outside::Image> image() override { return next_image; }
  Result<std::shared_ptr<outside::ProgramFile>> open_program(const std::string& path) override {
    auto it = programs.find(path);
    if (it == programs.end()) return Error{path + ": No such file or directory"};
    return it->second;
  }
  void started(os::Thread&) override {}
  void call(os::Thread& thread, const abi::Call& call, abi::Answer& answer) override {
    calls.push_back(call);
    if (on_call) return on_call(thread, call, answer);
    answer.outcome = next_outcome(abi::Done{0});
  }
  void answered(os::Thread&, const abi::Call& call, const abi::Answer&) override { answered_calls.push_back(call); }
  void map_file(os::Thread&, const abi::Call&, const outside::MapRequest& request, abi::Answer& answer) override {
    map_requests.push_back(request);
    answer.outcome = next_outcome(abi::Done{request.at.value});
  }
  void attach_segment(os::Thread&, const abi::Call&, const outside::SegmentRequest& request,
                      abi::Answer& answer) override {
    answer.outcome = next_outcome(request.place(mem::page_size));
  }
  void file_ends_moved(os::Thread&) override {}
  std::optional<os::SigInfo> take_signal(os::Thread&) override {
    if (signals.empty()) return std::nullopt;
    os::SigInfo info = signals.front();
    signals.pop_front();
    return info;
  }
  void delivered(os::Thread&, const os::SigInfo& info, const os::SigAction&, GuestAddr frame) override {
    deliveries.emplace_back(info, frame);
  }
  bool set_mask(os::Thread& thread) override {
    if (refuse_mask) return false;
    masks.push_back(thread.mask);
    return true;
  }
  void set_action(os::Thread&, os::Signal signal, const os::SigAction& action) override {
    actions.emplace_back(signal.value, action);
  }
  bool mirrors_signals() const override { return false; }
  u64 budget(os::Thread&) override { return 1000; }
  void boundary(os::Thread&) override {}
  void start_thread(os::Thread&, const abi::Call&, const outside::CloneRequest& request,
                    std::unique_ptr<os::Thread> child, abi::Answer& answer) override {
    take_child(request, std::move(child), answer);
  }
  void fork(os::Thread& thread, const abi::Call&, const outside::CloneRequest& request, abi::Answer& answer) override {
    clone_requests.push_back(request);
    answer.outcome = abi::Done{as_child ? 0u : static_cast<u32>(next_id)};
    if (as_child) thread.id = ThreadId{next_id};
  }
  void vfork(os::Thread&, const abi::Call&, const outside::CloneRequest& request, std::unique_ptr<os::Thread> child,
             abi::Answer& answer) override {
    take_child(request, std::move(child), answer);
  }
  void exec(os::Thread&, const abi::Call&, const outside::ExecRequest& request, abi::Answer& answer) override {
    exec_requests.push_back(request);
    answer.outcome = next_outcome(abi::Gone{});
  }
  void end_thread(os::Thread&) override { thread_ended = true; }
  void end_process(os::Thread&, const outside::End& how) override { end = how; }

 private:
  abi::Outcome next_outcome(abi::Outcome otherwise) {
    if (outcomes.empty()) return otherwise;
    abi::Outcome outcome = outcomes.front();
    outcomes.pop_front();
    return outcome;
  }
  void take_child(const outside::CloneRequest& request, std::unique_ptr<os::Thread> child, abi::Answer& answer) {
    clone_requests.push_back(request);
    child->id = ThreadId{next_id};
    answer.outcome = abi::Done{static_cast<u32>(next_id)};
    children.push_back(std::move(child));
  }
};

// An engine that runs nothing: kernel code is tested without instructions.
class IdleEngine : public cpu::Engine {
 public:
  std::vector<std::pair<u32, u32>> changed_code;
  cpu::Stop run(cpu::State&, u64) override { return {}; }
  void code_changed(GuestAddr begin, u32 bytes) override { changed_code.emplace_back(begin.value, bytes); }
};

// One Linux thread with a page of code at 0x10000, a page of data at 0x20000 and a stack below 0x80000000.
struct LinuxGuest {
  static constexpr u32 code = 0x10000, data = 0x20000, stack_end = 0x8000'0000;
  std::unique_ptr<mem::Space> space = *mem::Space::reserve();
  IdleEngine engine;
  ScriptedOutside outside;
  std::map<ThreadId, std::unique_ptr<os::Thread>> threads;
  std::unique_ptr<os::Kernel> kernel = os::make_linux_kernel({*space, engine, outside, threads});
  os::Thread& thread;

  LinuxGuest() : thread(make_thread()) {
    map(code, 1, {.read = true, .exec = true});
    map(data, 1, {.read = true, .write = true});
    map(stack_end - 0x4000, 4, {.read = true, .write = true});
  }
  void map(u32 at, u32 pages, mem::Prot prot) {
    REQUIRE(space->map_anonymous(GuestAddr{at}, pages * mem::page_size, prot, mem::Sharing::private_, "") == 0);
  }
  // Executes the svc that the thread stands on; the result is r0 as a signed number.
  i32 call(u32 number, u32 a = 0, u32 b = 0, u32 c = 0, u32 d = 0, u32 e = 0, u32 f = 0) {
    auto& r = thread.cpu.r;
    r[7] = number;
    r[0] = a, r[1] = b, r[2] = c, r[3] = d, r[4] = e, r[5] = f;
    kernel->system_call(thread);
    return static_cast<i32>(r[0]);
  }
  template <class T>
  T at(u32 address) const {
    auto value = space->load<T>(GuestAddr{address});
    REQUIRE(value);
    return *value;
  }
  template <class T>
  void put(u32 address, const T& value) {
    REQUIRE(space->store(GuestAddr{address}, value));
  }

 private:
  os::Thread& make_thread() {
    auto made = std::make_unique<os::Thread>();
    made->id = ThreadId{1000};
    made->group = std::make_shared<os::Group>();
    made->group->pid = 1000;
    made->cpu.r[13] = stack_end - 0x100;
    made->cpu.r[15] = code;
    return *threads.emplace(made->id, std::move(made)).first->second;
  }
};

}  // namespace sigtape::test
