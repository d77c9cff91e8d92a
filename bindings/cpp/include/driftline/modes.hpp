// How this header is compiled: with or without exceptions and run-time types, and with which span.
//
// Functions of a header that differ by such a mode must not meet under one name in one program. So each mode has its
// own inline namespace, and translation units of different modes may be linked together.
#ifndef DRIFTLINE_MODES_HPP
#define DRIFTLINE_MODES_HPP

#include <driftline.h>

#if !defined(__cplusplus) || (__cplusplus < 201703L && (!defined(_MSVC_LANG) || _MSVC_LANG < 201703L))
#error "driftline.hpp needs C++17 or later"
#endif

#if __has_include(<version>)
#include <version>
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define DRIFTLINE_CPP_EXCEPTIONS 1
#else
#define DRIFTLINE_CPP_EXCEPTIONS 0
#endif

#if defined(__cpp_rtti) || defined(_CPPRTTI)
#define DRIFTLINE_CPP_RTTI 1
#else
#define DRIFTLINE_CPP_RTTI 0
#endif

#if defined(__cpp_lib_span)
#define DRIFTLINE_CPP_STD_SPAN 1
#else
#define DRIFTLINE_CPP_STD_SPAN 0
#endif

#define DRIFTLINE_CPP_JOIN_NOW(exceptions, rtti, span) mode_##exceptions##rtti##span
#define DRIFTLINE_CPP_JOIN(exceptions, rtti, span) DRIFTLINE_CPP_JOIN_NOW(exceptions, rtti, span)
#define DRIFTLINE_CPP_MODE DRIFTLINE_CPP_JOIN(DRIFTLINE_CPP_EXCEPTIONS, DRIFTLINE_CPP_RTTI, DRIFTLINE_CPP_STD_SPAN)

#endif
