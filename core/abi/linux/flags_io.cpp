// Names of Linux/ARM flags and options: polling and descriptor events.
#include "core/abi/linux/flags.h"

namespace sigtape::abi::linux_eabi {
namespace {

constexpr NameValue poll_events_values[] = {
    {1, "POLLIN"},         {2, "POLLPRI"},        {4, "POLLOUT"},       {8, "POLLERR"},
    {0x10, "POLLHUP"},     {0x20, "POLLNVAL"},    {0x40, "POLLRDNORM"}, {0x80, "POLLRDBAND"},
    {0x100, "POLLWRNORM"}, {0x200, "POLLWRBAND"}, {0x400, "POLLMSG"},   {0x2000, "POLLRDHUP"},
};
constexpr NameValue epoll_events_values[] = {
    {1, "EPOLLIN"},
    {2, "EPOLLPRI"},
    {4, "EPOLLOUT"},
    {8, "EPOLLERR"},
    {0x10, "EPOLLHUP"},
    {0x20, "EPOLLNVAL"},
    {0x40, "EPOLLRDNORM"},
    {0x80, "EPOLLRDBAND"},
    {0x100, "EPOLLWRNORM"},
    {0x200, "EPOLLWRBAND"},
    {0x400, "EPOLLMSG"},
    {0x2000, "EPOLLRDHUP"},
    {0x10000000, "EPOLLEXCLUSIVE"},
    {0x20000000, "EPOLLWAKEUP"},
    {0x40000000, "EPOLLONESHOT"},
    {0x80000000, "EPOLLET"},
};
constexpr NameValue epoll_operations_values[] = {
    {1, "EPOLL_CTL_ADD"},
    {2, "EPOLL_CTL_DEL"},
    {3, "EPOLL_CTL_MOD"},
};
constexpr NameValue epoll_flags_values[] = {
    {0x80000, "EPOLL_CLOEXEC"},
};
constexpr NameValue eventfd_flags_values[] = {
    {1, "EFD_SEMAPHORE"},
    {0x800, "EFD_NONBLOCK"},
    {0x80000, "EFD_CLOEXEC"},
};
constexpr NameValue signalfd_flags_values[] = {
    {0x800, "SFD_NONBLOCK"},
    {0x80000, "SFD_CLOEXEC"},
};
constexpr NameValue timerfd_flags_values[] = {
    {0x800, "TFD_NONBLOCK"},
    {0x80000, "TFD_CLOEXEC"},
};
constexpr NameValue timerfd_settime_flags_values[] = {
    {1, "TFD_TIMER_ABSTIME"},
    {2, "TFD_TIMER_CANCEL_ON_SET"},
};

}  // namespace

constinit const NameSet poll_events{"poll_events", poll_events_values, NameSet::Style::flags};
constinit const NameSet epoll_events{"epoll_events", epoll_events_values, NameSet::Style::flags};
constinit const NameSet epoll_operations{"epoll_operations", epoll_operations_values, NameSet::Style::choice};
constinit const NameSet epoll_flags{"epoll_flags", epoll_flags_values, NameSet::Style::flags};
constinit const NameSet eventfd_flags{"eventfd_flags", eventfd_flags_values, NameSet::Style::flags};
constinit const NameSet signalfd_flags{"signalfd_flags", signalfd_flags_values, NameSet::Style::flags};
constinit const NameSet timerfd_flags{"timerfd_flags", timerfd_flags_values, NameSet::Style::flags};
constinit const NameSet timerfd_settime_flags{"timerfd_settime_flags", timerfd_settime_flags_values,
                                              NameSet::Style::flags};

}  // namespace sigtape::abi::linux_eabi
