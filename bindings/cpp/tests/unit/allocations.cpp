// The allocator of the tests. By itself in this file, because a compiler that sees through it complains.
#include "allocations.hpp"

#include <cstdlib>
#include <new>

thread_local int allocations_left = -1;

void* operator new(std::size_t size)
{
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    if (allocations_left > 0) {
        allocations_left -= 1;
    }
    if (void* bytes = std::malloc(size == 0 ? 1 : size)) {
        return bytes;
    }
    throw std::bad_alloc();
}

void operator delete(void* bytes) noexcept { std::free(bytes); }
void operator delete(void* bytes, std::size_t) noexcept { std::free(bytes); }
