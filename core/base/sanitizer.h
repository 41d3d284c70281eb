// SIGTAPE_ASAN: 1 where the build is one of AddressSanitizer's, which gcc and clang say in different ways.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define SIGTAPE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIGTAPE_ASAN 1
#endif
#endif
#ifndef SIGTAPE_ASAN
#define SIGTAPE_ASAN 0
#endif
