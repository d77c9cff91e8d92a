# Tests and examples of the C++ binding. The top-level Makefile includes this after examples/replay and tests/c;
# works by itself, too, from the repository's root:
#
#     make -f bindings/cpp/rules.mk cpp-test
#
# cpp-test      everything once: compilers, names, unit tests, scenarios, programs, examples, README, reach
# cpp-sanitize  AddressSanitizer and UndefinedBehaviorSanitizer on both sides of the boundary, proven by planted bugs
# cpp-replay    build/cpp/driftline-replay, which is build/driftline-replay through driftline.hpp

ifndef REPLAY_LIBRARY
include examples/replay/rules.mk
endif
ifndef C_BUILD
include tests/c/rules.mk
endif

CXX ?= c++
PYTHON ?= python3

.PHONY: cpp-test cpp-compile cpp-names cpp-unit cpp-scenario cpp-scenario-proof cpp-programs cpp-examples cpp-readme cpp-reach
.PHONY: cpp-replay cpp-sanitize cpp-tools cpp-build cpp-build-address

CPP := bindings/cpp
CPP_BUILD := build/cpp
CPP_WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
CPP_INCLUDES := -Iinclude -I$(CPP)/include
CPP_FLAGS = -g $(CPP_WARNINGS) $(CPP_INCLUDES) -MMD -MP
CPP_LIBRARIES := $(REPLAY_SYSTEM_LIBRARIES)
CPP_RUN := RUST_BACKTRACE=0
CPP_HEADERS := $(sort $(wildcard $(CPP)/include/driftline/*.hpp))

CPP_SCENARIOS := $(sort $(wildcard tests/scenarios/*.txt))
# A batch cannot fail or say NaN for one of its elements, so these are the stories that can be told in batches.
CPP_BATCH_SCENARIOS = $(shell grep -LE 'fail.-[0-9]|interrupt|=nan' $(CPP_SCENARIOS))

# ---- Objects and programs of a build: `17` and `20` are dialects, `bare` is without exceptions and run-time types,
# `address` has the sanitizers ----

CPP_COMPILE_17 := -std=c++17 -O0
CPP_COMPILE_20 := -std=c++20 -O0
CPP_COMPILE_bare := -std=c++17 -O0 -fno-exceptions -fno-rtti
# Optimizing what is instrumented takes longer than all that runs faster by it.
CPP_COMPILE_address := -std=c++17 -O0 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Counts the calls of each function of the C header, for `cpp-reach`.
CPP_COUNTED := $(CPP_BUILD)/libdriftline_counted.a

CPP_LIBRARY_17 := $(CPP_COUNTED)
CPP_LIBRARY_20 := $(CPP_COUNTED)
CPP_LIBRARY_bare := $(CPP_COUNTED)
CPP_LIBRARY_address := $(C_LIBRARY_address)

$(CPP_COUNTED): $(REPLAY_LIBRARY) include/driftline.h $(CPP)/tests/reach/reach.py
	@mkdir -p $(@D)
	$(PYTHON) $(CPP)/tests/reach/reach.py build include/driftline.h $(REPLAY_LIBRARY) $@

CPP_EXAMPLES := control_loop inventory scorer_with_costs
CPP_PROGRAMS := unit scenario cycles planted without_exceptions $(CPP_EXAMPLES)

define CPP_BUILD_RULES
$(CPP_BUILD)/$(1)/%.o: $(CPP)/%.cpp $(CPP)/rules.mk | cpp-tools
	@mkdir -p $$(@D)
	$$(CXX) $$(CPP_COMPILE_$(1)) $$(CPP_FLAGS) -c $$< -o $$@

$(CPP_BUILD)/$(1)/unit: $(patsubst $(CPP)/%.cpp,$(CPP_BUILD)/$(1)/%.o,$(sort $(wildcard $(CPP)/tests/unit/*.cpp)))
$(CPP_BUILD)/$(1)/scenario: $(patsubst $(CPP)/%.cpp,$(CPP_BUILD)/$(1)/%.o,$(sort $(wildcard $(CPP)/tests/scenario/*.cpp)))
$(CPP_BUILD)/$(1)/cycles: $(CPP_BUILD)/$(1)/tests/programs/cycles.o
$(CPP_BUILD)/$(1)/planted: $(CPP_BUILD)/$(1)/tests/programs/planted.o
$(CPP_BUILD)/$(1)/without_exceptions: $(CPP_BUILD)/$(1)/tests/programs/without_exceptions.o
$(CPP_BUILD)/$(1)/control_loop: $(CPP_BUILD)/$(1)/examples/control_loop.o
$(CPP_BUILD)/$(1)/scorer_with_costs: $(CPP_BUILD)/$(1)/examples/scorer_with_costs.o
$(CPP_BUILD)/$(1)/inventory: $(CPP_BUILD)/$(1)/examples/inventory.o

$(addprefix $(CPP_BUILD)/$(1)/,$(CPP_PROGRAMS)): $$(CPP_LIBRARY_$(1))
	$$(CXX) $$(CPP_COMPILE_$(1)) $$(filter %.o,$$^) $$(CPP_LIBRARY_$(1)) $$(CPP_LIBRARIES) -o $$@
endef

$(foreach build,17 20 bare address,$(eval $(call CPP_BUILD_RULES,$(build))))

# Cargo is always asked whether this one is up to date.
$(C_LIBRARY_address): c-library-address

# Compiling is most of the time, and can be done by all processors. The targets below then find everything there.
CPP_JOBS ?= $(shell nproc 2>/dev/null || echo 1)
CPP_BUILT = $(addprefix $(CPP_BUILD)/,17/unit 20/unit 20/scenario bare/scenario 17/cycles bare/without_exceptions modes) \
	$(addprefix $(CPP_BUILD)/17/,$(CPP_EXAMPLES))
CPP_BUILT_ADDRESS = $(addprefix $(CPP_BUILD)/address/,unit scenario cycles planted $(CPP_EXAMPLES))
CPP_MAKE_PARALLEL = +@$(MAKE) --no-print-directory --jobs=$(CPP_JOBS)

cpp-build: $(CPP_COUNTED)
	$(CPP_MAKE_PARALLEL) $(CPP_BUILT)

cpp-build-address: $(CPP_LIBRARY_address)
	$(CPP_MAKE_PARALLEL) $(CPP_BUILT_ADDRESS)

-include $(wildcard $(CPP_BUILD)/*/*/*.d $(CPP_BUILD)/*/*/*/*.d)

cpp-tools:
	@echo '#include <doctest/doctest.h>' | $(CXX) -x c++ -E - >/dev/null 2>&1 || \
		{ test "$$(id -u)" = 0 && apt-get update -q && apt-get install -y -q doctest-dev; } || \
		{ echo "doctest is missing (apt install doctest-dev), and this user cannot install it" >&2; exit 1; }

# ---- The header in every dialect, with every compiler that is there ----

CPP_COMPILERS := $(CXX) $(foreach compiler,g++ clang++,$(if $(shell command -v $(compiler)),$(compiler)))

CPP_DIALECTS := "-std=c++17" "-std=c++20" "-std=c++17 -fno-exceptions -fno-rtti" "-std=c++20 -fno-exceptions -fno-rtti"
CPP_SOURCES := $(sort $(wildcard $(CPP)/tests/unit/*.cpp $(CPP)/tests/scenario/*.cpp $(CPP)/examples/*.cpp))
CPP_TEST_HEADERS := $(wildcard $(CPP)/tests/*/*.hpp)
CPP_OTHER_COMPILERS := $(sort $(filter-out $(CXX),$(CPP_COMPILERS)))
CPP_CHECKED = $(foreach compiler,$(CPP_OTHER_COMPILERS),$(CPP_SOURCES:$(CPP)/%.cpp=$(CPP_BUILD)/checked/$(compiler)/%))
CPP_SYNTAX := $(CPP_WARNINGS) $(CPP_INCLUDES) -fsyntax-only -x c++ -

# The whole in every dialect, and each part alone, because nobody has to include all of it.
cpp-compile: cpp-tools
	@set -e; for compiler in $(sort $(CPP_COMPILERS)); do for dialect in $(CPP_DIALECTS); do \
		echo "$$compiler $$dialect"; \
		printf '#include <driftline/driftline.hpp>\n' | $$compiler $$dialect $(CPP_SYNTAX); \
	done; done
	@set -e; for header in $(notdir $(CPP_HEADERS)); do \
		printf '#include <driftline/%s>\n#include <driftline/%s>\n' $$header $$header | \
			$(CXX) -std=c++17 $(CPP_SYNTAX); \
	done
	@echo "$(words $(CPP_HEADERS)) headers, each alone and twice"
	$(CPP_MAKE_PARALLEL) --silent $(CPP_CHECKED)
	@$(foreach compiler,$(CPP_OTHER_COMPILERS),echo "$(compiler): $(words $(CPP_SOURCES)) sources";)

# Every source with a compiler that builds none of the programs.
define CPP_CHECKED_RULE
$(CPP_BUILD)/checked/$(1)/%: $(CPP)/%.cpp $(CPP_HEADERS) $(CPP_TEST_HEADERS) include/driftline.h
	@mkdir -p $$(@D)
	@$(1) -std=c++20 $$(CPP_WARNINGS) $$(CPP_INCLUDES) -fsyntax-only $$< && touch $$@
endef

$(foreach compiler,$(CPP_OTHER_COMPILERS),$(eval $(call CPP_CHECKED_RULE,$(compiler))))

# ---- Names: every constant of the C header has one, and a verdict, an event or a flag more would be noticed ----

CPP_NAMES_CHECK = { $(PYTHON) $(CPP)/tests/names.py $(1) $(CPP)/include/driftline >$(CPP_BUILD)/names.cpp \
	&& $(CXX) -std=c++17 $(CPP_WARNINGS) $(CPP_INCLUDES) -fsyntax-only $(CPP_BUILD)/names.cpp; }
CPP_PLANTED_HEADER = sed 's/^.define DRIFTLINE_$(1) .*/&\n\#define DRIFTLINE_$(2) 77/' include/driftline.h \
	>$(CPP_BUILD)/planted.h

cpp-names: private C_BUILD := $(CPP_BUILD)/cpp-names
cpp-names:
	@mkdir -p $(CPP_BUILD)
	$(call CPP_NAMES_CHECK,include/driftline.h)
	@$(call CPP_PLANTED_HEADER,VERDICT_DEFERRED,VERDICT_ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),odd.* is not a member)
	@$(call CPP_PLANTED_HEADER,EVENT_MOVE_FAILED,EVENT_ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),odd.* is not a member)
	@$(call CPP_PLANTED_HEADER,ACTION_FLAG_GAIN,ACTION_FLAG_ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),DRIFTLINE_ACTION_FLAG_ODD is used by no header)
	@$(call CPP_PLANTED_HEADER,NODE_HEALTH_FAILED,NODE_HEALTH_ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),odd.* is not a member)
	@$(call CPP_PLANTED_HEADER,NODE_INVENTORY_HEALTH,NODE_INVENTORY_ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),DRIFTLINE_NODE_INVENTORY_ODD is used by no header)
	@$(call CPP_PLANTED_HEADER,NONE,ODD)
	$(call C_MUST_FAIL,$(call CPP_NAMES_CHECK,$(CPP_BUILD)/planted.h),DRIFTLINE_ODD is of no group that is known here)

