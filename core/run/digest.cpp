// A machine's digest: registers of all threads by id, and memory.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <vector>

#include "core/mem/digest.h"
#include "core/run/machine.h"

namespace sigtape::run {

// The exclusive monitor is left out: an engine may keep it elsewhere, and it is closed wherever digests are compared.
u64 Machine::digest() const {
  std::vector<u64> words{mem::digest(*space_)};
  for (const auto& [id, thread] : threads_) {
    const cpu::State& cpu = thread->cpu;
    words.push_back(static_cast<u64>(id.value));
    words.push_back(thread->tick.value);
    words.insert(words.end(), cpu.r.begin(), cpu.r.end());
    words.insert(words.end(), {cpu.cpsr(), cpu.fpscr, cpu.tpidruro, cpu.tpidrurw});
    words.insert(words.end(), cpu.d.begin(), cpu.d.end());
    words.push_back(thread->mask.words[0]);
    words.push_back(thread->mask.words[1]);
  }
  return XXH3_64bits(words.data(), words.size() * sizeof words[0]);
}

}  // namespace sigtape::run
