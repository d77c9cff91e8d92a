// One program, four ways to compile the header: their inline functions must not take each other's place.
#include "mode.hpp"
#include "mode_body.hpp"

#include <cstdio>
#include <cstdlib>

int with_exceptions() { return code_of_a_moved_from_state(); }

int main()
{
    for (const auto mode : {with_exceptions, with_exceptions_again, with_std_span, without_exceptions}) {
        if (mode() != DRIFTLINE_RESULT_HANDLE) {
            std::puts("a moved-from state answered otherwise");
            return EXIT_FAILURE;
        }
    }
    std::puts("ok, four modes in one program");
    return EXIT_SUCCESS;
}
