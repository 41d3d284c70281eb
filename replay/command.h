// The commands that read tapes: `replay`, `info`, `ps` and `log`.
#pragma once

namespace CLI {
class App;
}

namespace sigtape::replay {

// Adds the subcommands; each sets `status` when it runs.
void add_commands(CLI::App& app, int& status);

}  // namespace sigtape::replay
