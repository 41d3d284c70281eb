// The commands `analyze` and `explain`.
#pragma once

namespace CLI {
class App;
}

namespace sigtape::analyze {

// Adds the subcommands; each sets `status` when it runs.
void add_commands(CLI::App& app, int& status);

}  // namespace sigtape::analyze
