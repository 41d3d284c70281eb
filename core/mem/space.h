// The 4 GiB guest address space: host memory behind it, page protections, the list of mappings.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/flags.h"
#include "core/base/result.h"
#include "core/base/strong.h"

namespace sigtape::mem {
enum class PageFlag : u8;
}
template <>
inline constexpr bool sigtape::enable_flags<sigtape::mem::PageFlag> = true;

namespace sigtape::mem {

inline constexpr u32 page_size = 4096;

// Per page, one byte. `code` is set by an engine that cached decoded code of the page: a guest store to such a page
// takes the slow path and tells the engine (Space::CodeWatcher).
enum class PageFlag : u8 {
  none = 0,
  read = 1,
  write = 2,
  exec = 4,
  mapped = 8,
  code = 16,
  beyond_eof = 32,
  journal = 64,
  watched = 128  // of a file that others can shorten: has neither read nor write, each access looks whether it is there
};

struct Prot {  // as mmap's PROT_READ|PROT_WRITE|PROT_EXEC
  bool read = false, write = false, exec = false;
  bool operator==(const Prot&) const = default;
};

// On ARM write and exec imply read (arch/arm/include/asm/pgtable.h: __P010, __P100).
inline bool can_be_read(Prot prot) { return prot.read || prot.write || prot.exec; }

enum class Sharing : u8 { private_, shared };

inline constexpr u64 endless = ~u64{0};  // file_size of a device

// Device of System V segments, whose inode is their id: no file's (theirs, 00:01, has memfds of the same numbers).
inline constexpr u64 segment_device = ~u64{0};

// One line of /proc/PID/maps. `offset` is the file offset of `begin`.
struct Mapping {
  GuestAddr begin;
  u32 bytes = 0;  // a multiple of page_size; the last page of the space is never mapped by guests
  Prot prot;
  Sharing sharing = Sharing::private_;
  u64 offset = 0;
  u64 device = 0, inode = 0;  // 0 for anonymous
  mutable u64 file_size = 0;  // of a file mapping, as last seen: pages wholly beyond it give SIGBUS
  std::string name;           // path, "[stack]", "[heap]", or empty
  bool grows_down = false;
  bool never_writable = false;  // shared, of what was opened or attached to read only: mprotect is EACCES
  bool may_differ = false;  // a file mapping that was writable at some time, or poked: it may differ from the file
  u32 end() const { return begin.value + bytes; }
};

// Of which the file has bytes: up to the page that holds its end.
u32 bytes_in_file(const Mapping& mapping);

// The file that is mapped from `at` on was found to end elsewhere: bytes of the mapping that it has.
struct MovedFileEnd {
  GuestAddr at;
  u32 before = 0, now = 0;
};

// Told of every change of bytes in pages with PageFlag::code, before the new bytes are there, and of pages that went
// away or changed protection (their flag is cleared then). After a mere store the flag stays.
class CodeWatcher {
 public:
  virtual ~CodeWatcher() = default;
  virtual void code_changed(GuestAddr begin, u32 bytes) = 0;
};

// Told of every store through Space::writable, before it is done: for an engine that takes stores back.
class WriteJournal {
 public:
  virtual ~WriteJournal() = default;
  virtual void about_to_write(u32 address, u32 bytes) = 0;
};

// How stores into pages with PageFlag::code are noticed besides writable(): the pages are read-only on the host, so
// that a store of translated code faults there.
enum class CodeGuard : u8 { none, write_protected };

int host_prot(Prot prot);  // as mprotect's

class Space {
 public:
  // Reserves 4 GiB (and guards on both sides) of host address space. One per process.
  static Result<std::unique_ptr<Space>> reserve();
  ~Space();
  Space(const Space&) = delete;

  u8* base() const { return base_; }
  u8* host(GuestAddr a) const { return base_ + a.value; }