# ---- Unit tests ----

cpp-unit: $(CPP_BUILD)/17/unit $(CPP_BUILD)/20/unit
	$(CPP_RUN) $(CPP_BUILD)/17/unit
	$(CPP_RUN) $(CPP_BUILD)/20/unit

# ---- Scenarios ----

cpp-scenario: $(CPP_BUILD)/20/scenario $(CPP_BUILD)/bare/scenario cpp-scenario-proof
	@$(CPP_RUN) $(CPP_BUILD)/20/scenario $(CPP_SCENARIOS)
	@$(CPP_RUN) $(CPP_BUILD)/20/scenario --throw $(CPP_SCENARIOS)
	@$(CPP_RUN) $(CPP_BUILD)/20/scenario --functions $(CPP_SCENARIOS)
	@$(CPP_RUN) $(CPP_BUILD)/20/scenario --functions --throw $(CPP_SCENARIOS)
	@$(CPP_RUN) $(CPP_BUILD)/20/scenario --batch $(CPP_BATCH_SCENARIOS)
	@$(CPP_RUN) $(CPP_BUILD)/bare/scenario $(CPP_SCENARIOS)

# A line that is not what is printed, and a command that does not exist.
cpp-scenario-proof: private C_BUILD := $(CPP_BUILD)/cpp-scenario-proof
cpp-scenario-proof: $(CPP_BUILD)/20/scenario
	@sed 's/^calls .*/calls none/' $(firstword $(CPP_SCENARIOS)) >$(CPP_BUILD)/planted_line.txt
	@printf '# Why.\nnode 1\nfrobnicate\n----\nok\n' >$(CPP_BUILD)/planted_command.txt
	$(call C_MUST_FAIL,$< $(CPP_BUILD)/planted_line.txt,planted_line.txt:[0-9]*: the output differs)
	$(call C_MUST_FAIL,$< $(CPP_BUILD)/planted_command.txt,planted_command.txt:3: refused)

