// The door of a session, from inside and from outside.
#include "record/join.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "core/tape/host_file.h"
#include "record/process_tree.h"

namespace sigtape::record {
namespace {

constexpr char variable[] = "SIGTAPE_SESSION=";
constexpr unsigned names = 16;  // sessions at once that can be found by name
constexpr unsigned most_descriptors = 8;
constexpr u32 version = 1;
constexpr std::size_t root_limit = 4096;

struct Knock {
  std::array<char, 8> magic{'s', 't', '-', 'k', 'n', 'o', 'c', 'k'};
  u32 version = record::version;
};

struct Reply {
  u32 version = record::version;
  u32 accepted = 0;
  u32 delivery = 0;
  u32 root_bytes = 0;
  std::array<char, root_limit> root{};
};

struct Name {
  sockaddr_un address{};
  socklen_t bytes = 0;
};

Name name_of_door(unsigned number) {
  Name name;
  name.address.sun_family = AF_UNIX;
  std::string text = fmt::format("sigtape-session-{}", number);
  std::memcpy(name.address.sun_path + 1, text.data(), text.size());
  name.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  return name;
}

// One message with descriptors; the credentials are the kernel's addition.
struct Message {
  iovec part{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int)) + CMSG_SPACE(sizeof(ucred))> control{};
  msghdr header{};

  Message(void* bytes, std::size_t count) {
    part = {bytes, count};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
  }
  void attach(const std::vector<int>& descriptors) {
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(entry), descriptors.data(), descriptors.size() * sizeof(int));
  }
  void make_room() {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  std::vector<tape::OwnedFd> descriptors() {
    std::vector<tape::OwnedFd> found;
    for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
      if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
      for (std::size_t at = CMSG_LEN(0); at + sizeof(int) <= entry->cmsg_len; at += sizeof(int)) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(entry) + (at - CMSG_LEN(0)), sizeof fd);
        found.emplace_back(fd);
      }
    }
    return found;
  }
  i32 sender() {
    for (cmsghdr* entry = CMSG_FIRSTHDR(&header); entry != nullptr; entry = CMSG_NXTHDR(&header, entry)) {
      if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_CREDENTIALS) continue;
      ucred who{};
      std::memcpy(&who, CMSG_DATA(entry), sizeof who);
      return who.pid;
    }
    return 0;
  }
};

// Knocks at `door` (connected, or to be reached by `name`); the answer, with its descriptors.
struct Answer {
  Reply reply;
  std::vector<tape::OwnedFd> descriptors;
};

std::optional<Answer> knock(int door, const Name* name) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return std::nullopt;
  tape::OwnedFd mine{pair[0]};
  Knock words;
  {
    tape::OwnedFd theirs{pair[1]};
    Message message(&words, sizeof words);
    message.attach({theirs.get()});
    if (name != nullptr) {
      message.header.msg_name = const_cast<sockaddr_un*>(&name->address);
      message.header.msg_namelen = name->bytes;
    }
    if (sendmsg(door, &message.header, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof words)) return std::nullopt;
  }
  Answer answer;
  Message message(&answer.reply, sizeof answer.reply);
  message.make_room();
  // No time limit: a session that ended closes its end of the pair with everything else.
  ssize_t got;
  while ((got = recvmsg(mine.get(), &message.header, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (got != static_cast<ssize_t>(sizeof answer.reply)) return std::nullopt;
  answer.descriptors = message.descriptors();
  bool good = answer.reply.version == version && answer.reply.accepted == 1 && answer.descriptors.size() == 5 &&
              answer.reply.root_bytes <= root_limit;
  if (!good) return std::nullopt;
  return answer;
}

bool leads_to_a_door(int fd) {
  sockaddr_un peer{};
  socklen_t bytes = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &bytes) != 0 || peer.sun_family != AF_UNIX) return false;
  return bytes > offsetof(sockaddr_un, sun_path) + 1 && std::strncmp(peer.sun_path + 1, "sigtape-session-", 16) == 0;
}

