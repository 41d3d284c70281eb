// /proc files of the guest's own process, which must speak of the guest and not of the program that runs it.
#pragma once
#include <optional>
#include <string>

#include "core/outside/host_call.h"

namespace sigtape::outside {

// Where `path` names a /proc file that is answered here and is opened for reading: the call's answer is made (a
// descriptor of the text, or an error) and true is returned.
bool open_proc_text(CallContext& c, int dirfd, const std::string& path, u32 host_flags);

// What the host is to be given in place of `path`: /proc/self/exe becomes the guest's program.
std::string proc_redirected(CallContext& c, int dirfd, std::string path);

// The program that such a link stands for, as the guest would name it; nullopt: `path` is no such link.
std::optional<std::string> proc_program_name(CallContext& c, int dirfd, const std::string& path);

// The text of a link in /proc as the guest is to see it; nullopt: ask the host.
std::optional<std::string> proc_link_text(CallContext& c, int dirfd, const std::string& path);

// True for the directory of our own process' descriptors, whose records must not show ours.
bool is_own_descriptor_directory(CallContext& c, int fd);

}  // namespace sigtape::outside
