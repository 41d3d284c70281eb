// What `sigtape info`, `ps` and `log` print.
#pragma once
#include <memory>
#include <optional>

#include "core/tape/reader.h"

namespace sigtape::replay {

enum class Form : u8 { text, json };

struct LogOptions {
  std::optional<i32> process;
  Form form = Form::text;
  bool positions = true;  // event number and tick of each line
};

// Each answers the exit status.
int print_info(const std::shared_ptr<tape::Tape>& tape, Form form);
int print_processes(const std::shared_ptr<tape::Tape>& tape, Form form);
int print_log(const std::shared_ptr<tape::Tape>& tape, const LogOptions& options);

}  // namespace sigtape::replay