std::optional<Answer> find_session(int inherited) {
  if (inherited >= 0 && leads_to_a_door(inherited))
    if (auto answer = knock(inherited, nullptr)) return answer;
  tape::OwnedFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket.is_open()) return std::nullopt;
  for (unsigned number = 0; number < names; number++) {
    Name name = name_of_door(number);
    if (auto answer = knock(socket.get(), &name)) return answer;
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Door>> Door::open(SessionWays ways) {
  std::unique_ptr<Door> door{new Door};
  door->ways_ = std::move(ways);
  door->keeper_ = getpid();
  door->self_ = ::open("/proc/self/exe", O_PATH | O_CLOEXEC);
  door->inner_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  door->outer_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  if (door->inner_ < 0 || door->outer_ < 0 || setsockopt(door->inner_, SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes) != 0)
    return tape::host_error("no socket for the recording session");
  for (unsigned number = 0;; number++) {
    // Beyond the names that are tried: only the inherited descriptor finds it.
    Name name = name_of_door(number < names ? number : 1000 + static_cast<unsigned>(getpid()));
    if (bind(door->inner_, reinterpret_cast<sockaddr*>(&name.address), name.bytes) == 0) {
      if (connect(door->outer_, reinterpret_cast<sockaddr*>(&name.address), name.bytes) == 0) return door;
      return tape::host_error("no socket for the recording session");
    }
    if (errno != EADDRINUSE || number > names) return tape::host_error("no socket for the recording session");
  }
}

void Door::leave_to_keeper() {
  close(std::exchange(inner_, -1));
  close(std::exchange(self_, -1));
}

void Door::attend(const tape::Session& session) {
  std::thread([this, &session] {
    for (;;) answer_one(session);
  }).detach();
}

void Door::answer_one(const tape::Session& session) {
  Knock words;
  Message message(&words, sizeof words);
  message.make_room();
  if (recvmsg(inner_, &message.header, MSG_CMSG_CLOEXEC) < 0) return;
  std::vector<tape::OwnedFd> theirs = message.descriptors();
  if (theirs.size() != 1) return;
  Reply reply;
  i32 sender = message.sender();
  reply.accepted = words.magic == Knock{}.magic && words.version == version && descends_from(sender, keeper_);
  reply.delivery = static_cast<u32>(ways_.delivery);
  reply.root_bytes = static_cast<u32>(std::min(ways_.root.size(), root_limit));
  std::memcpy(reply.root.data(), ways_.root.data(), reply.root_bytes);
  Message back(&reply, sizeof reply);
  const auto& ours = session.descriptors();
  if (reply.accepted) back.attach({ours.streams.value, ours.files.value, ours.page.value, outer_, self_});
  (void)sendmsg(theirs.front().get(), &back.header, MSG_NOSIGNAL);
}

std::string door_entry(HostFd door, const StreamPlace& from) {
  return fmt::format("{}{} {} {}", variable, door.value, from.parent.value, from.parent_event);
}

bool is_door_entry(const std::string& entry) { return entry.starts_with(variable); }

std::optional<Joined> join_session() {
  std::string name{variable, sizeof variable - 2};
  const char* words = std::getenv(name.c_str());
  int inherited = -1;
  Joined joined;
  joined.place.origin = tape::Origin::joined;
  unsigned long long event = 0;
  if (words != nullptr && std::sscanf(words, "%d %u %llu", &inherited, &joined.place.parent.value, &event) == 3)
    joined.place.parent_event = event;
  auto answer = find_session(inherited);
  if (!answer) return std::nullopt;
  if (inherited >= 0 && leads_to_a_door(inherited)) close(inherited);  // the answer has another one
  std::array<int, 5> fds;
  for (std::size_t i = 0; i < fds.size(); i++) fds[i] = answer->descriptors[i].release();
  auto session = tape::Session::join({HostFd{fds[0]}, HostFd{fds[1]}, HostFd{fds[2]}, HostFd{fds[3]}});
  if (!session) return std::nullopt;
  joined.session = std::move(*session);
  joined.ways.delivery = static_cast<outside::DeliveryMode>(answer->reply.delivery);
  joined.ways.root.assign(answer->reply.root.data(), answer->reply.root_bytes);
  joined.self = HostFd{fds[4]};
  return joined;
}

}  // namespace sigtape::record
