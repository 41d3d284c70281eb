// Linux threads and processes: clone's shapes, exit's last acts, exec's arguments, ARM's private calls.
#include "core/abi/linux/structs.h"
#include "tests/helpers/scripted_outside.h"

using namespace sigtape;
namespace layout = sigtape::abi::linux_eabi;

namespace {

enum : u32 {
  exit_ = 1,
  fork = 2,
  execve = 11,
  clone = 120,
  vfork = 190,
  exit_group = 248,
  set_tid_address = 256,
  futex = 240,
  set_robust_list = 338,
  clone3 = 435,
  cacheflush = 0xf0002,
  set_tls = 0xf0005,
  get_tls = 0xf0006
};
enum : u32 {
  vm = 0x100,
  fs = 0x200,
  files = 0x400,
  sighand = 0x800,
  vfork_flag = 0x4000,
  thread_flag = 0x10000,
  settls = 0x80000,
  parent_settid = 0x100000,
  child_cleartid = 0x200000,
  child_settid = 0x1000000
};
constexpr u32 pthread_flags = vm | fs | files | sighand | thread_flag | settls | parent_settid | child_cleartid;

struct Guest : test::LinuxGuest {
  os::Thread& add_thread(i32 id) {
    auto other = std::make_unique<os::Thread>();
    other->id = ThreadId{id};
    other->group = thread.group;
    return *threads.emplace(other->id, std::move(other)).first->second;
  }
  void put_text(u32 at, const std::string& text) {
    REQUIRE(space->write(GuestAddr{at}, {reinterpret_cast<const u8*>(text.c_str()), text.size() + 1}));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Guest, "clone of a thread: registers, stack, thread pointer, ids") {
  thread.cpu.d[8] = 42;
  CHECK(call(clone, pthread_flags, 0x5000, data, 0xabc0, data + 4) == 1001);
  CHECK(at<u32>(data) == 1001);
  REQUIRE(outside.children.size() == 1);
  os::Thread& child = *outside.children[0];
  CHECK(child.cpu.r[0] == 0);
  CHECK(child.cpu.r[13] == 0x5000);
  CHECK(child.cpu.r[15] == code + 4);
  CHECK(child.cpu.tpidruro == 0xabc0);
  CHECK(child.cpu.d[8] == 42);
  CHECK(child.group == thread.group);
  CHECK(child.clear_child_tid == GuestAddr{data + 4});
  CHECK(thread.cpu.tpidruro == 0);
}

TEST_CASE_FIXTURE(Guest, "a new thread stores its id itself where CLONE_CHILD_SETTID asks for it") {
  call(clone, (pthread_flags & ~parent_settid) | child_settid, 0x5000, data, 0, data + 4);
  CHECK(at<u32>(data + 4) == 0);
  kernel->begin(*outside.children[0]);
  CHECK(at<u32>(data + 4) == 1001);
}

TEST_CASE_FIXTURE(Guest, "clone refuses what the kernel refuses") {
  CHECK(call(clone, thread_flag | vm, 0, 0, 0, 0) == -22);
  CHECK(call(clone, sighand, 0, 0, 0, 0) == -22);
  CHECK(call(clone, fs | 0x20000, 0, 0, 0, 0) == -22);
  CHECK(outside.clone_requests.empty());
}

TEST_CASE_FIXTURE(Guest, "fork in the parent and in the child") {
  CHECK(call(clone, child_settid | child_cleartid | parent_settid | 17, 0, data, 0, data + 4) == 1001);
  CHECK(at<u32>(data) == 1001);
  CHECK(at<u32>(data + 4) == 0);
  CHECK(outside.clone_requests[0].exit_signal == 17);
  outside.as_child = true;
  thread.robust_list = GuestAddr{data};
  CHECK(call(clone, child_settid | child_cleartid | 17, 0x6000, 0, 0, data + 4) == 0);
  CHECK(at<u32>(data + 4) == 1001);
  CHECK(thread.cpu.r[13] == 0x6000);
  CHECK(thread.clear_child_tid == GuestAddr{data + 4});
  CHECK(thread.robust_list.is_null());
}

TEST_CASE_FIXTURE(Guest, "vfork and CLONE_VM|CLONE_VFORK make another group in the same memory") {
  CHECK(call(vfork) == 1001);
  CHECK(call(clone, vm | vfork_flag | 17, 0x5000) == 1001);
  REQUIRE(outside.children.size() == 2);
  for (auto& child : outside.children) {
    CHECK(child->group != thread.group);
    CHECK(child->group->dispositions != thread.group->dispositions);
  }
  CHECK(outside.children[0]->cpu.r[13] == thread.cpu.r[13]);
  CHECK(outside.clone_requests[1].exit_signal == 17);
}

TEST_CASE_FIXTURE(Guest, "clone3 reads its structure and its sizes") {
  layout::CloneArgs args{
      .flags = pthread_flags, .parent_tid = data + 512, .stack = 0x5000, .stack_size = 0x1000, .tls = 7};
  put(data, args);
  CHECK(call(clone3, data, sizeof args) == 1001);
  CHECK(outside.children[0]->cpu.r[13] == 0x6000);
  CHECK(call(clone3, data, 32) == -22);
  CHECK(call(clone3, data, 5000) == -7);
  CHECK(call(clone3, 16, 88) == -14);
  put(data + 88, u64{1});
  CHECK(call(clone3, data, 96) == -7);
  args.exit_signal = 17;
  put(data, args);
  CHECK(call(clone3, data, 88) == -22);
}

TEST_CASE_FIXTURE(Guest, "a thread's exit clears its id, wakes one, and marks its robust locks") {
  add_thread(2000);
  u32 head = data, lock = data + 0x40, other = data + 0x60;
  put(head, layout::RobustListHead{lock, 8, 0});
  put(lock, other);                        // next
  put(lock + 8, u32{0x8000'0000 | 1000});  // ours, with waiters
  put(other, head);
  put(other + 8, 2000u);  // not ours
  CHECK(call(set_robust_list, head, 12) == 0);
  CHECK(call(set_robust_list, head, 8) == -22);
  CHECK(call(set_tid_address, data + 0x80) == 1000);
  put(data + 0x80, 1000u);
  call(exit_, 3);
  CHECK(outside.thread_ended);
  CHECK(thread.life == os::Life::ended);
  CHECK(at<u32>(lock + 8) == 0xc000'0000);
  CHECK(at<u32>(other + 8) == 2000);
  CHECK(at<u32>(data + 0x80) == 0);
  REQUIRE(outside.calls.size() == 2);
  CHECK(outside.calls[0].number == futex);
  CHECK(outside.calls[0].word(0) == lock + 8);
  CHECK(outside.calls[1].word(0) == data + 0x80);
}

TEST_CASE_FIXTURE(Guest, "the last thread's exit ends the process; exit_group does at once") {
  call(exit_, 0x103);
  REQUIRE(outside.end);
  CHECK(outside.end->status == 3);
  CHECK(outside.calls.empty());
  Guest many;
  many.add_thread(2000);
  many.call(exit_group, 4);
  CHECK(many.outside.end->status == 4);
  CHECK(many.thread.life == os::Life::group_ended);
}

TEST_CASE_FIXTURE(Guest, "execve gathers strings, with the kernel's errors") {
  put_text(data, "/bin/x");
  put_text(data + 16, "one");
  put_text(data + 32, "A=1");
  put(data + 64, std::array<u32, 2>{data + 16, 0});
  put(data + 80, std::array<u32, 2>{data + 32, 0});
  call(execve, data, data + 64, data + 80);
  REQUIRE(outside.exec_requests.size() == 1);
  CHECK(outside.exec_requests[0].path == "/bin/x");
  CHECK(outside.exec_requests[0].arguments == std::vector<std::string>{"one"});
  CHECK(outside.exec_requests[0].environment == std::vector<std::string>{"A=1"});
  CHECK(call(execve, 8, data + 64, 0) == -14);
  CHECK(call(execve, data, 8, 0) == -14);
  put(data + 64, std::array<u32, 2>{8, 0});
  CHECK(call(execve, data, data + 64, 0) == -14);
  put_text(data, "");
  CHECK(call(execve, data, 0, 0) == -2);
}

TEST_CASE_FIXTURE(Guest, "execve: one string over 128 KiB, or all together over the limit, is E2BIG") {
  constexpr u32 big = 0x3000'0000;
  map(big, 0x800, {.read = true, .write = true});
  std::vector<u8> text(131072, 'x');
  REQUIRE(space->write(GuestAddr{big}, text));
  put_text(data, "/bin/x");
  put(data + 64, std::array<u32, 2>{big, 0});
  CHECK(call(execve, data, data + 64, 0) == -7);
  put(big + 131071, u8{0});
  call(execve, data, data + 64, 0);
  CHECK(outside.exec_requests.size() == 1);
  for (u32 i = 0; i < 20; i++) put(data + 64 + 4 * i, big);
  CHECK(call(execve, data, data + 64, 0) == -7);
}

TEST_CASE_FIXTURE(Guest, "ARM's private calls") {
  CHECK(call(set_tls, 0x1230) == 0);
  CHECK(thread.cpu.tpidruro == 0x1230);
  CHECK(call(get_tls) == 0x1230);
  CHECK(call(cacheflush, code, code + 0x40, 0) == 0);
  CHECK(engine.changed_code.back() == std::pair<u32, u32>{code, 0x40});
  CHECK(call(cacheflush, code + 4, code, 0) == -22);
  CHECK(call(0xf0700) == -38);
  call(0xf0800);
  CHECK(outside.end->status == 4);
}

TEST_CASE_FIXTURE(Guest, "an unknown call is ENOSYS and noted; one of the outside gets its writes and its result") {
  CHECK(call(9999) == -38);
  CHECK(thread.answer.notes.unsupported);
  CHECK(outside.calls.empty());
  static const u8 text[] = "abc";
  outside.on_call = [](os::Thread&, const abi::Call& c, abi::Answer& answer) {
    answer.writes.push_back({GuestAddr{c.word(1)}, text});
    answer.outcome = abi::Done{4};
  };
  Tick before = thread.tick;
  CHECK(call(3, 0, data, 4) == 4);
  CHECK(at<u32>(data) == 0x00636261);
  CHECK(thread.tick - before == 1);
  CHECK(call(3, 0, code, 4) == -14);
}

TEST_CASE("the core answers every call that the table gives to it") {
  test::LinuxGuest g;
  for (const abi::Row& row : abi::table_of(abi::System::linux_eabi)) {
    CAPTURE(row.name);
    if (row.side != abi::Side::core || row.number == 1 || row.number == 248) continue;
    test::LinuxGuest guest;
    guest.call(row.number);
    bool asked_outside = !guest.outside.calls.empty();
    CHECK_MESSAGE(!asked_outside, row.name);
  }
}
