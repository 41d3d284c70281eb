// Reports of an analysis: text for a terminal, Markdown for a bug tracker, JSON for programs.
#pragma once
#include <string>

#include "analyze/analysis.h"

namespace sigtape::analyze {

std::string text_report(const Analysis& analysis);
std::string markdown_report(const Analysis& analysis);
std::string json_report(const Analysis& analysis);

// What all of them say in the same words.
std::string headline_of(const Analysis& analysis);
std::string place_text(const Place& place);
std::string joined(const std::vector<std::string>& words);  // a command line

}  // namespace sigtape::analyze