  // --- access by engines: nullptr is a fault. Sizes up to a page; may cross one page border.
  const u8* readable(u32 address, u32 bytes) const {
    u32 last = address + bytes - 1;
    if ((flags_[address >> 12] & flags_[last >> 12] & 1) == 0 || last < address) [[unlikely]]
      return may_be_open(address, last) ? uncertain_access(address, bytes, PageFlag::read) : nullptr;
    return base_ + address;
  }
  // For a store. A page with cached code takes the slow path, which tells the watcher before it returns.
  u8* writable(u32 address, u32 bytes) {
    u32 last = address + bytes - 1;
    u8 both = flags_[address >> 12] & flags_[last >> 12];
    if ((both & 2) == 0 || last < address) [[unlikely]]
      if (!may_be_open(address, last) || !uncertain_access(address, bytes, PageFlag::write)) return nullptr;
    if ((flags_[address >> 12] | flags_[last >> 12]) & (16 | 64)) [[unlikely]]
      note_store(address, bytes);
    return base_ + address;
  }
  const u8* executable(u32 address, u32 bytes) const {
    u32 last = address + bytes - 1;
    if ((flags_[address >> 12] & flags_[last >> 12] & 4) == 0 || last < address) [[unlikely]]
      return nullptr;
    return base_ + address;
  }
  // What readable() and writable() ask of each page. May find that a file's end has moved.
  bool is_open(u32 page_index, PageFlag wanted) const;
  void mark_code(u32 page_index) {
    if ((flags_[page_index] & static_cast<u8>(PageFlag::code)) == 0) guard_code(page_index);
  }
  // The first page from `page` to `last` with PageFlag::code; last + 1 if there is none.
  u32 next_code_page(u32 page, u32 last) const;
  // The page's code need not be watched any more.
  void release_code(u32 page_index) {
    if (flags_[page_index] & static_cast<u8>(PageFlag::code)) unguard_code(page_index);
  }
  void set_code_watcher(CodeWatcher* watcher, CodeGuard guard = CodeGuard::none) {
    watcher_ = watcher;
    guard_ = guard;
  }
  // To be set while nothing is mapped.
  void set_journal(WriteJournal* journal) { journal_ = journal; }
  u8 page_flags(u32 page_index) const { return flags_[page_index]; }

  // --- access by the kernel side: whole ranges; false where any byte is not accessible (EFAULT), then nothing is done
  bool can_read(GuestAddr at, u64 bytes) const;
  bool can_write(GuestAddr at, u64 bytes) const;
  bool read(GuestAddr from, std::span<u8> into) const;
  bool write(GuestAddr to, std::span<const u8> bytes);  // for copy-out: needs write permission
  void poke(GuestAddr to, std::span<const u8> bytes);   // for loaders: whatever the protection; must be mapped
  template <class T>
  std::optional<T> load(GuestAddr from) const {
    T value;
    if (!read(from, {reinterpret_cast<u8*>(&value), sizeof value})) return std::nullopt;
    return value;
  }
  template <class T>
  bool store(GuestAddr to, const T& value) {
    return write(to, bytes_of(value));
  }
  // A NUL-terminated string of at most `limit` bytes without the NUL; nullopt on a fault or when it is longer.
  std::optional<std::string> read_string(GuestAddr from, u32 limit = 4096) const;

  // --- mappings. Addresses and sizes are page aligned; all replace what was there (MAP_FIXED). Host refusal: errno.
  // Host memory is mapped with the guest's read and write permission (exec is emulated), so that a host system call on
  // guest memory gives EFAULT where the guest kernel would.
  int map_anonymous(GuestAddr at, u32 bytes, Prot prot, Sharing sharing, std::string name);
  // Anonymous memory that is going to be used from end to end: big ranges of it come in huge pages.
  void expect_use(GuestAddr at, u32 bytes);
  // `file_size` decides which pages lie beyond end of file (SIGBUS for the guest).
  int map_file(GuestAddr at, u32 bytes, Prot prot, Sharing sharing, HostFd file, u64 offset, u64 file_size,
               const Mapping& label);
  // shmat of a segment of this size.
  int map_segment(GuestAddr at, u32 bytes, Prot prot, int segment, std::string name);
  int unmap(GuestAddr at, u32 bytes);
  int protect(GuestAddr at, u32 bytes, Prot prot);
  int move(GuestAddr from, u32 old_bytes, GuestAddr to, u32 new_bytes);  // mremap
  // The same object a second time, `bytes` of it from `from` on: shared memory, or (old_bytes the same) what mremap's
  // MREMAP_DONTUNMAP leaves behind of a file.
  int map_again(GuestAddr from, u32 old_bytes, GuestAddr to, u32 bytes);
  int discard(GuestAddr at, u32 bytes);                                  // madvise(MADV_DONTNEED)
  // Top-down search below `limit` (Linux' layout) for a free range; nullopt if there is none.
  std::optional<GuestAddr> find_gap(u32 bytes, GuestAddr limit, GuestAddr floor) const;
  bool is_free(GuestAddr at, u32 bytes) const;
  bool is_mapped(GuestAddr at, u32 bytes) const;                        // every page
  const std::map<u32, Mapping>& mappings() const { return mappings_; }  // key: begin
  const Mapping* mapping_at(GuestAddr at) const;
  void set_name(GuestAddr at, std::string name);
  void set_grows_down(GuestAddr at);

