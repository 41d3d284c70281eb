// Random instructions of every row in random states on our engines and on an ARM machine: registers, flags, FPSCR,
// vector file, memory, signals with their address and pc.
//
// ORACLE_CASES=20000000 build/tests/cpu/test_oracle    so many instances of A32, and of T32
// ORACLE_SEED, ORACLE_LENGTH (instructions in a row; 1), ORACLE_STATES (register states of each program; 4),
// ORACLE_ENGINE (one of tests/cpu/engines.h; all in turn), ORACLE_COMMAND (an ARM machine; qemu-arm -cpu cortex-a15)
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>

#include "core/isa/text.h"
#include "tests/cpu/oracle.h"
#include "tests/cpu/oracle_differences.h"

using namespace sigtape;
using namespace sigtape::cpu;
using namespace sigtape::cpu::oracle;

namespace {

u64 setting(const char* name, u64 otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 0) : otherwise;
}

constexpr u32 most_errors = 20;
std::set<std::string> seen_reasons;

class Comparison {
 public:
  Comparison(const NamedEngine& engine, const std::string& command, bool thumb, Extent extent, u64 seed)
      : ours_(engine), reference_(command), generator_(seed, thumb, extent) {}

  void run(u64 instances) {
    Batch batch = usable_batch();
    while (true) {
      reference_.send(batch);
      Answer theirs;
      bool last = instances_ + instances_of(batch) >= instances;
      Batch next;
      Answer ours = std::move(ours_answer_);
      if (!last) next = usable_batch();  // while the reference is at work
      if (reference_.receive(batch, theirs))
        compare(batch, ours, theirs);
      else
        compare_each_alone(batch);
      instances_ += instances_of(batch);
      if (last || errors_ >= most_errors) break;
      batch = std::move(next);
    }
  }

  // Every row is to be executed with the same result; those that chance has left out get more chances.
  void cover_rows() {
    std::vector<const isa::Row*> missing = rows_without_agreement();
    for (u32 more = 0; !missing.empty() && more < 50 && errors_ < most_errors; ++more) {
      generator_.only(missing);
      run(0);
      missing = rows_without_agreement();
    }
    std::string text;
    for (const isa::Row* row : missing) text += fmt::format(" {:08x}", row->pattern.fixed.value);
    CHECK_MESSAGE(missing.empty(), "rows never executed with the same result, by their fixed bits:", text);
  }

  void report() {
    std::string text = fmt::format("{} instances on {}\n", instances_, ours_.name());
    for (const auto& [reason, count] : known_) text += fmt::format("  {} times: {}\n", count, reason);
    MESSAGE(text);
  }

 private:
  static u64 instances_of(const Batch& batch) {
    u64 count = 0;
    for (u32 program : batch.program_of) count += batch.programs[program].pieces.size();
    return count;
  }

  Batch usable_batch() {
    Batch batch = generator_.batch();
    ours_answer_ = ours_.run(batch);
    while (std::count(ours_answer_.unfit.begin(), ours_answer_.unfit.end(), true)) {
      batch = batch.without(ours_answer_.unfit);
      ours_answer_ = ours_.run(batch);
    }
    return batch;
  }

  void compare(const Batch& batch, const Answer& ours, const Answer& theirs) {
    bool memory_differs = ours.data != theirs.data;
    for (u32 i = 0; i < batch.cases.size() && errors_ < most_errors; ++i) {
      const Program& program = batch.program(i);
      std::string text = difference(batch.cases[i], ours.results[i], theirs.results[i]);
      if (text.empty()) note_agreement(program, ours.results[i]);
      bool known =
          !text.empty() && program.pieces.size() == 1 && is_known(batch, i, ours.results[i], theirs.results[i]);
      if (text.empty() ? memory_differs && stores(program) : !known) compare_alone(batch, i);
    }
  }

  void compare_each_alone(const Batch& batch) {
    for (u32 i = 0; i < batch.cases.size() && errors_ < most_errors; ++i) compare_alone(batch, i);
  }

  void note_agreement(const Program& program, const OracleResult& result) {
    const Piece& last = program.pieces.back();
    if (last.row && (result.pc != program.begin || last.insn.op == isa::Op::udf || last.insn.op == isa::Op::bkpt))
      ++executed_[last.row];
  }
  static bool stores(const Program& program) {
    return std::any_of(program.pieces.begin(), program.pieces.end(), [](const Piece& p) { return is_store(p.insn); });
  }

