// Compressor: turns full segments into compressed ones, one after another, with what it needs for that kept in between.
#pragma once
#include <memory>

#include "core/base/result.h"
#include "core/tape/events.h"

struct ZSTD_CCtx_s;

namespace sigtape::tape {

class Compressor {
 public:
  // Compresses streams/STREAM/NUMBER.seg and takes its place; whatever fails, the raw segment stays as it was. One that
  // would hardly get smaller stays, too, without the room behind its records: a second time costs nothing then.
  Result<void> compress(HostFd streams_directory, StreamId stream, u32 number);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::unique_ptr<u8[]> buffer_;  // as large as the largest segment asked for
  std::size_t room_ = 0;
};

}  // namespace sigtape::tape
