// gather_changed_mappings: by the call's description, and by the file's device and inode.
#include "record/shared_files.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "core/mem/digest.h"
#include "core/tape/inputs.h"

namespace sigtape::record {
namespace {

struct FileRange {
  u64 device = 0, inode = 0;
  u64 begin = 0, end = ~u64{0};
};

u64 offset_argument(const abi::Call& call, const abi::Arguments& arguments, int host_fd, u64 count) {
  for (unsigned i = 0; i < arguments.count(); i++)
    if (abi::Kind kind = arguments[i].kind; kind == abi::Kind::off64 || kind == abi::Kind::off64_split)
      return call.pair(arguments.word(i));
  off_t position = lseek(host_fd, 0, SEEK_CUR);
  return position < 0 ? 0 : static_cast<u64>(position) - count;
}

// Calls that may change a file's content or length: those that write, and those that only name a descriptor and numbers
// (ftruncate, fallocate) or copy between two (sendfile, copy_file_range).
std::optional<FileRange> changed_range(DescriptorFiles& descriptors, const abi::Call& call,
                                       const abi::Arguments& arguments, unsigned argument, u64 result) {
  int host_fd = static_cast<int>(call.words[arguments.word(argument)]);
  bool writes = tape::writes_to_descriptor(call);
  unsigned named = 0;
  for (unsigned i = 0; i < arguments.count(); i++) named += arguments[i].kind == abi::Kind::fd;
  bool sets = arguments.result() == abi::ResultKind::zero && arguments.count() >= 2;
  bool copies = arguments.result() == abi::ResultKind::size && named >= 2;
  if (!writes && !sets && !copies) return std::nullopt;
  if (auto file = descriptors.file_of(host_fd); !file || !file->is_regular) return std::nullopt;
  struct stat status {};
  if (fstat(host_fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  FileRange range{status.st_dev, status.st_ino};
  // A new length changes no byte but those behind the end in its page (that pages come and go is noticed elsewhere).
  if (sets && abi::name_of(call.system, call.number).starts_with("ftruncate"))
    range.begin = static_cast<u64>(status.st_size) & ~u64{mem::page_size - 1};
  if (writes) {
    range.begin = offset_argument(call, arguments, host_fd, result);
    range.end = range.begin + result;
  }
  range.end = std::min(range.end, static_cast<u64>(status.st_size + mem::page_size - 1) & ~u64{mem::page_size - 1});
  return range;
}

void add(const mem::Space& space, const mem::Mapping& mapping, const FileRange& range,
         std::vector<abi::GuestWrite>& changed) {
  u64 begin = std::max(range.begin, mapping.offset), end = std::min(range.end, mapping.offset + mapping.bytes);
  for (u64 at = begin; at < end;) {
    u64 page_end = std::min(end, (at / mem::page_size + 1) * mem::page_size);
    GuestAddr address = mapping.begin + static_cast<u32>(at - mapping.offset);
    if (space.can_read(address, page_end - at)) changed.push_back({address, {space.host(address), page_end - at}});
    at = page_end;
  }
}

}  // namespace

// What is in no cache of the host's either is a hole.
void gather_new_pages(const mem::Space& space, const mem::MovedFileEnd& moved, std::vector<abi::GuestWrite>& now) {
  if (moved.now <= moved.before) return;
  std::vector<u8> cached((moved.now - moved.before) / mem::page_size);
  if (mincore(space.host(moved.at + moved.before), moved.now - moved.before, cached.data()) != 0) return;
  for (u32 i = 0; i < cached.size(); i++) {
    GuestAddr page = moved.at + moved.before + i * mem::page_size;
    if ((cached[i] & 1) == 0 || !space.can_read(page, mem::page_size)) continue;
    if (!mem::is_zero_page(space.host(page))) now.push_back({page, {space.host(page), mem::page_size}});
  }
}

void gather_changed_mappings(const mem::Space& space, DescriptorFiles& descriptors, const abi::Call& call,
                             const abi::Outcome& outcome, std::vector<abi::GuestWrite>& changed) {
  changed.clear();
  const auto* done = std::get_if<abi::Done>(&outcome);
  if (call.row == nullptr || done == nullptr) return;
  abi::Arguments arguments(*call.row, call.words);
  for (unsigned i = 0; i < arguments.count(); i++) {
    if (arguments[i].kind != abi::Kind::fd) continue;
    auto range = changed_range(descriptors, call, arguments, i, done->value);
    if (!range) continue;
    for (const auto& [at, mapping] : space.mappings())
      if (mapping.sharing == mem::Sharing::shared && mapping.device == range->device && mapping.inode == range->inode)
        add(space, mapping, *range, changed);
  }
}

}  // namespace sigtape::record
