# The benchmarks. The top-level Makefile includes this from the repository's root, after examples/replay/rules.mk and
# tests/c/rules.mk, whose library and valgrind it uses.
#
# bench         measures for some minutes, writes scale.json and scale.png, prints the table; counts instructions
# bench-readme  takes what was measured last into the README's figures
# scale-test    whether the program of the measurements works, in seconds

BENCH_TARGET := $(or $(CARGO_TARGET_DIR),target)
BENCH_OUT := $(BENCH_TARGET)/bench
BENCH_SCALE := $(BENCH_TARGET)/release/examples/scale
# Set it to measure other numbers of chains: make bench BENCH_CHAINS=1000,10000000
BENCH_CHAINS ?= 1000,10000,100000,1000000
BENCH_PYTHON := build/bench/python/bin/python

.PHONY: bench bench-readme bench-scale bench-measure bench-instructions scale-test

bench: bench-measure bench-instructions

# Cargo knows what is out of date, so it is always asked.
bench-scale:
	$(CARGO) build --quiet --release --example scale

# The output has its name only once it is whole.
bench-measure: bench-scale $(BENCH_PYTHON)
	@mkdir -p $(BENCH_OUT)
	$(BENCH_SCALE) --chains $(BENCH_CHAINS) --json >$(BENCH_OUT)/scale.json.part
	@mv $(BENCH_OUT)/scale.json.part $(BENCH_OUT)/scale.json
	@$(PYTHON) benches/report.py $(BENCH_OUT)/scale.json
	$(BENCH_PYTHON) benches/plot.py $(BENCH_OUT)/scale.json $(BENCH_OUT)/scale.png

bench-instructions: bench-scale build/bench/idle c-valgrind-installed
	$(PYTHON) tests/instructions.py $(BENCH_SCALE) build/bench/idle

bench-readme:
	@test -f $(BENCH_OUT)/scale.json || { echo "make bench comes first" >&2; exit 1; }
	@cp $(BENCH_OUT)/scale.png benches/scale.png
	@$(PYTHON) benches/report.py $(BENCH_OUT)/scale.json

build/bench/idle: benches/idle.c include/driftline.h $(REPLAY_LIBRARY)
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude -o $@ $< $(REPLAY_LIBRARY) \
		$(REPLAY_SYSTEM_LIBRARIES)

# Plots need matplotlib, which goes nowhere but here.
$(BENCH_PYTHON): benches/requirements.txt
	$(PYTHON) -m venv build/bench/python
	build/bench/python/bin/pip install --quiet --disable-pip-version-check --requirement benches/requirements.txt
	@touch $@

scale-test:
	$(PYTHON) tests/scale.py
