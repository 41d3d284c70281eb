// Which process holds which end of which pipe, socket pair or file: followed through the calls on the tape.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/tape/events.h"

namespace sigtape::analyze {

enum class ObjectKind : u8 { unknown, file, pipe_read, pipe_write, socket, event, listener };

// An open file description. Ends of a pipe or socket pair name each other.
struct Object {
  ObjectKind kind = ObjectKind::unknown;
  std::string name;        // path, or "pipe 12"
  u32 peer = 0;            // object number of the other end; 0: none known
  bool receive_timeout = false, send_timeout = false;  // SO_RCVTIMEO, SO_SNDTIMEO
};

// Descriptor tables of all processes, by pid. What is not understood stays `unknown`, never wrong.
class Descriptors {
 public:
  void event(tape::StreamId stream, const tape::Event& event);

  // 0 where the descriptor is not known.
  u32 object_of(i32 pid, i32 fd) const;
  const Object* object(u32 number) const;
  // "read end of pipe 3", "/etc/passwd"; "fd 7" where unknown.
  std::string text_of(i32 pid, i32 fd) const;
  // Processes (pid, fd) that hold the object.
  std::vector<std::pair<i32, i32>> holders_of(u32 number) const;
  i32 pid_of(tape::StreamId stream) const;
  abi::System system_of(tape::StreamId stream) const;

 private:
  struct Entry {
    u32 object = 0;
    bool close_on_exec = false;
  };
  using Table = std::map<i32, Entry>;
  struct StreamFacts {
    i32 pid = 0;
    abi::System system = abi::System::linux_eabi;
  };
  u32 add(Object object);
  void called(i32 pid, const tape::Called& called);
  void open(i32 pid, i32 fd, Object object, bool close_on_exec);
  void pair(i32 pid, const tape::Called& called, bool is_pipe, bool close_on_exec);
  void duplicate(i32 pid, i32 from, i32 to, bool close_on_exec);
  void exec(i32 pid);
  void set_option(i32 pid, bool freebsd, const std::array<u32, abi::max_words>& words);
  Table& table(i32 pid);

  std::map<u32, Object> objects_;
  u32 next_object_ = 1;
  u32 next_pipe_ = 1;
  std::map<i32, std::shared_ptr<Table>> tables_;
  std::map<tape::StreamId, StreamFacts> streams_;
};

}  // namespace sigtape::analyze
