// Runs a guest image in this process: machine, engine and Live put together, with a recorder in between or without.
#pragma once
#include "core/outside/live.h"
#include "core/tape/session.h"
#include "record/recorder.h"

namespace sigtape::record {

// All of these answer an exit status only where the guest could not be started; the sentence about it is printed then.
int run_guest(outside::LiveOptions options);
int run_recorded(outside::LiveOptions options, tape::Session& session, const StreamPlace& place);
// Where is_exec_start(): an image begun by a guest's execve.
int run_from_exec(int argc, char** argv);

// Prints the one line about an error; answers the status to exit with.
int complain(const Error& error);

}  // namespace sigtape::record
