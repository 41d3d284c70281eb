// Session: makes the tape's directory, shares its page, compresses what is full.
#include "core/tape/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/tape/encode.h"
#include "core/tape/format.h"
#include "core/tape/host_file.h"
#include "core/tape/segment_files.h"
#include "core/tape/xxh3.h"

namespace sigtape::tape {
namespace {

constexpr std::size_t whole_pages(std::size_t bytes) { return (bytes + 4095) & ~std::size_t{4095}; }
constexpr std::size_t page_bytes = whole_pages(sizeof(SessionPage));
constexpr std::size_t all_bytes = page_bytes + whole_pages(sizeof(outside::SharedTable));

Result<void> write_header(const std::string& directory, const Header& header) {
  std::vector<u8> message = Encoder{}.encode_header(header);
  HeaderPrefix prefix{header_magic, format_version, static_cast<u32>(message.size()), xxh3(message)};
  std::string path = directory + "/header";
  OwnedFd file{open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (!file.is_open() || !write_all(file.get(), &prefix, sizeof prefix) ||
      !write_all(file.get(), message.data(), message.size()))
    return host_error(path + " can't be written");
  return {};
}

Result<SessionPage*> map_page(int fd) {
  void* at = mmap(nullptr, all_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return host_error("the session page of the tape can't be mapped");
  return static_cast<SessionPage*>(at);
}

outside::SharedTable* table_behind(SessionPage* page) {
  return reinterpret_cast<outside::SharedTable*>(reinterpret_cast<u8*>(page) + page_bytes);
}

// Mode 0777 below a directory of mode 0700: a process of the session that became another user still gets in, through
// the descriptors that it inherits.
Result<HostFd> make_directory(const std::string& path) {
  if (mkdir(path.c_str(), 0777) != 0) return host_error(path + " can't be made");
  (void)chmod(path.c_str(), 0777);
  int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return host_error(path + " can't be opened");
  return HostFd{fd};
}

}  // namespace

Result<std::unique_ptr<Session>> Session::create(const std::string& directory, const Header& header,
                                                 const SessionOptions& options) {
  if (mkdir(directory.c_str(), 0700) != 0) {
    if (errno == EEXIST) return Error{directory + " exists already; a tape is never overwritten"};
    return host_error(directory + " can't be made");
  }
  SIGTAPE_TRY_VOID(write_header(directory, header));
  std::unique_ptr<Session> session{new Session};
  Descriptors& fds = session->descriptors_;
  fds.streams = SIGTAPE_TRY(make_directory(directory + "/streams"));
  fds.files = SIGTAPE_TRY(make_directory(directory + "/files"));
  for (const char* name : {"by-stat", "reads"}) {
    if (mkdirat(fds.files.value, name, 0777) != 0) return host_error(directory + "/files/" + name + " can't be made");
    (void)fchmodat(fds.files.value, name, 0777, 0);
  }
  std::string path = directory + "/session";
  fds.page = HostFd{open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (fds.page.value < 0) return host_error(path + " can't be made");
  int error = posix_fallocate(fds.page.value, 0, page_bytes);
  // The table of shared memory is mostly not needed: no disk for it before.
  if (error == 0 && ftruncate(fds.page.value, all_bytes) != 0) error = errno;
  if (error != 0) {
    errno = error;
    return host_error(path + " can't be written");
  }
  SessionPage* page = session->page_ = SIGTAPE_TRY(map_page(fds.page.value));
  session->table_ = table_behind(page);
  page->magic = session_magic;
  page->version = format_version;
  page->session_pid = getpid();
  page->next_stream = first_stream.value + 1;
  page->digest_every = options.digest_every;
  page->seed = options.seed;
  page->standard_output = options.standard_output;
  page->standard_error = options.standard_error;
  return session;
}

Result<std::unique_ptr<Session>> Session::join(const Descriptors& descriptors) {
  std::unique_ptr<Session> session{new Session};
  session->descriptors_ = descriptors;
  struct stat status {};
  if (fstat(descriptors.page.value, &status) != 0 || static_cast<u64>(status.st_size) < all_bytes)
    return Error{"the descriptors of the recording session are not what they should be"};
  session->page_ = SIGTAPE_TRY(map_page(descriptors.page.value));
  session->table_ = table_behind(session->page_);
  if (session->page_->magic != session_magic || session->page_->version != format_version)
    return Error{"the recording session was begun by another version of sigtape"};
  return session;
}

Session::~Session() {
  if (page_ != nullptr) munmap(page_, all_bytes);
}

void Session::note_full(StreamId stream, u32 number) {
  u32 slot = page_->ring_next.fetch_add(1) % SessionPage::ring_size;
  page_->ring[slot].store(((u64{stream.value} << 32) | number) + 1);
}

void Session::ask_to_stop(Stop stop, const std::string& reason) {
  Stop none = Stop::no;
  if (!page_->stop.compare_exchange_strong(none, stop)) return;
  std::size_t length = std::min(reason.size(), page_->stop_reason.size() - 1);
  std::memcpy(page_->stop_reason.data(), reason.data(), length);
}

u32 Session::compress_some(u32 count) {
  u32 done = 0;
  for (u32 looked = 0; done < count && looked < SessionPage::ring_size; looked++) {
    u64 entry = page_->ring[page_->ring_taken % SessionPage::ring_size].exchange(0);
    if (entry == 0) break;
    page_->ring_taken++;
    entry--;
    (void)compressor_.compress(descriptors_.streams, StreamId{static_cast<u32>(entry >> 32)}, static_cast<u32>(entry));
    done++;
  }
  return done;
}

void Session::compress_all() {
  for (StreamId stream : streams_in(descriptors_.streams)) {
    for (const SegmentFile& file : segments_in(descriptors_.streams, stream))
      if (!file.closed && is_finished(descriptors_.streams, stream, file.number))
        (void)compressor_.compress(descriptors_.streams, stream, file.number);
  }
}

void Session::close() { page_->closed.store(1); }

}  // namespace sigtape::tape
