# Installs driftline for C and C++, and tests what is installed. The top-level Makefile includes this from the
# repository's root, after examples/replay/rules.mk; it works by itself, too:
#
#     make -f packaging/rules.mk install PREFIX=/usr/local
#
# packaging-build  makes what is installed, so that a privileged `make install` has nothing to compile
# install          headers, libraries, pkg-config, CMake, manual pages, driftline-replay
# uninstall        takes all of it away; give it the same variables
# packaging-test   installs into fresh folders, and builds programs against what lies there
# abi-test         nothing that is compiled against the described ABI breaks
# abi-describe     writes down today's ABI, for a release (then read the diff)

CARGO ?= cargo
CC ?= cc
INSTALL ?= install
OBJCOPY ?= objcopy
PYTHON ?= python3
TARGET_DIR ?= build/target

# Where things go. DESTDIR, if given, comes before all of them and leaves no trace in what is installed.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
INCLUDEDIR ?= $(PREFIX)/include
LIBDIR ?= $(PREFIX)/lib
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/driftline

ifndef REPLAY_OBJECTS
include examples/replay/rules.mk
endif

.PHONY: packaging-build install uninstall packaging-paths packaging-test packaging-tools abi-test abi-tools abi-describe

PACKAGING_BUILD := build/packaging
PACKAGING_VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
# The file is named by the version, the name that programs ask for by its first number alone.
PACKAGING_SHARED := libdriftline.so.$(PACKAGING_VERSION)
PACKAGING_SONAME := libdriftline.so.$(firstword $(subst ., ,$(PACKAGING_VERSION)))
PACKAGING_SYSTEM_LIBRARIES := $(REPLAY_SYSTEM_LIBRARIES)

# ---- What is installed ----

PACKAGING_RUST_SOURCES := Cargo.toml Cargo.lock build.rs $(shell find src -name '*.rs')
# Messages of a panic name source files; those names should not tell where this was built.
PACKAGING_RUSTFLAGS := $(RUSTFLAGS) --remap-path-prefix=$(CURDIR)=driftline \
	--remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src=crates
PACKAGING_CARGO := RUSTFLAGS="$(PACKAGING_RUSTFLAGS)" $(CARGO) rustc --quiet --release --lib
PACKAGING_BUILT := $(addprefix $(PACKAGING_BUILD)/,libdriftline.so libdriftline.a driftline-replay)

# Link-time optimisation is done by one processor, so that two can make both libraries at once.
packaging-build:
	+@$(MAKE) --no-print-directory --jobs=2 --file=packaging/rules.mk $(PACKAGING_BUILT)

# One crate type at a time, or the link-time optimisation is silently dropped; each has a place of its own, where Cargo lets
# nobody else in. The name is given here and not in build.rs, where it would leak into other libraries, such as the Python
# extension.
$(PACKAGING_BUILD)/libdriftline.so: $(PACKAGING_RUST_SOURCES) packaging/rules.mk
	@mkdir -p $(@D)
	$(PACKAGING_CARGO) --target-dir $(TARGET_DIR)/packaging-shared --crate-type cdylib -- -C strip=symbols -C link-arg=-Wl,-soname,$(PACKAGING_SONAME)
	cp $(TARGET_DIR)/packaging-shared/release/libdriftline.so $@

# More than half of it are line numbers of Rust's standard library. What that offers to others would collide in a program
# that links another Rust library, too.
$(PACKAGING_BUILD)/libdriftline.a: $(PACKAGING_RUST_SOURCES) packaging/rules.mk
	@mkdir -p $(@D)
	$(PACKAGING_CARGO) --target-dir $(TARGET_DIR)/packaging-static --crate-type staticlib
	$(OBJCOPY) --strip-debug --enable-deterministic-archives --wildcard --localize-symbol='rust_eh_personality' \
		--localize-symbol='_R*std*' --localize-symbol='_ZN3std*' \
		$(TARGET_DIR)/packaging-static/release/libdriftline.a $@

$(PACKAGING_BUILD)/driftline-replay: $(REPLAY_OBJECTS) $(PACKAGING_BUILD)/libdriftline.a
	$(CC) $(CFLAGS) $(LDFLAGS) -s -o $@ $^ $(PACKAGING_SYSTEM_LIBRARIES)

# ---- Install ----