  // Whether there is memory that other processes may write to at any time, or was.
  bool shares_memory() const { return shares_memory_; }

  // --- ends of shared file mappings, which ftruncate(2) and write(2) move, other processes' too. Live and while
  // recording they are looked for at each access that is not by translated code, and after its host fault; in a replay
  // the tape sets them. An access that finds one moved fails, and is to be made again.
  void watch_file_ends() { watches_file_ends_ = true; }  // to be set while nothing is mapped
  bool has_watched_files() const { return has_watched_files_; }  // these two: or had
  bool has_pages_beyond_end() const { return has_pages_beyond_end_; }
  void look_for_file_ends() const;
  const std::vector<MovedFileEnd>& moved_file_ends() const { return moved_file_ends_; }
  void forget_moved_file_ends() { moved_file_ends_.clear(); }
  void set_file_end(GuestAddr at, u32 inside);  // of the mapping that begins at `at`: whole pages; new ones hold zeros

 private:
  Space() = default;
  static constexpr u8 uncertain = static_cast<u8>(PageFlag::watched) | static_cast<u8>(PageFlag::beyond_eof);
  bool may_be_open(u32 address, u32 last) const { return (flags_[address >> 12] | flags_[last >> 12]) & uncertain; }
  u8* uncertain_access(u32 address, u32 bytes, PageFlag wanted) const;
  bool is_watched(const Mapping& mapping) const;
  u32 find_end(const Mapping& mapping) const;
  void move_end(const Mapping& mapping, u32 inside) const;
  void open_beyond_end(const Mapping& mapping) const;
  void close_beyond_end(const Mapping& mapping) const;
  bool is_host_writable(u32 page_index) const;
  bool all_have(GuestAddr at, u64 bytes, PageFlag wanted) const;
  void guard_code(u32 page_index);
  void unguard_code(u32 page_index);
  void note_store(u32 address, u32 bytes);
  void note_code_writes(u32 address, u64 bytes);
  void split(u32 at);
  std::map<u32, Mapping>::iterator merge_with_next(std::map<u32, Mapping>::iterator it);
  void merge_around(u32 begin, u32 end);
  void forget(u32 begin, u32 end);
  void insert(Mapping mapping);
  void set_flags(const Mapping& mapping) const;
  void drop_code(u32 begin, u32 end) const;
  int replace_host(u32 at, u32 bytes, int host_prot, int host_flags, int host_fd, u64 offset);
  int reserve_again(u32 at, u32 bytes);
  int move_host(u32 from, u32 old_bytes, u32 to, u32 new_bytes);
  int copy_private(const Mapping& source, u32 to, u32 old_bytes, u32 new_bytes);

  bool reserved_ = false;
  u8* base_ = nullptr;
  u8* flags_ = nullptr;  // 1 Mi entries
  u32 first_code_page_ = ~u32{0}, last_code_page_ = 0;  // of all that ever had PageFlag::code
  std::map<u32, Mapping> mappings_;
  bool shares_memory_ = false;
  bool watches_file_ends_ = false, has_watched_files_ = false;
  mutable bool has_pages_beyond_end_ = false;
  mutable std::vector<MovedFileEnd> moved_file_ends_;
  CodeWatcher* watcher_ = nullptr;
  CodeGuard guard_ = CodeGuard::none;
  WriteJournal* journal_ = nullptr;
};

}  // namespace sigtape::mem