# ---- Programs ----

# Translation units of four modes.
$(CPP_BUILD)/modes: $(CPP_BUILD)/17/tests/programs/modes.o $(CPP_BUILD)/17/tests/programs/mode_with_exceptions_again.o \
		$(CPP_BUILD)/20/tests/programs/mode_with_std_span.o $(CPP_BUILD)/bare/tests/programs/mode_without_exceptions.o \
		$(CPP_COUNTED)
	$(CXX) $(filter %.o,$^) $(CPP_COUNTED) $(CPP_LIBRARIES) -o $@

cpp-programs: private C_BUILD := $(CPP_BUILD)/cpp-programs
cpp-programs: $(CPP_BUILD)/17/cycles $(CPP_BUILD)/bare/without_exceptions $(CPP_BUILD)/modes
	$(CPP_BUILD)/modes
	$(CPP_BUILD)/bare/without_exceptions
	$(call C_MUST_FAIL,$(CPP_BUILD)/bare/without_exceptions value,driftline: .*reserved)
	$(call C_MUST_FAIL,$(CPP_BUILD)/bare/without_exceptions error,driftline: a result without an error)
	$(call C_MUST_FAIL,$(CPP_BUILD)/bare/without_exceptions time,driftline: a time is below zero)
	$(call C_MUST_FAIL,$(CPP_BUILD)/bare/without_exceptions "throwing twin",driftline: .*99)
	$(call C_MUST_FAIL,$(CPP_BUILD)/bare/without_exceptions part,driftline: .*none to compose)
	$(CPP_BUILD)/17/cycles 1000000