PACKAGING_CPP := bindings/cpp/include
PACKAGING_CPP_HEADERS := $(patsubst $(PACKAGING_CPP)/%,%,$(sort $(wildcard $(PACKAGING_CPP)/driftline/*.hpp)))
PACKAGING_LIBRARIES := libdriftline.a $(PACKAGING_SHARED) $(PACKAGING_SONAME) libdriftline.so
PACKAGING_PKGCONFIG := driftline.pc driftline-static.pc
PACKAGING_CMAKE := driftline-config.cmake driftline-config-version.cmake
PACKAGING_LICENSES := LICENSE-APACHE LICENSE-MIT

# $(call PACKAGING_AT,folder,names): each of them there, quoted.
PACKAGING_AT = $(foreach name,$(2),"$(DESTDIR)$(1)/$(name)")
# $(call PACKAGING_RELATIVE,from,to): the way from one folder to another.
PACKAGING_RELATIVE = $(shell realpath -ms --relative-to="$(1)" "$(2)")
PACKAGING_SPACE := $(subst ,, )
# $(call PACKAGING_FILL,template,file): with what only this installation knows. Paths are relative, so that a prefix can
# be moved.
define PACKAGING_FILL
	@sed -e 's|@VERSION@|$(PACKAGING_VERSION)|g' -e 's|@SHARED@|$(PACKAGING_SHARED)|g' -e 's|@SONAME@|$(PACKAGING_SONAME)|g' \
		-e 's|@SYSTEM_LIBRARIES@|$(PACKAGING_SYSTEM_LIBRARIES)|g' \
		-e 's|@SYSTEM_LIBRARIES_CMAKE@|$(subst $(PACKAGING_SPACE),;,$(patsubst -l%,%,$(PACKAGING_SYSTEM_LIBRARIES)))|g' \
		-e "s|@POINTER_BYTES@|$$(( $$(getconf LONG_BIT) / 8 ))|g" \
		-e 's|@PKGCONFIG_TO_PREFIX@|$(call PACKAGING_RELATIVE,$(LIBDIR)/pkgconfig,$(PREFIX))|g' \
		-e 's|@PREFIX_TO_INCLUDE@|$(call PACKAGING_RELATIVE,$(PREFIX),$(INCLUDEDIR))|g' \
		-e 's|@PREFIX_TO_LIBRARIES@|$(call PACKAGING_RELATIVE,$(PREFIX),$(LIBDIR))|g' \
		-e 's|@CMAKE_TO_INCLUDE@|$(call PACKAGING_RELATIVE,$(LIBDIR)/cmake/driftline,$(INCLUDEDIR))|g' \
		packaging/$(1) >"$(DESTDIR)$(2)"
	@chmod 644 "$(DESTDIR)$(2)"

endef

packaging-paths:
	@for path in "$(PREFIX)" "$(BINDIR)" "$(INCLUDEDIR)" "$(LIBDIR)" "$(MANDIR)" "$(DOCDIR)"; do case "$$path" in \
		/*) ;; *) echo "not an absolute path: $$path (see PREFIX, BINDIR, INCLUDEDIR, LIBDIR, MANDIR, DOCDIR)" >&2; exit 1;; \
	esac; done

install: packaging-paths packaging-build
	$(INSTALL) -d -m 755 $(call PACKAGING_AT,$(BINDIR),.) $(call PACKAGING_AT,$(INCLUDEDIR),driftline) \
		$(call PACKAGING_AT,$(LIBDIR),pkgconfig cmake/driftline) $(call PACKAGING_AT,$(MANDIR),man1 man3) \
		$(call PACKAGING_AT,$(DOCDIR),.)
	$(INSTALL) -m 755 $(PACKAGING_BUILD)/driftline-replay "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 644 include/driftline.h "$(DESTDIR)$(INCLUDEDIR)"
ifneq ($(PACKAGING_CPP_HEADERS),)
	$(INSTALL) -m 644 $(addprefix $(PACKAGING_CPP)/,$(PACKAGING_CPP_HEADERS)) "$(DESTDIR)$(INCLUDEDIR)/driftline"
endif
	$(INSTALL) -m 644 $(PACKAGING_BUILD)/libdriftline.a "$(DESTDIR)$(LIBDIR)"
	$(INSTALL) -m 644 $(PACKAGING_BUILD)/libdriftline.so "$(DESTDIR)$(LIBDIR)/$(PACKAGING_SHARED)"
	ln -sf $(PACKAGING_SHARED) "$(DESTDIR)$(LIBDIR)/$(PACKAGING_SONAME)"
	ln -sf $(PACKAGING_SONAME) "$(DESTDIR)$(LIBDIR)/libdriftline.so"
	$(INSTALL) -m 644 $(PACKAGING_LICENSES) "$(DESTDIR)$(DOCDIR)"
	$(foreach name,$(PACKAGING_PKGCONFIG),$(call PACKAGING_FILL,$(name).in,$(LIBDIR)/pkgconfig/$(name)))
	$(foreach name,$(PACKAGING_CMAKE),$(call PACKAGING_FILL,$(name).in,$(LIBDIR)/cmake/driftline/$(name)))
	$(call PACKAGING_FILL,man/driftline.3.in,$(MANDIR)/man3/driftline.3)
	$(call PACKAGING_FILL,man/driftline-replay.1.in,$(MANDIR)/man1/driftline-replay.1)
	@echo "driftline $(PACKAGING_VERSION) is installed in $(DESTDIR)$(PREFIX)"

# Those of our own, and, where the prefix does not belong to the system, those that others use, too; each after what is in
# it. Only empty ones go, and none above the prefix.
PACKAGING_IS_SYSTEM := $(if $(DESTDIR),,$(filter / /usr /usr/local,$(PREFIX)))
PACKAGING_FOLDERS = "$(INCLUDEDIR)/driftline" "$(LIBDIR)/cmake/driftline" "$(DOCDIR)" $(if $(PACKAGING_IS_SYSTEM),, \
	"$(LIBDIR)/cmake" "$(LIBDIR)/pkgconfig" "$(MANDIR)/man1" "$(MANDIR)/man3" "$(MANDIR)" "$$(dirname "$(DOCDIR)")" \
	"$(PREFIX)/share" "$(BINDIR)" "$(INCLUDEDIR)" "$(LIBDIR)" "$(PREFIX)")

uninstall: packaging-paths
	rm -f $(call PACKAGING_AT,$(BINDIR),driftline-replay) $(call PACKAGING_AT,$(INCLUDEDIR),driftline.h) \
		$(call PACKAGING_AT,$(INCLUDEDIR),$(PACKAGING_CPP_HEADERS)) $(call PACKAGING_AT,$(LIBDIR),$(PACKAGING_LIBRARIES)) \
		$(call PACKAGING_AT,$(LIBDIR)/pkgconfig,$(PACKAGING_PKGCONFIG)) \
		$(call PACKAGING_AT,$(LIBDIR)/cmake/driftline,$(PACKAGING_CMAKE)) \
		$(call PACKAGING_AT,$(MANDIR),man1/driftline-replay.1 man3/driftline.3) \
		$(call PACKAGING_AT,$(DOCDIR),$(PACKAGING_LICENSES))
	@for folder in $(PACKAGING_FOLDERS); do rmdir "$(DESTDIR)$$folder" 2>/dev/null || true; done

# ---- Tests ----

# $(call PACKAGING_NEEDS,command,package of apt)
define PACKAGING_NEEDS
	@command -v $(1) >/dev/null || \
		{ test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q $(2); } || \
		{ echo "$(1) is missing, and this user cannot install it (apt-get install $(2))" >&2; exit 1; }

endef

PACKAGING_PYTHON := PYTHONPATH=packaging $(PYTHON) -B -m unittest
PACKAGING_TESTS := $(filter-out test_abi,$(patsubst packaging/%.py,%,$(sort $(wildcard packaging/test_*.py))))

packaging-tools:
	$(call PACKAGING_NEEDS,pkg-config,pkg-config)
	$(call PACKAGING_NEEDS,cmake,cmake)
	$(call PACKAGING_NEEDS,man,man-db)
	$(call PACKAGING_NEEDS,mandoc,mandoc)
	@command -v go >/dev/null || { echo "go is missing (https://go.dev/doc/install)" >&2; exit 1; }

abi-tools:
	$(call PACKAGING_NEEDS,abidiff,abigail-tools)

packaging-test: packaging-tools packaging-build
	$(PACKAGING_PYTHON) $(PACKAGING_TESTS)

abi-test: abi-tools packaging-build
	$(PACKAGING_PYTHON) test_abi

abi-describe:
	$(PYTHON) -B packaging/abi.py
