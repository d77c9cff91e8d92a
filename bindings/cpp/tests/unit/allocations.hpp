// How many allocations of C++ still succeed on this thread; negative: all.
#ifndef UNIT_ALLOCATIONS_HPP
#define UNIT_ALLOCATIONS_HPP

extern thread_local int allocations_left;

#endif
