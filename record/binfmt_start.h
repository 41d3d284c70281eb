// Programs that the kernel hands to sigtape because binfmt_misc says so (`sigtape binfmt install`).
#pragma once

namespace sigtape::record {

// True where the kernel began this process for an armv7 program, or someone did as it would: argv[0] sigtape-binfmt,
// then the program's path, its own argv[0], and its arguments (flag P).
bool is_binfmt_start(int argc, char** argv);
// Onto the tape of the session that the process belongs to; else onto one in the directory that SIGTAPE_RECORD names;
// else as `sigtape run`.
int run_from_binfmt(int argc, char** argv);

}  // namespace sigtape::record