  // One case with fresh memory; of a longer program the shortest beginning that differs.
  void compare_alone(const Batch& batch, u32 number) {
    for (u32 length = 1; length <= batch.program(number).pieces.size(); ++length) {
      Batch one = batch.only(number, length);
      std::string text = differs(one);
      if (text.empty()) continue;
      if (text == known_one) return;
      reference_.start_anew();  // an emulator may have run what had stood at the place before
      if (differs(one).empty()) {
        ++known_["the reference was asked again, and agreed"];
        return;
      }
      if (++errors_of_[one.program(0).pieces.back().row] > 1) return;  // one of each row says enough
      ++errors_;
      FAIL_CHECK(fmt::format("{}{}", one.text(0), text));
      return;
    }
  }

  // Of a batch of one case: what differs, empty if nothing does, known_one if it is known.
  std::string differs(const Batch& one) {
    Answer theirs, ours = ours_.run(one);
    if (ours.unfit[0]) return known_one;
    reference_.send(one);
    if (!reference_.receive(one, theirs)) {
      theirs = ours;
      theirs.results[0].signal = SIGALRM;
      theirs.results[0].pc = 0;
    }
    std::string text = difference(one.cases[0], ours.results[0], theirs.results[0]);
    for (u32 k = 0; k < ours.data.size(); ++k)
      if (ours.data[k] != theirs.data[k])
        text += fmt::format("  memory at {:x}: before {:02x}, ours {:02x}, theirs {:02x}\n", ORACLE_DATA + k,
                            one.data[k], ours.data[k], theirs.data[k]);
    if (!text.empty() && is_known(one, 0, ours.results[0], theirs.results[0])) return known_one;
    return text;
  }
  static constexpr const char* known_one = "known";

  bool is_known(const Batch& batch, u32 number, const OracleResult& ours, const OracleResult& theirs) {
    const Program& program = batch.program(number);
    const Piece& last = program.pieces.back();
    auto* known = known_difference({last, program.end - last.insn.width, batch.cases[number], ours, theirs});
    if (!known) return false;
    ++known_[known->reason];
    seen_reasons.insert(known->reason);
    return true;
  }

  std::vector<const isa::Row*> rows_without_agreement() const {
    std::vector<const isa::Row*> rows;
    for (const isa::Row* row : generator_.rows())
      if (!executed_.contains(row) && !is_not_asked(row->op)) rows.push_back(row);
    return rows;
  }
  // SVC, which would call the system, and SWP, which a Cortex-A15 has not: tests/cpu/branch_test.cpp, memory_test.cpp.
  static bool is_not_asked(isa::Op op) { return op == isa::Op::svc || op == isa::Op::swp || op == isa::Op::swpb; }

  Ours ours_;
  Reference reference_;
  Generator generator_;
  Answer ours_answer_;
  u64 instances_ = 0;
  u32 errors_ = 0;
  std::map<const isa::Row*, u64> executed_, errors_of_;
  std::map<std::string, u64> known_;
};

void compare(bool thumb, Extent extent) {
  const char* command = std::getenv("ORACLE_COMMAND");
  const char* only = std::getenv("ORACLE_ENGINE");
  extent.length = static_cast<u32>(setting("ORACLE_LENGTH", extent.length));
  extent.states = static_cast<u32>(setting("ORACLE_STATES", extent.states));
  for (const NamedEngine& engine : engines) {
    if (only && std::string(only) != engine.name) continue;
    Comparison comparison(engine, command ? command : "qemu-arm -cpu cortex-a15 " ORACLE_RUNNER, thumb, extent,
                          setting("ORACLE_SEED", 1));
    comparison.run(setting("ORACLE_CASES", 30000));
    if (extent.length == 1) comparison.cover_rows();
    comparison.report();
  }
}

}  // namespace

TEST_CASE("random A32 instructions do what an ARM machine does") { compare(false, {}); }
TEST_CASE("random Thumb instructions do what an ARM machine does") { compare(true, {}); }
TEST_CASE("every known difference is still one") {
  if (setting("ORACLE_CASES", 0) < 10'000'000 || std::getenv("ORACLE_COMMAND")) return;  // rare ones need their time
  for (const std::string& reason : known_difference_reasons())
    CHECK_MESSAGE(seen_reasons.contains(reason), "no longer: ", reason);
}
