// A tape in a temporary directory, for tests.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/tape/reader.h"
#include "core/tape/session.h"
#include "core/tape/writer.h"

namespace sigtape::tape {

inline std::vector<u8> copy_of(std::span<const u8> bytes) { return {bytes.begin(), bytes.end()}; }

struct TemporaryTape {
  std::string parent, path;
  std::unique_ptr<Session> session;

  explicit TemporaryTape(std::string below = "") {
    std::string pattern = (below.empty() ? std::filesystem::temp_directory_path().string() : below) + "/sigtape-XXXXXX";
    parent = mkdtemp(pattern.data());
    path = parent + "/t.tape";
    Header header;
    header.sigtape_version = "test";
    header.command = {"prog", "argument"};
    header.delivery = "safe";
    header.seed = 7;
    session = *Session::create(path, header, {});
  }
  ~TemporaryTape() { std::filesystem::remove_all(parent); }
  std::unique_ptr<StreamWriter> writer(StreamId stream = first_stream, Origin origin = Origin::first) {
    StreamBegan began;
    began.stream = stream;
    began.origin = origin;
    began.pid = 99'999'999;  // of no process: who looks whether the writer lives finds none
    began.parent_pid = 99;
    return *StreamWriter::open(*session, began);
  }
  std::shared_ptr<Tape> open() const { return *Tape::open(path); }
  std::string segment(u32 stream = 1, const char* name = "000000.seg") const {
    return path + "/streams/" + std::to_string(stream) + "/" + name;
  }
};

// A call as a recorder writes it, with `size` bytes for the guest.
struct ReadCall {
  std::vector<u8> bytes;
  Called called;
  explicit ReadCall(u32 number, std::size_t size) : bytes(size) {
    for (std::size_t i = 0; i < size; i++) bytes[i] = static_cast<u8>(i * 7 + number);
    called.call.number = number;
    called.call.words = {3, 0x1000, static_cast<u32>(size), 1, 2, 3, 4, 5};
    called.call.pc = GuestAddr{0x8000};
    called.outcome = abi::Done{static_cast<u32>(size), 9};
    called.writes.push_back({GuestAddr{0x1000}, bytes});
    called.entered_ns = 5;
  }
};

}  // namespace sigtape::tape
