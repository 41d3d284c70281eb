// The commands `record` and `run`.
#pragma once

namespace CLI {
class App;
}

namespace sigtape::record {

// Adds the subcommands; each sets `status` when it runs.
void add_commands(CLI::App& app, int argc, char** argv, int& status);

}  // namespace sigtape::record
