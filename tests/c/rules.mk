# Builds and runs the C programs of tests/c. Included by the Makefile of the repository; works by itself, too:
#
#     make -f tests/c/rules.mk c-test
#
# c-test      plain build; everything runs once, the example of examples/inventory, too
# c-valgrind  under valgrind: no error and no byte lost
# c-sanitize  AddressSanitizer and UndefinedBehaviorSanitizer, on both sides of the boundary, proven by planted bugs
# c-thread    ThreadSanitizer on both sides of the boundary, proven by a planted bug

CARGO ?= cargo
RUSTC ?= rustc
CC ?= cc
CXX ?= c++
TARGET_DIR ?= build/target
C_BUILD := build/c

.PHONY: c-library-plain c-library-address c-library-thread c-rust-source
.PHONY: c-test c-header c-smoke-shared c-scenario-proof c-example
.PHONY: c-valgrind c-valgrind-installed c-sanitize c-sanitize-proof c-thread c-thread-proof

C_WARNINGS := -Wall -Wextra -Wpedantic -Werror
C_FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g $(C_WARNINGS) -Iinclude
# What Rust's standard library needs from the system.
C_LIBRARIES := -lpthread -ldl -lm
# The panics of the poison tests are meant; their backtraces only hide what is not.
C_RUN := RUST_BACKTRACE=0

C_HEADERS := include/driftline.h $(wildcard tests/c/*.h)
C_SCENARIOS := $(sort $(wildcard tests/scenarios/*.txt))
# A batch cannot fail or say NaN for one of its elements, so these are the stories that can be told in batches.
C_BATCH_SCENARIOS = $(shell grep -LE '^(score|live|fingerprint) .*(=nan|fail.-[0-9]|interrupt)' $(C_SCENARIOS))
# A program is made of the sources that begin with its name.
C_PROGRAMS := smoke misuse scenario
C_PLANTED := planted_c planted_rust planted_thread

# ---- The builds: how the library is made, and how programs are compiled and linked to it ----

C_HOST := $(shell $(RUSTC) -vV | sed -n 's/^host: //p')
C_CARGO_BUILD := $(CARGO) build --lib --features testing

# Cargo knows best whether a library is up to date, so it is always asked.
c-library-plain:
	$(C_CARGO_BUILD) --target-dir $(TARGET_DIR)/c

# With --target, build scripts and macros are not instrumented.
c-library-address:
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address $(C_CARGO_BUILD) --target $(C_HOST) \
		--target-dir $(TARGET_DIR)/c-address

# Threads meet in the locks of the standard library, so that has to be instrumented, too, and is built from its source.
c-library-thread: c-rust-source
	RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=thread $(C_CARGO_BUILD) -Zbuild-std --target $(C_HOST) \
		--target-dir $(TARGET_DIR)/c-thread

c-rust-source:
	@test -d "$$($(RUSTC) --print sysroot)/lib/rustlib/src/rust/library" || rustup component add rust-src || \
		{ echo "the source of Rust's standard library is missing (rustup component add rust-src)" >&2; exit 1; }

C_LIBRARY_plain := $(TARGET_DIR)/c/debug/libdriftline.a
C_LIBRARY_address := $(TARGET_DIR)/c-address/$(C_HOST)/debug/libdriftline.a
C_LIBRARY_thread := $(TARGET_DIR)/c-thread/$(C_HOST)/debug/libdriftline.a

C_COMPILE_address := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
C_COMPILE_thread := -fsanitize=thread

C_LINK_address := $(C_COMPILE_address)
# Two runtimes would not see each other's half, and Rust's knows both.
C_LINK_thread = -Wl,--whole-archive $(shell $(RUSTC) --print target-libdir)/librustc-stable_rt.tsan.a \
	-Wl,--no-whole-archive -lrt

# The objects of a build $(1).
define C_OBJECTS_RULE
$(C_BUILD)/$(1)/%.o: tests/c/%.c $$(C_HEADERS)
	@mkdir -p $$(@D)
	$$(CC) $$(C_FLAGS) $$(C_COMPILE_$(1)) -c $$< -o $$@
endef

# The program $(2) of the build $(1), linked to the library of the build $(3).
define C_PROGRAM_RULE
$(C_BUILD)/$(1)/$(2): $$(patsubst tests/c/%.c,$(C_BUILD)/$(1)/%.o,$$(sort $$(wildcard tests/c/$(2)*.c))) c-library-$(3)
	$$(CC) $$(filter %.o,$$^) $$(C_LIBRARY_$(3)) $$(C_LINK_$(1)) $$(C_LIBRARIES) -o $$@
endef

$(foreach build,plain address thread,\
	$(eval $(call C_OBJECTS_RULE,$(build)))\
	$(foreach program,$(C_PROGRAMS) $(C_PLANTED),$(eval $(call C_PROGRAM_RULE,$(build),$(program),$(build)))))

# $(call C_MUST_FAIL,a command,what it must print): a check that cannot fail proves nothing.
C_MUST_FAIL = @mkdir -p $(C_BUILD); echo "planted: $(1)"; \
	if $(1) >$(C_BUILD)/planted.log 2>&1; then echo "nobody noticed" >&2; exit 1; fi; \
	grep -q "$(2)" $(C_BUILD)/planted.log || \
		{ echo "noticed, but not as: $(2)" >&2; cat $(C_BUILD)/planted.log >&2; exit 1; }

# ---- Plain ----

c-test: c-header c-smoke-shared c-scenario-proof c-example $(C_PROGRAMS:%=$(C_BUILD)/plain/%)
	$(C_RUN) $(C_BUILD)/plain/smoke
	$(C_RUN) $(C_BUILD)/plain/misuse
	$(C_RUN) $(C_BUILD)/plain/scenario $(C_SCENARIOS)
	$(C_RUN) $(C_BUILD)/plain/scenario --batch $(C_BATCH_SCENARIOS)

# The header by itself, in each dialect that it promises.
c-header:
	$(CC) -std=c99 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CC) -std=c11 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CXX) -x c++ -std=c++11 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c
	$(CXX) -x c++ -std=c++17 $(C_WARNINGS) -Iinclude -fsyntax-only tests/c/header.c

# The example prints what stands beside it.
$(C_BUILD)/plain/example: examples/inventory/main.c $(C_HEADERS) c-library-plain
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $< $(C_LIBRARY_plain) $(C_LIBRARIES) -o $@

c-example: $(C_BUILD)/plain/example
	$(C_RUN) $< >$(C_BUILD)/example.out
	diff examples/inventory/main.out $(C_BUILD)/example.out

# The shared library exports what a C program needs.
c-smoke-shared: $(C_BUILD)/plain/smoke.o c-library-plain
	$(CC) $< -L$(TARGET_DIR)/c/debug -l:libdriftline.so -o $(C_BUILD)/plain/smoke_shared
	$(C_RUN) LD_LIBRARY_PATH=$(TARGET_DIR)/c/debug $(C_BUILD)/plain/smoke_shared

# A line of the expected output that is not what is printed, and a command that does not exist.
c-scenario-proof: $(C_BUILD)/plain/scenario
	@sed 's/^calls .*/calls none/' $(firstword $(C_SCENARIOS)) >$(C_BUILD)/planted_line.txt
	@printf '# Why.\nnode 1\nfrobnicate\n----\nok\n' >$(C_BUILD)/planted_command.txt
	$(call C_MUST_FAIL,$< $(C_BUILD)/planted_line.txt,planted_line.txt:[0-9]*: the output differs)
	$(call C_MUST_FAIL,$< $(C_BUILD)/planted_command.txt,planted_command.txt:3: refused)

# ---- Valgrind ----

C_VALGRIND := $(C_RUN) valgrind --leak-check=full --show-leak-kinds=all \
	--errors-for-leak-kinds=definite,indirect,possible --error-exitcode=1

c-valgrind-installed:
	@command -v valgrind >/dev/null || \
		{ test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q valgrind; } || \
		{ echo "valgrind is missing, and this user cannot install it" >&2; exit 1; }

c-valgrind: c-valgrind-installed $(C_BUILD)/plain/example $(C_PROGRAMS:%=$(C_BUILD)/plain/%)
	$(C_VALGRIND) $(C_BUILD)/plain/smoke
	$(C_VALGRIND) $(C_BUILD)/plain/example
	$(C_VALGRIND) $(C_BUILD)/plain/misuse
	$(C_VALGRIND) $(C_BUILD)/plain/scenario $(C_SCENARIOS)
	$(C_VALGRIND) $(C_BUILD)/plain/scenario --batch $(C_BATCH_SCENARIOS)

# ---- AddressSanitizer and UndefinedBehaviorSanitizer ----

C_RUN_ADDRESS := $(C_RUN) ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1

# The planted program with an instrumented C side and a Rust side that is not.
$(C_BUILD)/address/planted_rust_c_only: $(C_BUILD)/address/planted_rust.o c-library-plain
	$(CC) $< $(C_LIBRARY_plain) $(C_LINK_address) $(C_LIBRARIES) -o $@

# A run without a finding proves something only if a bug on either side would have been found. The bug on the Rust side
# goes unnoticed when only the C side is instrumented, so it is Rust's instrumentation that notices it.
c-sanitize-proof: $(C_PLANTED:%=$(C_BUILD)/address/%) $(C_BUILD)/address/planted_rust_c_only
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(C_BUILD)/address/planted_c use-after-free,AddressSanitizer: heap-use-after-free)
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(C_BUILD)/address/planted_c leak,LeakSanitizer: detected memory leaks)
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(C_BUILD)/address/planted_c overflow,runtime error: signed integer overflow)
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(C_BUILD)/address/planted_rust,AddressSanitizer: heap-use-after-free)
	$(C_RUN_ADDRESS) $(C_BUILD)/address/planted_rust_c_only

