// Names of Linux/ARM flags and options: terminals.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue termios_iflag_values[] = {
    {1, "IGNBRK"},    {2, "BRKINT"},    {4, "IGNPAR"},     {8, "PARMRK"},       {0x10, "INPCK"},
    {0x20, "ISTRIP"}, {0x40, "INLCR"},  {0x80, "IGNCR"},   {0x100, "ICRNL"},    {0x200, "IUCLC"},
    {0x400, "IXON"},  {0x800, "IXANY"}, {0x1000, "IXOFF"}, {0x2000, "IMAXBEL"}, {0x4000, "IUTF8"},
};
constexpr NameValue termios_oflag_values[] = {
    {1, "OPOST"},    {2, "OLCUC"},     {4, "ONLCR"},    {8, "OCRNL"},
    {0x10, "ONOCR"}, {0x20, "ONLRET"}, {0x40, "OFILL"}, {0x80, "OFDEL"},
};
constexpr NameValue termios_lflag_values[] = {
    {1, "ISIG"},        {2, "ICANON"},      {4, "XCASE"},       {8, "ECHO"},
    {0x10, "ECHOE"},    {0x20, "ECHOK"},    {0x40, "ECHONL"},   {0x80, "NOFLSH"},
    {0x100, "TOSTOP"},  {0x200, "ECHOCTL"}, {0x400, "ECHOPRT"}, {0x800, "ECHOKE"},
    {0x1000, "FLUSHO"}, {0x4000, "PENDIN"}, {0x8000, "IEXTEN"}, {0x10000, "EXTPROC"},
};
constexpr NameValue flush_queues_values[] = {
    {0, "TCIFLUSH"},
    {1, "TCOFLUSH"},
    {2, "TCIOFLUSH"},
};
constexpr NameValue flow_actions_values[] = {
    {0, "TCOOFF"},
    {1, "TCOON"},
    {2, "TCIOFF"},
    {3, "TCION"},
};

}  // namespace

constinit const NameSet termios_iflag{"termios_iflag", termios_iflag_values, NameSet::Style::flags};
constinit const NameSet termios_oflag{"termios_oflag", termios_oflag_values, NameSet::Style::flags};
constinit const NameSet termios_lflag{"termios_lflag", termios_lflag_values, NameSet::Style::flags};
constinit const NameSet flush_queues{"flush_queues", flush_queues_values, NameSet::Style::choice};
constinit const NameSet flow_actions{"flow_actions", flow_actions_values, NameSet::Style::choice};

}  // namespace sigtape::abi::linux_eabi
