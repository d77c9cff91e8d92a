// Each translation unit of the program `modes` is compiled in its own way, and they are linked together.
#ifndef PROGRAMS_MODE_HPP
#define PROGRAMS_MODE_HPP

// The code of what a moved-from state answers, as this unit sees it.
int with_exceptions();
int with_exceptions_again();
int with_std_span();
int without_exceptions();

#endif