c-sanitize: c-sanitize-proof $(C_PROGRAMS:%=$(C_BUILD)/address/%)
	$(C_RUN_ADDRESS) $(C_BUILD)/address/smoke
	$(C_RUN_ADDRESS) $(C_BUILD)/address/misuse
	$(C_RUN_ADDRESS) $(C_BUILD)/address/scenario $(C_SCENARIOS)
	$(C_RUN_ADDRESS) $(C_BUILD)/address/scenario --batch $(C_BATCH_SCENARIOS)

# ---- ThreadSanitizer ----

C_RUN_THREAD := $(C_RUN) TSAN_OPTIONS=halt_on_error=1

c-thread-proof: $(C_BUILD)/thread/planted_thread
	$(call C_MUST_FAIL,$(C_RUN_THREAD) $<,ThreadSanitizer: data race)

c-thread: c-thread-proof $(C_PROGRAMS:%=$(C_BUILD)/thread/%)
	$(C_RUN_THREAD) $(C_BUILD)/thread/smoke
	$(C_RUN_THREAD) $(C_BUILD)/thread/misuse
	$(C_RUN_THREAD) $(C_BUILD)/thread/scenario $(C_SCENARIOS)
	$(C_RUN_THREAD) $(C_BUILD)/thread/scenario --batch $(C_BATCH_SCENARIOS)
