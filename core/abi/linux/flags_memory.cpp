// Names of Linux/ARM flags and options: mapping and memory barriers.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue mmap_protection_values[] = {
    {1, "PROT_READ"},
    {2, "PROT_WRITE"},
    {4, "PROT_EXEC"},
    {8, "PROT_SEM"},
    {0x1000000, "PROT_GROWSDOWN"},
    {0x2000000, "PROT_GROWSUP"},
};
constexpr NameValue mmap_flags_values[] = {
    {3, "MAP_SHARED_VALIDATE", 0xf}, {1, "MAP_SHARED", 0xf},
    {2, "MAP_PRIVATE", 0xf},         {0x10, "MAP_FIXED"},
    {0x20, "MAP_ANONYMOUS"},         {0x100, "MAP_GROWSDOWN"},
    {0x800, "MAP_DENYWRITE"},        {0x1000, "MAP_EXECUTABLE"},
    {0x2000, "MAP_LOCKED"},          {0x4000, "MAP_NORESERVE"},
    {0x8000, "MAP_POPULATE"},        {0x10000, "MAP_NONBLOCK"},
    {0x20000, "MAP_STACK"},          {0x40000, "MAP_HUGETLB"},
    {0x80000, "MAP_SYNC"},           {0x100000, "MAP_FIXED_NOREPLACE"},
};
constexpr NameValue mremap_flags_values[] = {
    {1, "MREMAP_MAYMOVE"},
    {2, "MREMAP_FIXED"},
    {4, "MREMAP_DONTUNMAP"},
};
constexpr NameValue madvise_values_values[] = {
    {0, "MADV_NORMAL"},       {1, "MADV_RANDOM"},         {2, "MADV_SEQUENTIAL"},      {3, "MADV_WILLNEED"},
    {4, "MADV_DONTNEED"},     {8, "MADV_FREE"},           {9, "MADV_REMOVE"},          {10, "MADV_DONTFORK"},
    {11, "MADV_DOFORK"},      {100, "MADV_HWPOISON"},     {101, "MADV_SOFT_OFFLINE"},  {12, "MADV_MERGEABLE"},
    {13, "MADV_UNMERGEABLE"}, {14, "MADV_HUGEPAGE"},      {15, "MADV_NOHUGEPAGE"},     {16, "MADV_DONTDUMP"},
    {17, "MADV_DODUMP"},      {18, "MADV_WIPEONFORK"},    {19, "MADV_KEEPONFORK"},     {20, "MADV_COLD"},
    {21, "MADV_PAGEOUT"},     {22, "MADV_POPULATE_READ"}, {23, "MADV_POPULATE_WRITE"}, {24, "MADV_DONTNEED_LOCKED"},
    {25, "MADV_COLLAPSE"},
};
constexpr NameValue msync_flags_values[] = {
    {1, "MS_ASYNC"},
    {2, "MS_INVALIDATE"},
    {4, "MS_SYNC"},
};
constexpr NameValue mlockall_flags_values[] = {
    {1, "MCL_CURRENT"},
    {2, "MCL_FUTURE"},
    {4, "MCL_ONFAULT"},
};
constexpr NameValue mlock2_flags_values[] = {
    {1, "MLOCK_ONFAULT"},
};
constexpr NameValue membarrier_commands_values[] = {
    {0, "MEMBARRIER_CMD_QUERY"},
    {1, "MEMBARRIER_CMD_GLOBAL"},
    {2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"},
    {4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"},
    {8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"},
    {16, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"},
    {32, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"},
    {64, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
    {128, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"},
    {256, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"},
};

}  // namespace

constinit const NameSet mmap_protection{"mmap_protection", mmap_protection_values, NameSet::Style::flags};
constinit const NameSet mmap_flags{"mmap_flags", mmap_flags_values, NameSet::Style::flags};
constinit const NameSet mremap_flags{"mremap_flags", mremap_flags_values, NameSet::Style::flags};
constinit const NameSet madvise_values{"madvise_values", madvise_values_values, NameSet::Style::choice};
constinit const NameSet msync_flags{"msync_flags", msync_flags_values, NameSet::Style::flags};
constinit const NameSet mlockall_flags{"mlockall_flags", mlockall_flags_values, NameSet::Style::flags};
constinit const NameSet mlock2_flags{"mlock2_flags", mlock2_flags_values, NameSet::Style::flags};
constinit const NameSet membarrier_commands{"membarrier_commands", membarrier_commands_values, NameSet::Style::choice};

}  // namespace sigtape::abi::linux_eabi
