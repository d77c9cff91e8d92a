# Builds and runs the C programs of tests/c. Included by the Makefile of the repository; works by itself, too:
#
#     make -f tests/c/rules.mk c-test
#
# c-test      plain build; everything runs once
# c-valgrind  under valgrind: no error and no byte lost
# c-sanitize  AddressSanitizer and UndefinedBehaviorSanitizer on both sides of the boundary, proven by planted bugs
# c-thread    ThreadSanitizer on both sides of the boundary, proven by a planted bug

CARGO ?= cargo
CC ?= cc
CXX ?= c++
TARGET_DIR ?= build/target
C_BUILD := build/c

C_WARNINGS := -Wall -Wextra -Wpedantic -Werror
C_FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g $(C_WARNINGS) -Iinclude
# What Rust's standard library needs from the system.
C_LIBS := -lpthread -ldl -lm

C_PROGRAMS := smoke misuse scenario
C_SOURCES_smoke := tests/c/smoke.c
C_SOURCES_misuse := $(sort $(wildcard tests/c/misuse*.c))
C_SOURCES_scenario := $(sort $(wildcard tests/c/scenario*.c))
C_SOURCES_planted_c := tests/c/planted_c.c
C_SOURCES_planted_rust := tests/c/planted_rust.c
C_SOURCES_planted_thread := tests/c/planted_thread.c
C_HEADERS := include/driftline.h $(wildcard tests/c/*.h)
C_SCENARIOS := $(sort $(wildcard tests/scenarios/*.txt))

# Cargo knows best whether the library is up to date, so it is always asked.
.PHONY: c-library c-library-address c-library-thread
.PHONY: c-test c-header c-smoke-shared c-valgrind c-valgrind-installed c-sanitize c-sanitize-proof c-thread c-thread-proof

# One program in one build: $(1) the build, $(2) the program, $(3) flags, $(4) the library, $(5) the target that makes it.
define C_PROGRAM
$(C_BUILD)/$(1)/$(2): $$(C_SOURCES_$(2)) $$(C_HEADERS) $(5)
	@mkdir -p $$(@D)
	$$(CC) $$(C_FLAGS) $(3) $$(C_SOURCES_$(2)) $(4) $$(C_LIBS) -o $$@
endef

# ---- Plain ----

C_LIBRARY := $(TARGET_DIR)/c/debug/libdriftline.a

c-library:
	$(CARGO) build --lib --features testing --target-dir $(TARGET_DIR)/c

$(foreach program,$(C_PROGRAMS),$(eval $(call C_PROGRAM,plain,$(program),,$(C_LIBRARY),c-library)))

c-test: c-header c-smoke-shared $(C_PROGRAMS:%=$(C_BUILD)/plain/%)
	RUST_BACKTRACE=0 $(C_BUILD)/plain/smoke
	RUST_BACKTRACE=0 $(C_BUILD)/plain/misuse
	RUST_BACKTRACE=0 $(C_BUILD)/plain/scenario $(C_SCENARIOS)

# The header by itself, in each dialect that it promises.
c-header: include/driftline.h
	$(CC) -std=c99 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CC) -std=c11 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CXX) -x c++ -std=c++11 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CXX) -x c++ -std=c++17 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c

# The shared library exports what a C program needs. It is found where cargo put it.
c-smoke-shared: c-library
	@mkdir -p $(C_BUILD)/plain
	$(CC) $(C_FLAGS) tests/c/smoke.c -L$(TARGET_DIR)/c/debug -l:libdriftline.so -o $(C_BUILD)/plain/smoke_shared
	LD_LIBRARY_PATH=$(TARGET_DIR)/c/debug $(C_BUILD)/plain/smoke_shared

# ---- Valgrind ----

# A backtrace of a panic that is meant would confuse valgrind, so there is none.
C_VALGRIND := RUST_BACKTRACE=0 valgrind --quiet --leak-check=full --show-leak-kinds=all \
	--errors-for-leak-kinds=definite,indirect,possible --error-exitcode=1

c-valgrind-installed:
	@command -v valgrind >/dev/null || { test "$$(id -u)" = 0 && apt-get update && apt-get install -y valgrind; } || \
		{ echo "valgrind is missing and cannot be installed by this user" >&2; exit 1; }

c-valgrind: c-valgrind-installed $(C_PROGRAMS:%=$(C_BUILD)/plain/%)
	$(C_VALGRIND) $(C_BUILD)/plain/smoke
	$(C_VALGRIND) $(C_BUILD)/plain/misuse
	$(C_VALGRIND) $(C_BUILD)/plain/scenario $(C_SCENARIOS)

# ---- AddressSanitizer and UndefinedBehaviorSanitizer ----

C_HOST := $(shell rustc -vV | sed -n 's/^host: //p')
C_ADDRESS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
C_LIBRARY_ADDRESS := $(TARGET_DIR)/c-address/$(C_HOST)/debug/libdriftline.a

# With a target of its own, build scripts are not instrumented.
c-library-address:
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address $(CARGO) build --lib --features testing --target $(C_HOST) \
		--target-dir $(TARGET_DIR)/c-address

$(foreach program,$(C_PROGRAMS) planted_c planted_rust,\
	$(eval $(call C_PROGRAM,address,$(program),$(C_ADDRESS),$(C_LIBRARY_ADDRESS),c-library-address)))
# The same bug with a Rust side that is not instrumented.
$(eval $(call C_PROGRAM,address_c_only,planted_rust,$(C_ADDRESS),$(C_LIBRARY),c-library))

C_SANITIZED := RUST_BACKTRACE=0 ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1

# $(call C_PLANTED,command,what the report must say)
C_PLANTED = @echo "planted: $(1)"; \
	if $(C_SANITIZED) $(1) >$(C_BUILD)/planted.log 2>&1; then echo "nobody noticed: $(1)" >&2; exit 1; fi; \
	grep -q "$(2)" $(C_BUILD)/planted.log || { echo "noticed, but not as $(2):" >&2; cat $(C_BUILD)/planted.log >&2; exit 1; }

# A run without a finding proves something only if a bug on either side would have been found.
c-sanitize-proof: $(C_BUILD)/address/planted_c $(C_BUILD)/address/planted_rust $(C_BUILD)/address_c_only/planted_rust
	$(call C_PLANTED,$(C_BUILD)/address/planted_c use-after-free,AddressSanitizer: heap-use-after-free)
	$(call C_PLANTED,$(C_BUILD)/address/planted_c leak,LeakSanitizer: detected memory leaks)
	$(call C_PLANTED,$(C_BUILD)/address/planted_c overflow,runtime error: signed integer overflow)
	$(call C_PLANTED,$(C_BUILD)/address/planted_rust,AddressSanitizer: heap-use-after-free)
	@echo "not noticed without instrumented Rust: $(C_BUILD)/address_c_only/planted_rust"
	@$(C_SANITIZED) $(C_BUILD)/address_c_only/planted_rust

c-sanitize: c-sanitize-proof $(C_PROGRAMS:%=$(C_BUILD)/address/%)
	$(C_SANITIZED) $(C_BUILD)/address/smoke
	$(C_SANITIZED) $(C_BUILD)/address/misuse
	$(C_SANITIZED) $(C_BUILD)/address/scenario $(C_SCENARIOS)
