#include "mode.hpp"
#include "mode_body.hpp"

int without_exceptions() { return code_of_a_moved_from_state(); }
