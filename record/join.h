// How an armv7 program that a native one started finds the recording session that it belongs to.
//
// The session keeps a door: a datagram socket with a name in the abstract namespace, which no chroot hides. Native
// programs of the tree inherit a descriptor that leads there (for other network namespaces) and its number in the
// environment; where both were lost on the way, as below sudo or schroot, the name is tried. Whoever knocks hands over
// a socket for the answer, and gets the tape's descriptors if it descends from the session's process.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/outside/delivery_mode.h"
#include "core/tape/session.h"
#include "record/recorder.h"

namespace sigtape::record {

struct SessionWays {
  outside::DeliveryMode delivery = outside::DeliveryMode::safe;
  std::string root;
};

class Door {
 public:
  // What is inherited by the tree: a descriptor, close-on-exec for now.
  static Result<std::unique_ptr<Door>> open(SessionWays ways);
  HostFd outer() const { return HostFd{outer_}; }
  // In another process than the keeper's: it has only the outer side.
  void leave_to_keeper();
  // Answers on a thread of its own, as long as this process lives.
  void attend(const tape::Session& session);

 private:
  Door() = default;
  void answer_one(const tape::Session& session);
  SessionWays ways_;
  int inner_ = -1, outer_ = -1, self_ = -1;
  i32 keeper_ = 0;  // the session's process
};

// The environment entry for a native program: where the door is, and what the program comes from.
std::string door_entry(HostFd door, const StreamPlace& from);
bool is_door_entry(const std::string& entry);

struct Joined {
  std::unique_ptr<tape::Session> session;
  SessionWays ways;
  HostFd self{-1};    // the program file of the session's sigtape, O_PATH
  StreamPlace place;  // its stream is not chosen yet
};
// nullopt: this process belongs to no session.
std::optional<Joined> join_session();

}  // namespace sigtape::record
