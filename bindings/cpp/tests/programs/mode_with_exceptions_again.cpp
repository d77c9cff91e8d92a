#include "mode.hpp"
#include "mode_body.hpp"

int with_exceptions_again() { return code_of_a_moved_from_state(); }
