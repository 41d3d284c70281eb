// Layouts of single words behind a pointer; their one field has no name and is printed alone.
#include "core/abi/scalars.h"

namespace sigtape::abi::scalar {
namespace {

constexpr Field int32_field[] = {{.size = 4, .show = Show::decimal}};
constexpr Field uint32_field[] = {{.size = 4, .show = Show::unsigned_}};
constexpr Field hex32_field[] = {{.size = 4, .show = Show::hex}};
constexpr Field int64_field[] = {{.size = 8, .show = Show::decimal}};
constexpr Field uint64_field[] = {{.size = 8, .show = Show::unsigned_}};
constexpr Field descriptor_field[] = {{.size = 4, .show = Show::fd}};
constexpr Field address32_field[] = {{.size = 4, .show = Show::address}};
constexpr Field uint16_field[] = {{.size = 2, .show = Show::unsigned_}};
constexpr Field octet_field[] = {{.size = 1, .show = Show::unsigned_}};
constexpr Field signal_field[] = {{.size = 4, .show = Show::signal}};

}  // namespace

const Layout int32{"int", 4, int32_field, true};
const Layout uint32{"unsigned int", 4, uint32_field, true};
const Layout hex32{"unsigned int", 4, hex32_field, true};
const Layout int64{"long long", 8, int64_field, true};
const Layout uint64{"unsigned long long", 8, uint64_field, true};
const Layout descriptor{"int", 4, descriptor_field, true};
const Layout address32{"void *", 4, address32_field};
const Layout process_id{"pid_t", 4, int32_field, true};
const Layout octet{"unsigned char", 1, octet_field, true};
const Layout uint16{"unsigned short", 2, uint16_field, true};
const Layout signal32{"int", 4, signal_field};

}  // namespace sigtape::abi::scalar