# ---- Examples ----

# The replay of examples/replay with our policy in place of its own.
CPP_REPLAY_OBJECTS := $(filter-out build/replay/drift.o build/replay/scorer.o,$(REPLAY_OBJECTS))

$(CPP_BUILD)/17/examples/replay/drift.o: CPP_INCLUDES += -Iexamples/replay

$(CPP_BUILD)/driftline-replay: $(CPP_BUILD)/17/examples/replay/drift.o $(CPP_REPLAY_OBJECTS) $(REPLAY_LIBRARY)
	$(CXX) $(filter %.o,$^) $(REPLAY_LIBRARY) $(CPP_LIBRARIES) -o $@

cpp-replay: $(CPP_BUILD)/driftline-replay

# What the examples print, the same last line as the C program under every policy, then that program's own tests.
cpp-examples: $(addprefix $(CPP_BUILD)/17/,$(CPP_EXAMPLES)) $(CPP_BUILD)/driftline-replay build/driftline-replay
	@set -e; for example in $(CPP_EXAMPLES); do \
		$(CPP_BUILD)/17/$$example >$(CPP_BUILD)/$$example.out; \
		diff $(CPP)/examples/$$example.out $(CPP_BUILD)/$$example.out; \
		echo "$$example prints what is expected"; \
	done
	$(PYTHON) $(CPP)/tests/replay_same.py build/driftline-replay $(CPP_BUILD)/driftline-replay
	DRIFTLINE_REPLAY=$(CPP_BUILD)/driftline-replay $(PYTHON) tests/replay.py

