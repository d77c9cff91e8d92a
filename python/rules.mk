# The Python package: its environment, its tests, its wheels. The top-level Makefile includes this from the repository's
# root.

CARGO ?= cargo
PYTHON ?= python3

PYTHON_ENVIRONMENT := build/python
PYTHON_BIN := $(PYTHON_ENVIRONMENT)/bin
PYTHON_PIP := $(PYTHON_BIN)/pip --quiet --disable-pip-version-check
# What an installed package is made of.
PYTHON_SOURCES := $(shell find src python/src python/driftline -type f -not -name '*.so' -not -path '*/__pycache__/*') \
	Cargo.toml Cargo.lock build.rs python/Cargo.toml python/pyproject.toml python/README.md

$(PYTHON_ENVIRONMENT)/installed: $(PYTHON_SOURCES)
	$(PYTHON) -m venv $(PYTHON_ENVIRONMENT)
	$(PYTHON_PIP) install './python[test]'
	@touch $@

# Measured round-trip times, where they lie beside the repository.
DEMO_ROWS := $(wildcard $(addprefix ../shared/data/seattle_rows_,ti_u16.npy cs_u16.npy))

.PHONY: demo python-environment python-lint python-types python-test python-wheels

demo: python-environment
	@$(PYTHON_BIN)/driftline replay --generate 1 99 688 --policy all
ifeq ($(words $(DEMO_ROWS)),2)
	@echo
	@$(PYTHON_BIN)/driftline replay --rows $(DEMO_ROWS) --policy all
endif

# An environment with the package and all that its tests need.
python-environment: $(PYTHON_ENVIRONMENT)/installed

python-lint: python-environment rust-tools
	$(PYTHON_BIN)/ruff format --quiet --check python
	$(PYTHON_BIN)/ruff check --quiet python
	$(CARGO) clippy --quiet --package driftline-python --target-dir python/target -- -D warnings

# Of the installed package: the stubs are compared with what is there when it runs.
python-types: python-environment
	$(PYTHON_BIN)/mypy --config-file python/pyproject.toml python/driftline python/examples
	cd build && python/bin/python -m mypy.stubtest driftline._driftline

python-test: python-lint python-types build/driftline-replay
	DRIFTLINE_REPLAY=$(CURDIR)/build/driftline-replay $(PYTHON_BIN)/python -m pytest --quiet --numprocesses=auto python

# For a release: the sources, a wheel of this interpreter, and, built from those sources, one for CPython 3.11 and later.
python-wheels: python-environment
	rm -rf build/wheels
	$(PYTHON_PIP) install 'maturin>=1.9.4,<2'
	cd python && ../$(PYTHON_BIN)/maturin build --quiet --release --sdist --out ../build/wheels
	$(PYTHON_PIP) wheel --no-deps --config-settings=build-args='--features abi3' --wheel-dir build/wheels build/wheels/*.tar.gz
	$(PYTHON) -m venv --clear build/python-abi3
	build/python-abi3/bin/pip --quiet --disable-pip-version-check install build/wheels/*-abi3-*.whl pytest hypothesis
	build/python-abi3/bin/python -m pytest --quiet python/tests/test_scenarios.py python/tests/test_import.py
