# make test   everything there is; make demo   what it does; make help   the rest
CARGO ?= cargo
CC ?= cc
CXX ?= c++
PYTHON ?= python3

.PHONY: help demo test rust-tools format lint docs rust-test property property-testing experiment experiment-test readme-test header scenarios soak clean
.DEFAULT_GOAL := help

help:
	@echo "make demo       replay round-trip times under four policies and print the comparison (in Python)"
	@echo "make test       everything there is"
	@echo "make experiment what each value of the production config buys, and the cases that it is for"
	@echo "make bench      how it scales, beside the naive oracle: some minutes; then a table and a plot"
	@echo "make go-bench   what a call from Go costs, beside C and Rust"
	@echo "make soak       longer campaigns: a million random histories, 40 million steps of the model, ThreadSanitizer"
	@echo "make header     rewrite include/driftline.h from src/ffi"
	@echo "make scenarios  rewrite the expected output of tests/scenarios (then read the diff)"
	@echo "make install    headers, libraries, pkg-config, CMake, manual pages: PREFIX=/usr/local, DESTDIR="
	@echo "make uninstall  takes all of it away"
	@echo "make clean      remove build and target"

include examples/replay/rules.mk
include tests/c/rules.mk
include benches/rules.mk
include python/rules.mk
include packaging/rules.mk
include bindings/cpp/rules.mk
include bindings/go/rules.mk

# Builds of the same features come one after the other: Cargo keeps one library of each profile.
test: format lint docs rust-test property experiment-test scale-test property-testing c-test c-valgrind c-sanitize replay-test python-test python-wheels packaging-test abi-test cpp-test cpp-sanitize go-test readme-test
	@echo "all tests passed"

rust-tools:
	@$(CARGO) fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@$(CARGO) clippy --version >/dev/null 2>&1 || rustup component add clippy

format: rust-tools
	$(CARGO) fmt --all --check

lint: rust-tools
	$(CARGO) clippy --quiet --all-targets -- -D warnings
	$(CARGO) clippy --quiet --all-targets --features testing -- -D warnings

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --no-deps

rust-test:
	$(CARGO) test

# The random histories want speed, and so do ten million chains.
property:
	$(CARGO) test --profile property --test property --test memory --test model --test storm

# With `testing` tables close their gaps all the time.
property-testing:
	DRIFTLINE_HISTORIES=20000 $(CARGO) test --profile property --features testing --test property --test out_of_memory

experiment:
	$(CARGO) run --quiet --profile property --example production

# What production is for must be so: it beats the best cooldown by hand, and no case goes on for ever.
experiment-test:
	mkdir -p build
	$(CARGO) run --quiet --profile property --example production -- --seeds 1 --markdown > build/production.md
	grep -q '^production, smoothed, beats the best cooldown' build/production.md
	! grep -q 'does not beat' build/production.md
	! grep -q 'never quiet |$$\|through never\|not in time' build/production.md

soak: c-thread
	DRIFTLINE_HISTORIES=1000000 $(CARGO) test --profile property --test property
	DRIFTLINE_STEPS=40000000 $(CARGO) test --profile property --test model

readme-test: python-environment
	$(PYTHON) tests/readme.py

header:
	DRIFTLINE_REWRITE=1 $(CARGO) test --quiet --test header
	cp include/driftline.h bindings/go/driftline.h

scenarios:
	DRIFTLINE_REWRITE=1 $(CARGO) test --quiet --test scenarios

clean:
	rm -rf build
	$(CARGO) clean
