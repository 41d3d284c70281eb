// StoredFiles: from the tape's store into guest memory.
#include "replay/stored_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace sigtape::replay {
namespace {

// The content's own hash is its name.
Result<void> check_content(int fd, const std::string& path, const tape::StoredFile& file) {
  if (file.bytes == 0) return {};
  void* at = mmap(nullptr, file.bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return tape::host_error(path);
  bool same = tape::content_hash({static_cast<const u8*>(at), file.bytes}) == file.hash;
  munmap(at, file.bytes);
  if (!same) return Error{path + " is damaged (its content does not have the hash that its name says)"};
  return {};
}

}  // namespace

Result<tape::OwnedFd> StoredFiles::open_stored(const tape::StoredFile& file) {
  const tape::Tape& tape = *tape_;
  std::string path = SIGTAPE_TRY(tape.stored(file.hash));
  tape::OwnedFd fd{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.is_open()) return tape::host_error(path);
  struct stat status {};
  if (fstat(fd.get(), &status) != 0 || static_cast<u64>(status.st_size) != file.bytes)
    return Error{fmt::format("{} is damaged: it should have {} bytes", path, file.bytes)};
  if (!checked_->has(file.hash)) {
    SIGTAPE_TRY_VOID(check_content(fd.get(), path, file));
    checked_->add(file.hash);
  }
  return fd;
}

namespace {

struct StoredProgram final : outside::ProgramFile {
  tape::OwnedFd owned;
  ~StoredProgram() {
    if (!bytes.empty()) munmap(const_cast<u8*>(bytes.data()), bytes.size());
  }
};

bool is_shared(const mem::Mapping& mapping) { return mapping.sharing == mem::Sharing::shared; }

}  // namespace

Result<std::shared_ptr<outside::ProgramFile>> StoredFiles::program(const tape::StoredFile& file,
                                                                   const std::string& guest_path) {
  auto program = std::make_shared<StoredProgram>();
  program->owned = SIGTAPE_TRY(open_stored(file));
  program->path = guest_path;
  program->fd = program->owned.host();
  program->device = file.device;
  program->inode = file.inode;
  if (file.bytes != 0) {
    void* at = mmap(nullptr, file.bytes, PROT_READ, MAP_PRIVATE, program->fd.value, 0);
    if (at == MAP_FAILED) return tape::host_error(guest_path + " can't be mapped from the tape");
    program->bytes = {static_cast<const u8*>(at), file.bytes};
  }
  return std::shared_ptr<outside::ProgramFile>(std::move(program));
}

std::optional<u32> StoredFiles::object_of(const tape::StoredFile& file) const {
  auto at = ordered_.find({file.device, file.inode});
  if (at == ordered_.end() || shared_memory_.value < 0) return std::nullopt;
  return at->second;
}

// The content as it was when it was mapped, which the process whose turn it is sees already.
Result<void> StoredFiles::fill(int memory, u64 begin, const tape::StoredFile& file) {
  tape::OwnedFd stored = SIGTAPE_TRY(open_stored(file));
  constexpr u64 step = 1 << 20;
  for (u64 done = 0; done < file.bytes;) {
    auto piece = SIGTAPE_TRY(tape::read_some(stored.get(), done, std::min(step, file.bytes - done)));
    if (piece.empty()) break;
    if (pwrite(memory, piece.data(), piece.size(), static_cast<off_t>(begin + file.first_byte + done)) < 0)
      return tape::host_error("no memory for a shared file mapping");
    done += piece.size();
  }
  return {};
}

Result<tape::OwnedFd> StoredFiles::shared_copy(const tape::StoredFile& file) {
  tape::OwnedFd& memory = shared_[{file.device, file.inode}];
  if (!memory.is_open()) memory = tape::OwnedFd{memfd_create("sigtape-replay", MFD_CLOEXEC)};
  if (!memory.is_open() || ftruncate(memory.get(), static_cast<off_t>(file.file_bytes)) != 0)
    return tape::host_error("no memory for a shared file mapping");
  SIGTAPE_TRY_VOID(fill(memory.get(), 0, file));
  tape::OwnedFd copy{fcntl(memory.get(), F_DUPFD_CLOEXEC, 0)};
  return copy;
}

Result<void> StoredFiles::map(mem::Space& space, const tape::MappedFile& mapped) {
  mem::Prot prot{mapped.read, mapped.write, mapped.exec};
  mem::Sharing sharing = mapped.shared ? mem::Sharing::shared : mem::Sharing::private_;
  const tape::StoredFile& file = mapped.file;
  mem::Mapping label{.device = file.device, .inode = file.inode, .name = file.path};
  label.never_writable = mapped.never_writable;
  int error = 0;
  if (file.hash == tape::ContentHash{} && file.bytes == 0) {  // a device
    error = space.map_anonymous(mapped.at, mapped.bytes, prot, sharing, file.path);
  } else if (auto object = mapped.shared ? object_of(file) : std::nullopt) {
    if (file.file_bytes >> 32 != 0) return Error{fmt::format("{} is too big to be shared in a replay", file.path)};
    u64 begin = u64{*object} << 32;
    SIGTAPE_TRY_VOID(fill(shared_memory_.value, begin, file));
    error = space.map_file(mapped.at, mapped.bytes, prot, sharing, shared_memory_, begin + mapped.offset,
                           begin + file.file_bytes, label);
  } else {
    if (mapped.offset < file.first_byte) return Error{"a mapping on the tape begins before its stored file"};
    tape::OwnedFd fd = SIGTAPE_TRY(mapped.shared ? shared_copy(file) : open_stored(file));
    u64 missing = mapped.shared ? 0 : file.first_byte;  // bytes in front of what is stored
    error = space.map_file(mapped.at, mapped.bytes, prot, sharing, fd.host(), mapped.offset - missing,
                           file.file_bytes - missing, label);
  }
  if (error != 0) return Error{fmt::format("a mapping of {} can't be made: {}", file.path, std::strerror(error))};
  return {};
}

void StoredFiles::lengthen(const mem::Mapping& mapping, u32 inside) {
  auto at = shared_.find({mapping.device, mapping.inode});
  if (mapping.sharing != mem::Sharing::shared || at == shared_.end()) return;
  struct stat status {};
  auto bytes = static_cast<off_t>(mapping.offset + inside);
  // Where it can't be, pages of the mapping's own take the place (Space::set_file_end).
  if (fstat(at->second.get(), &status) == 0 && status.st_size < bytes) (void)!ftruncate(at->second.get(), bytes);
}

bool StoredFiles::has_shared(const mem::Space& space) {
  for (const auto& [at, mapping] : space.mappings())
    if (is_shared(mapping)) return true;
  return false;
}

void StoredFiles::unshare(mem::Space& space) {
  for (const auto& [at, mapping] : space.mappings()) {
    if (!is_shared(mapping) || ordered_.contains({mapping.device, mapping.inode})) continue;
    u8* host = space.host(mapping.begin);
    // Page by page: pages beyond the end of a file can't be read.
    auto copy = std::make_unique<u8[]>(mem::page_size);
    (void)mprotect(host, mapping.bytes, PROT_READ);
    for (u32 offset = 0; offset < mapping.bytes; offset += mem::page_size) {
      u8 flags = space.page_flags((mapping.begin.value + offset) / mem::page_size);
      if (flags & static_cast<u8>(mem::PageFlag::beyond_eof)) continue;
      std::memcpy(copy.get(), host + offset, mem::page_size);
      if (mmap(host + offset, mem::page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
          MAP_FAILED)
        continue;
      std::memcpy(host + offset, copy.get(), mem::page_size);
    }
    (void)mprotect(host, mapping.bytes, mem::host_prot(mapping.prot));
  }
  shared_.clear();
}

}  // namespace sigtape::replay
