# driftline-replay and what belongs to it. The top-level Makefile includes this from the repository's root.

CARGO ?= cargo
PYTHON ?= python3

REPLAY_SOURCES := $(sort $(wildcard examples/replay/*.c))
REPLAY_OBJECTS := $(REPLAY_SOURCES:examples/replay/%.c=build/replay/%.o)
REPLAY_WARNINGS ?= -Wall -Wextra -Wpedantic -Werror
# Contracting a multiplication and an addition would round scores differently from machine to machine.
REPLAY_CFLAGS := -std=c11 -O2 -ffp-contract=off $(REPLAY_WARNINGS)
# What the Rust standard library inside the static library needs from the system.
REPLAY_SYSTEM_LIBRARIES ?= -lpthread -ldl -lm

# Set REPLAY_LIBRARY beforehand if another rule makes the static library.
ifndef REPLAY_LIBRARY
REPLAY_LIBRARY := $(or $(CARGO_TARGET_DIR),target)/release/libdriftline.a

# Cargo knows what is out of date, so it is always asked; it leaves the file alone if nothing is.
$(REPLAY_LIBRARY): replay-ask-cargo
	$(CARGO) build --release --lib

.PHONY: replay-ask-cargo
replay-ask-cargo:
endif

build/driftline-replay: $(REPLAY_OBJECTS) $(REPLAY_LIBRARY)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(REPLAY_OBJECTS) $(REPLAY_LIBRARY) $(REPLAY_SYSTEM_LIBRARIES)

build/replay/%.o: examples/replay/%.c examples/replay/rules.mk
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(REPLAY_CFLAGS) $(CPPFLAGS) -Iinclude -MMD -MP -c -o $@ $<

-include $(REPLAY_OBJECTS:.o=.d)

.PHONY: replay-test

replay-test: build/driftline-replay
	$(PYTHON) tests/replay.py
