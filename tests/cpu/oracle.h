// The two sides of the comparison: an ARM machine that runs oracle_runner, and one of our engines.
#pragma once
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/cpu/engines.h"
#include "tests/cpu/oracle_cases.h"

namespace sigtape::cpu::oracle {

struct Answer {
  std::vector<OracleResult> results;
  std::vector<u8> data;  // the writable part
  // Cases that an ARM machine should not be asked: they meet memory that is the runner's, call the system, or go on
  // for ever.
  std::vector<bool> unfit;
};

// A process that is talked to through pipes; by default qemu-arm as a Cortex-A15.
class Reference {
 public:
  explicit Reference(const std::string& command);
  ~Reference();
  Reference(const Reference&) = delete;
  void send(const Batch& batch);
  // False: the process ended, or goes on for ever. There is a new one then.
  bool receive(const Batch& batch, Answer& answer);
  void start_anew();

 private:
  void start();
  void end();
  std::string command_;
  pid_t child_ = 0;
  int to_ = -1, from_ = -1;
};

class Ours {
 public:
  explicit Ours(const NamedEngine& engine);
  Answer run(const Batch& batch);
  const char* name() const { return name_; }

 private:
  OracleResult run_case(const OracleCase& c, bool thumb, bool& unfit);
  void load(const Batch& batch);

  std::unique_ptr<mem::Space> space_;
  std::unique_ptr<Engine> engine_;
  const char* name_;
};

// What differs, for people; empty if nothing does.
std::string difference(const OracleCase& before, const OracleResult& ours, const OracleResult& theirs);

}  // namespace sigtape::cpu::oracle
