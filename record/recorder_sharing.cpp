// The Recorder: memory that processes share, and their turns on it.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/mem/digest.h"
#include "record/recorder.h"

namespace sigtape::record {
namespace {

bool may_be_written(const outside::MappedFile& file) {
  return file.writable || (fcntl(file.file.value, F_GETFL) & O_ACCMODE) == O_RDWR;
}

// POSIX shared memory, memfds: whoever maps such a file shares it.
bool is_memory(const outside::MappedFile& file) {
  struct statfs about {};
  return fstatfs(file.file.value, &about) == 0 && about.f_type == TMPFS_MAGIC;
}

bool is_shared_anonymous(const mem::Mapping& mapping) {
  return mapping.sharing == mem::Sharing::shared && mapping.inode == 0;
}

}  // namespace

void Recorder::join(u32 object, u64 device, u64 inode) {
  write(*current_, tape::SharedJoined{object, device, inode});
  shared_.put_down();
  shared_.join(object);
  shared_.take();
  note_turns(*current_);
}

// All of it that is mapped here.
void Recorder::note_content(const os::Thread& thread, u32 object) {
  mem::Space& space = inside_->space();
  changed_.now.clear();
  for (const auto& [at, mapping] : space.mappings()) {
    if (mapping.sharing != mem::Sharing::shared) continue;
    bool is_it = mapping.inode == 0 ? anonymous_ == object : shared_.find(mapping.device, mapping.inode) == object;
    for (u32 offset = 0; is_it && offset < mapping.bytes; offset += mem::page_size)
      if (GuestAddr page = mapping.begin + offset; space.can_read(page, mem::page_size))
        changed_.now.push_back({page, {space.host(page), mem::page_size}});
  }
  if (!changed_.now.empty()) write(thread, changed_);
}

// In the middle of computing: the position is noted, since this process may be killed before its next turn, and turns
// begin anew even if nobody came in between.
void Recorder::give_way(const os::Thread& thread) {
  write(thread, tape::Turn{0, tape::no_turn, true});
  outside::SharedTable& table = session_.shared_table();
  for (u32 i = 0; i < outside::SharedTable::size; i++)
    if (shared_.has(i)) table.objects[i].owner = 0;
  shared_.put_down();
  shared_.take();
  note_turns(thread);
}

// A file that is only read counts once somebody has mapped it to write, or where that is to be expected: most shared
// mappings are of files that nobody changes.
void Recorder::share(const outside::MappedFile& file) {
  bool by_itself = may_be_written(file) || is_memory(file);
  auto object = by_itself ? shared_.find_or_make(file.device, file.inode) : shared_.find(file.device, file.inode);
  if (object && !shared_.has(*object)) return join(*object, file.device, file.inode);
  if (object || !by_itself || said_unordered_) return;
  said_unordered_ = true;
  write(*current_, tape::Note{tape::NoteKind::unsupported,
                              "there are more shared files than can be followed; what other processes write to them is "
                              "not recorded"});
}

void Recorder::attach_segment(os::Thread& thread, const abi::Call& call, const outside::SegmentRequest& request,
                              abi::Answer& answer) {
  arrive(thread);
  stored_.reset();
  inner_->attach_segment(thread, call, request, answer);
  outside::MapRequest mapped{.prot = request.prot, .sharing = mem::Sharing::shared};
  if (const auto* done = std::get_if<abi::Done>(&answer.outcome)) {
    mapped.at = GuestAddr{done->value};
    mapped.bytes = static_cast<u32>(stored_->file_bytes);
  }
  leave_mapped(thread, call, mapped, answer);
}

// As a file that is mapped, of which a copy is made once it is our turn on it.
void Recorder::segment_attached(const outside::MappedFile& segment, std::span<const u8> content) {
  tape::OwnedFd copy{memfd_create("sigtape-segment", MFD_CLOEXEC)};
  outside::MappedFile file = segment;
  file.file = copy.host();
  if (!copy.is_open() || ftruncate(copy.get(), static_cast<off_t>(content.size())) != 0)
    give_up(tape::host_error("no memory for a copy of a System V segment"));
  share(file);
  for (std::size_t at = 0; at < content.size(); at += mem::page_size)
    if (!mem::is_zero_page(&content[at]) &&
        pwrite(copy.get(), &content[at], mem::page_size, static_cast<off_t>(at)) != mem::page_size)
      give_up(tape::host_error("no memory for a copy of a System V segment"));
  snapshot({.file = copy.host(), .path = segment.path, .bytes = segment.bytes});
  stored_->device = segment.device;
  stored_->inode = segment.inode;
}

void Recorder::share_with_children(os::Thread& thread) {
  if (anonymous_) return;
  for (const auto& [at, mapping] : inside_->space().mappings()) {
    if (!is_shared_anonymous(mapping)) continue;
    anonymous_ = shared_.make_anonymous();
    if (anonymous_) return join(*anonymous_, 0, 0);
    if (!std::exchange(said_unordered_, true))
      write(thread, tape::Note{tape::NoteKind::unsupported,
                               "there are more shared memories than can be followed; what a forked process writes to this "
                               "one is not recorded"});
    return;
  }
}

}  // namespace sigtape::record