# The blocks of the README are programs, and print what they say.
cpp-readme: $(REPLAY_LIBRARY)
	CXX="$(CXX)" $(PYTHON) $(CPP)/tests/readme.py $(CPP)/README.md $(REPLAY_LIBRARY) $(CPP_BUILD)/readme

# ---- Reach ----

CPP_COUNT := DRIFTLINE_CALLS=$(CPP_BUILD)/calls

# The unit tests alone, because stories reach nearly everything by themselves; and one story alone, which does not.
cpp-reach: private C_BUILD := $(CPP_BUILD)/cpp-reach
cpp-reach: $(CPP_BUILD)/17/unit $(CPP_BUILD)/20/scenario
	@rm -f $(CPP_BUILD)/calls
	@$(CPP_COUNT) $(CPP_BUILD)/17/unit >/dev/null
	$(PYTHON) $(CPP)/tests/reach/reach.py check include/driftline.h $(CPP_BUILD)/calls
	@rm -f $(CPP_BUILD)/calls
	@$(CPP_COUNT) $(CPP_BUILD)/20/scenario $(firstword $(CPP_SCENARIOS)) >/dev/null
	$(call C_MUST_FAIL,$(PYTHON) $(CPP)/tests/reach/reach.py check include/driftline.h $(CPP_BUILD)/calls,no test reaches: .*driftline_abi)

cpp-test: cpp-build cpp-compile cpp-names cpp-unit cpp-scenario cpp-programs cpp-examples cpp-readme cpp-reach
	@echo "all tests of the C++ binding passed"

# ---- AddressSanitizer and UndefinedBehaviorSanitizer ----

cpp-sanitize: private C_BUILD := $(CPP_BUILD)/cpp-sanitize
cpp-sanitize: cpp-build-address
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(CPP_BUILD)/address/planted use-after-free,AddressSanitizer: heap-use-after-free)
	$(call C_MUST_FAIL,$(C_RUN_ADDRESS) $(CPP_BUILD)/address/planted leak,LeakSanitizer: detected memory leaks)
	$(C_RUN_ADDRESS) $(CPP_BUILD)/address/planted
	$(C_RUN_ADDRESS) $(CPP_BUILD)/address/unit
	@$(C_RUN_ADDRESS) $(CPP_BUILD)/address/scenario $(CPP_SCENARIOS)
	@$(C_RUN_ADDRESS) $(CPP_BUILD)/address/scenario --functions --throw $(CPP_SCENARIOS)
	@$(C_RUN_ADDRESS) $(CPP_BUILD)/address/scenario --batch $(CPP_BATCH_SCENARIOS)
	$(C_RUN_ADDRESS) $(CPP_BUILD)/address/cycles 10000
	@set -e; for example in $(CPP_EXAMPLES); do $(C_RUN_ADDRESS) $(CPP_BUILD)/address/$$example; done
