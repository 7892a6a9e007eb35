# volley: build, test, bench, plot. `make help` is the table of contents; V=1 shows the commands.
#
# Everything built is under target/ or in a server's own directory. The three variants (release, asan, tsan) share their rules, so
# `make -j all asan` is safe. Sources are found by name: a new file in client/ needs no line here.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/bash
Q := $(if $(V),,@)
comma := ,

CXX ?= g++
ifeq ($(origin CXX),default)
CXX := g++
endif
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
# The address sanitizer's variant is built by clang if installed: a second compiler then sees all of the source, and the fuzzers link with this
# variant.
CLANG := $(shell command -v clang++ 2>/dev/null)
CXX_release := $(CXX)
CXX_asan := $(if $(CLANG),clang++,$(CXX))
CXX_tsan := $(CXX)
CC_FLAGS := -std=c++20 -Iclient -pthread -MMD -MP -Wall -Wextra -Wconversion -Wshadow -Wno-missing-field-initializers \
	-DBOOST_ASIO_NO_DEPRECATED
FLAGS_release := -O2 -g
# Reports need only line numbers; full -g costs a fifth of the build time.
FLAGS_asan := -O1 -g1 -fsanitize=address,undefined$(if $(CLANG),$(comma)fuzzer-no-link) -fno-sanitize-recover=all -fno-omit-frame-pointer
# The thread sanitizer does not support Boost.Asio's fences. With one thread per io_context, as here, nothing depends on them.
FLAGS_tsan := -O1 -g1 -fsanitize=thread -Wno-tsan
# Extra flags for unit tests: the library under test is built as it is used. Not for the tests of stats/, which compute for long.
TEST_FLAGS_release := -O1 -g1
TEST_FLAGS_asan := -O0
TEST_FLAGS_tsan := -O0
# With a sanitizer only the directories of the library that run in the measured loop or compute for long are optimized.
OPTIMIZED := base clock host load run stats transport
LIBRARY_FLAGS_asan := -O0
LIBRARY_FLAGS_tsan := -O0
# mold links in a tenth of the time; without it the compiler's own linker is used.
LINKER := $(if $(shell command -v mold 2>/dev/null),-fuse-ld=mold)
LIBS := -lboost_program_options -lnuma
DIR_release := target
DIR_asan := target/asan
DIR_tsan := target/tsan

# Sources: a *_test.cc is a unit test; a main.cc is a program; client/test and client/bench hold programs of their own.
SOURCES := $(sort $(wildcard client/*/*.cc) client/main.cc)
UNIT_TESTS := $(filter %_test.cc,$(SOURCES))
# The thread sanitizer gets only the tests that start threads. client/test/threads_test.cc checks which do. It intercepts thread creation
# itself, as a sanitizer would, so no sanitizer gets that file.
UNIT_TESTS_release := $(UNIT_TESTS)
UNIT_TESTS_asan := $(filter-out client/test/threads_test.cc,$(UNIT_TESTS))
UNIT_TESTS_tsan := $(filter $(shell grep --files-with-matches -x '// Starts threads.' $(UNIT_TESTS_asan)),$(UNIT_TESTS_asan))
SUPPORT := $(filter client/test/%.cc client/bench/%.cc,$(filter-out %_test.cc,$(SOURCES)))
TEST_PROGRAMS := $(patsubst client/test/%.cc,test/%,$(filter client/test/%.cc,$(SUPPORT)))
BENCH_PROGRAMS := $(patsubst client/bench/%.cc,bench/%,$(filter client/bench/%.cc,$(SUPPORT)))
THIN_CLIENTS := $(patsubst client/bench/%.c,target/bench/%,$(wildcard client/bench/*.c))
FUZZERS := $(sort $(wildcard client/test/fuzz/*.cc))
MAINS := $(filter %/main.cc,$(SOURCES))
PROGRAMS := $(patsubst client/%/main.cc,%,$(wildcard client/*/main.cc))
LIBRARY_release := $(filter-out $(UNIT_TESTS) $(SUPPORT) $(MAINS),$(SOURCES))
# Unit tests, and the library with a sanitizer, are compiled a directory at a time: most of the time goes into headers, which are then read once.
# The files of a directory share one anonymous namespace there. The library's release build compiles each file by itself, and so proves that each
# includes what it needs.
UNITY_LIBRARY := asan tsan
directories = $(sort $(patsubst client/%/,%,$(dir $(1))))
# Names of one file that shadow those of another are no fault.
UNITY_FLAGS_gcc := -Wno-shadow -Wshadow=local -Wno-subobject-linkage
UNITY_FLAGS_clang := -Wno-shadow
UNITY_FLAGS_release := $(UNITY_FLAGS_gcc)
UNITY_FLAGS_asan := $(if $(CLANG),$(UNITY_FLAGS_clang),$(UNITY_FLAGS_gcc))
UNITY_FLAGS_tsan := $(UNITY_FLAGS_gcc)
LIBRARY_asan := $(LIBRARY_release)
# compare has one thread and never blocks.
LIBRARY_tsan := $(filter-out client/compare/%,$(LIBRARY_release))
PROGRAMS_release := $(PROGRAMS)
PROGRAMS_asan := $(PROGRAMS)
PROGRAMS_tsan := $(filter-out compare,$(PROGRAMS))

.PHONY: all help client servers servers-for-tests servers-asan servers-tsan check-servers \
	new-server servers-table test unit behaviour bats asan tsan fuzz format lint floors plot report experiment bench bench-client coverage \
	coverage-real install uninstall clean
all: client servers
client: target/volley $(PROGRAMS:%=target/%)

help:
	@printf '%s\n' \
	  'all            client and servers (the default)' \
	  'client         target/volley and the other programs: conform, compare, sweep' \
	  'servers        builds every server that this machine can; ends with a table: built, skipped (why), failed' \
	  'server-NAME    builds one server: servers/NAME, linked from target/servers/NAME' \
	  'check-NAME     checks whether the server NAME keeps the contract' \
	  'check-servers  checks all servers and prints a table; SERVERS="a b" only these, TIMES=3 each three times' \
	  'setup-LANGUAGE installs with apt what the servers in one language need (setup-rust, setup-go …); setup-all: everything' \
	  'new-server     NAME=x LANG=c: makes servers/x from the reference server of its language, ready to be changed' \
	  'servers-table  rewrites the table in servers/README.md from each server.toml' \
	  'test           installs what is missing, builds, runs all tests; ends with N passed, N failed, N skipped' \
	  'check          after a change, in less than two minutes: build, unit tests, most behaviour scripts, lint of changed files' \
	  'unit           runs the unit tests only' \
	  'behaviour      runs the behaviour scripts only' \
	  'asan           runs all tests under AddressSanitizer and UndefinedBehaviorSanitizer, including the C and C++ servers' \
	  'tsan           runs the tests that start threads under ThreadSanitizer, including the C and C++ servers' \
	  'fuzz           fuzzes options, result reading and reply decoding with libFuzzer, FUZZ_SECONDS=60 in total' \
	  'format         formats all C++ with clang-format' \
	  'lint           checks format, shell scripts, floors, that headers compile alone, compiler warnings (from the builds), and what setup installs' \
	  'experiment     measures a grid, compares, plots and reports: PLAN=benchmark/plans/quick.ini OUT=directory; repeat it to resume' \
	  'plot           draws every plot that RESULTS=path has data for, as PNG and SVG, into OUT=directory (plots/ beside the results)' \
	  'report         writes one HTML file from RESULTS=path: ranking, plots, environment; OUT=file (report.html beside the results)' \
	  'bench          runs all benchmarks of the client' \
	  'bench-client   measures the cost of the client: recording, scale, and ratios to minimal loops in C' \
	  'coverage       tests how often the intervals contain the true value (long form)' \
	  'coverage-real  does the same with runs of real servers, recorded now (about 10 minutes)' \
	  'install        installs programs, man pages and bash completion into PREFIX=/usr/local, below DESTDIR if given; uninstall removes them' \
	  'clean          removes everything that was built; keeps results (target/sweep-results)' \
	  'V=1 shows the commands.'

# $(1): variant, $(2): flags. The compiler's messages are kept beside the object, for the lint checks gcc-warnings and clang-warnings.
define COMPILE
	@mkdir -p $(@D)
	@echo "  CXX $(1) $(<:$(OBJ_$(1))/%=%)"
	$(Q)$(CXX_$(1)) $(CC_FLAGS) $(2) -c -o $@ $< 2>$@.warnings; status=$$?; \
	  cat $@.warnings >&2; [ -s $@.warnings ] || rm $@.warnings; exit $$status
endef

# $(1): sources. Rewritten only if the list changes.
define INCLUDE_ALL
	@mkdir -p $(@D)
	@new=$@.$$$$; printf '#include "%s"\n' $(1) > $$new; cmp -s $$new $@ && rm $$new || mv $$new $@
endef

# The flags and the compiler, as text for --version; rewritten only if they change, so that nothing is rebuilt needlessly.
# $(1): variant
define VARIANT_RULES
OBJ_$(1) := $(DIR_$(1))/obj
LIBRARY_OBJECTS_$(1) := $$(OBJ_$(1))/build_info.o $$(if $$(filter $(1),$(UNITY_LIBRARY)), \
	$$(patsubst %,$$(OBJ_$(1))/unity/%.o,$$(call directories,$$(LIBRARY_$(1)))),$$(LIBRARY_$(1):%.cc=$$(OBJ_$(1))/%.o))
UNIT_OBJECTS_$(1) := $$(patsubst %,$$(OBJ_$(1))/unity/%_test.o,$$(call directories,$$(UNIT_TESTS_$(1))))
OBJECTS_$(1) := $$(LIBRARY_OBJECTS_$(1)) $$(UNIT_OBJECTS_$(1)) $$(patsubst %.cc,$$(OBJ_$(1))/%.o,$$(MAINS) $$(SUPPORT) $$(FUZZERS))

$$(OBJ_$(1))/build_info.cc: FORCE
	@mkdir -p $$(@D)
	@new=$$@.$$$$$$$$; printf '%s\n' '#include "base/build_info.hh"' 'namespace volley {' \
	  'const char* const build_compiler = "$$(CXX_VERSION_$(1))";' \
	  'const char* const build_flags = "$$(strip $$(FLAGS_$(1)) $$(CC_FLAGS))";' \
	  'const char* const build_revision = "$$(REVISION)";' \
	  '}  // namespace volley' > $$$$new; cmp -s $$$$new $$@ && rm $$$$new || mv $$$$new $$@

$$(OBJ_$(1))/build_info.o: $$(OBJ_$(1))/build_info.cc
	$$(Q)$$(CXX_$(1)) $$(CC_FLAGS) $$(FLAGS_$(1)) -c -o $$@ $$<

# Changes if compiler or flags do. Then every object is stale, so that the flags recorded in the binary apply to all of it.
$$(OBJ_$(1))/flags: FORCE
	@mkdir -p $$(@D)
	@new=$$@.$$$$$$$$; printf '%s\n' "$$(CXX_$(1)) $$(CXX_VERSION_$(1)) $$(strip $$(FLAGS_$(1)) $$(CC_FLAGS) tests: $$(TEST_FLAGS_$(1)) library: $$(LIBRARY_FLAGS_$(1)))" > $$$$new; \
	  cmp -s $$$$new $$@ && rm $$$$new || mv $$$$new $$@

$$(OBJ_$(1))/%.o: %.cc $$(OBJ_$(1))/flags
	$$(call COMPILE,$(1),$$(FLAGS_$(1)))

# All sources of one directory, or all its unit tests.
$$(OBJ_$(1))/unity/%.cc: FORCE
	$$(call INCLUDE_ALL,$$(filter client/$$*/%,$$(LIBRARY_$(1))))
$$(OBJ_$(1))/unity/%_test.cc: FORCE
	$$(call INCLUDE_ALL,$$(filter client/$$*/%,$$(UNIT_TESTS_$(1))))
$$(OBJ_$(1))/unity/%.o: $$(OBJ_$(1))/unity/%.cc $$(OBJ_$(1))/flags
	$$(call COMPILE,$(1),$$(FLAGS_$(1)) $$(if $$(filter $$*,$(OPTIMIZED)),,$$(LIBRARY_FLAGS_$(1))) -iquote . $$(UNITY_FLAGS_$(1)))
$$(OBJ_$(1))/unity/%_test.o: $$(OBJ_$(1))/unity/%_test.cc $$(OBJ_$(1))/flags
	$$(call COMPILE,$(1),$$(FLAGS_$(1)) $$(if $$(filter stats,$$*),,$$(TEST_FLAGS_$(1))) -iquote . $$(UNITY_FLAGS_$(1)))
.PRECIOUS: $$(OBJ_$(1))/unity/%.cc $$(OBJ_$(1))/unity/%_test.cc

$$(OBJ_$(1))/libvolley.a: $$(LIBRARY_OBJECTS_$(1))
	$$(Q)rm -f $$@ && ar rcsT $$@ $$^

$(DIR_$(1))/volley: $$(OBJ_$(1))/client/main.o $$(OBJ_$(1))/libvolley.a
	@echo "  LINK $$@"
	$$(Q)$$(CXX_$(1)) $$(FLAGS_$(1)) $$(LINKER) -pthread -o $$@ $$^ $$(LIBS)

# client/conform/main.cc -> target/conform, and so on
$(PROGRAMS:%=$(DIR_$(1))/%): $(DIR_$(1))/%: $$(OBJ_$(1))/client/%/main.o $$(OBJ_$(1))/libvolley.a
	@echo "  LINK $$@"
	$$(Q)$$(CXX_$(1)) $$(FLAGS_$(1)) $$(LINKER) -pthread -o $$@ $$^ $$(LIBS)

$(DIR_$(1))/unit_tests: $$(UNIT_OBJECTS_$(1)) $$(OBJ_$(1))/libvolley.a
	@echo "  LINK $$@"
	$$(Q)$$(CXX_$(1)) $$(FLAGS_$(1)) $$(LINKER) -pthread -o $$@ $$^ $$(LIBS) -lgtest -lgtest_main

# Programs that tests and benchmarks start: client/test/fake_server.cc -> target/test/fake_server
$(TEST_PROGRAMS:%=$(DIR_$(1))/%) $(BENCH_PROGRAMS:%=$(DIR_$(1))/%): $(DIR_$(1))/%: $$(OBJ_$(1))/client/%.o $$(OBJ_$(1))/libvolley.a
	@mkdir -p $$(@D)
	@echo "  LINK $$@"
	$$(Q)$$(CXX_$(1)) $$(FLAGS_$(1)) $$(LINKER) -pthread -o $$@ $$^ $$(LIBS) $$(if $$(findstring google,$$@),-lbenchmark)

# Everything that is compiled, for the warnings of its compiler.
.PHONY: objects-$(1)
objects-$(1): $$(OBJECTS_$(1))

# Everything that the tests of a variant start.
TESTED_$(1) := $(addprefix $(DIR_$(1))/,volley $(PROGRAMS_$(1)) unit_tests $(TEST_PROGRAMS))

-include $$(OBJECTS_$(1):.o=.d)
endef

.PHONY: FORCE
FORCE:
$(foreach variant,release asan tsan,$(eval CXX_VERSION_$(variant) := $$(shell $$(CXX_$(variant)) --version 2>/dev/null | head -n 1)))
REVISION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
$(foreach variant,release asan tsan,$(eval $(call VARIANT_RULES,$(variant))))

# client/test/fuzz/fuzz_NAME.cc -> target/fuzz/NAME
$(FUZZERS:client/test/fuzz/fuzz_%.cc=target/fuzz/%): target/fuzz/%: $(OBJ_asan)/client/test/fuzz/fuzz_%.o $(OBJ_asan)/libvolley.a
	@mkdir -p $(@D)
	@echo "  LINK $@"
	$(Q)$(CXX_asan) $(FLAGS_asan) $(LINKER) -fsanitize=fuzzer -pthread -o $@ $^ $(LIBS)

$(THIN_CLIENTS): target/bench/%: client/bench/%.c client/bench/thin.h
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -Wall -Wextra -o $@ $<

# Libraries to preload, for the tests: system calls that fail with EINTR, and more work for each request.
PRELOADS := $(patsubst %,target/test/%.so,interrupt work_per_send)
$(PRELOADS): target/test/%.so: client/test/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -Wall -Wextra -shared -fPIC -o $@ $< -ldl

# As many jobs as processors, unless the caller said -j.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

# The same where MAKEFLAGS are not passed on.
TEST_JOBS = $(or $(filter -j%,$(MAKEFLAGS)),-j$(shell nproc))

servers:
	$(Q)$(MAKE) $(JOBS) -C servers

# A server that cannot be built is a failed test and does not stop the others.
servers-for-tests:
	-$(Q)$(MAKE) $(JOBS) -C servers

# Copies of the C and C++ servers, with a sanitizer. Directories are copied while nothing is being built in them.
servers-asan servers-tsan: servers-%: servers-for-tests
	$(Q)$(MAKE) $(JOBS) -C servers $*

server-%:
	$(Q)$(MAKE) -C servers $@

check-%: server-% target/conform
	$(Q)servers/check --list $* | { while read -r name transport; do \
	  target/conform $${transport:+--transport $$transport} target/servers/$$name || exit; done; }

# A server that cannot be built stops no other: it is a failure in the table. It is no failure if all are skipped (77).
check-servers: servers-for-tests target/conform
	$(Q)servers/check $(if $(TIMES),--times $(TIMES)) $(SERVERS) || [ $$? -eq 77 ]

# Toolchains of the servers' languages. Nothing else installs them: a server whose language is missing is skipped.
setup-%:
	$(Q)benchmark/setup.sh $*

# LANG is also the locale in every environment, and NAME may be set there, too: only values given to make count.
SAID = $(if $(filter command line,$(origin $(1))),$(subst ','\'',$(value $(1))))
new-server:
	@servers/new '$(call SAID,NAME)' '$(call SAID,LANG)'

servers-table:
	$(Q)servers/table --write

test:
	$(Q)benchmark/setup.sh client servers test fuzz >&2
	$(Q)VOLLEY_TEST_JOBS=$(TEST_JOBS) client/test/run_all.sh build release servers sanitized asan tsan plots lint floors fuzz bats

# Everything that is tested, each source with all three sets of flags and both compilers; the benchmarks' too, for the warnings. The second
# target needs the first, and can be built while the tests of the release build run: no server is then being built.
.PHONY: build-for-tests build-sanitized-for-tests
build-for-tests: servers-for-tests target/test/interrupt.so objects-release $(TESTED_release)
build-sanitized-for-tests: objects-asan $(TESTED_asan) $(TESTED_tsan) $(if $(CLANG),$(FUZZERS:client/test/fuzz/fuzz_%.cc=target/fuzz/%))
	$(Q)$(MAKE) $(JOBS) -C servers asan
	$(Q)$(MAKE) $(JOBS) -C servers tsan

# The quick check after a change. Builds what changed, and leaves the slow parts to `make test`: sanitizers, conformance of all servers,
# plots, fuzzers, and the scripts that must run alone.
.PHONY: check
check: servers-for-tests target/test/interrupt.so $(TESTED_release)
	$(Q)client/test/run_all.sh unit quick changed

unit: target/unit_tests
	$(Q)client/test/run_all.sh unit

behaviour: servers-for-tests target/test/interrupt.so $(TESTED_release)
	$(Q)client/test/run_all.sh behaviour

bats: servers-for-tests client
	$(Q)client/test/run_all.sh bats plots

asan: servers-asan target/test/interrupt.so $(TESTED_asan)
	$(Q)client/test/run_all.sh asan

tsan: servers-tsan target/test/interrupt.so $(TESTED_tsan)
	$(Q)client/test/run_all.sh tsan

fuzz:
	$(Q)client/test/run_all.sh fuzz

lint:
	$(Q)client/test/run_all.sh lint floors

floors:
	$(Q)client/test/floors.sh

format:
	$(Q)find client servers -path 'servers/*/target' -prune -o \
	  \( -name '*.cc' -o -name '*.hh' -o -name '*.c' -o -name '*.h' \) -print0 | xargs -0 clang-format -i

# R is installed if it is missing; setup.sh says so first.
plot:
	@[ -n '$(call SAID,RESULTS)' ] || { echo 'make plot: RESULTS is missing; give RESULTS=path of a result file (and OUT=directory)' >&2; exit 2; }
	$(Q)benchmark/setup.sh client plot >&2
	+$(Q)$(MAKE) $(JOBS) target/compare
	$(Q)Rscript plot/all.R '$(call SAID,RESULTS)' $(if $(call SAID,OUT),'$(call SAID,OUT)')

report:
	@[ -n '$(call SAID,RESULTS)' ] || { echo 'make report: RESULTS is missing; give RESULTS=path of a result file (and OUT=file)' >&2; exit 2; }
	$(Q)benchmark/setup.sh client plot >&2
	+$(Q)$(MAKE) $(JOBS) target/compare
	$(Q)Rscript plot/report.R '$(call SAID,RESULTS)' $(if $(call SAID,OUT),'$(call SAID,OUT)')

# From a grid to its report. Sub-makes inherit this one's variables, so OUT is given to each of them explicitly.
EXPERIMENT_PLAN = $(or $(call SAID,PLAN),benchmark/plans/quick.ini)
EXPERIMENT = $(or $(call SAID,OUT),target/sweep-results/$(basename $(notdir $(EXPERIMENT_PLAN))))
experiment:
	$(Q)benchmark/sweep.sh --plan '$(EXPERIMENT_PLAN)' --out '$(EXPERIMENT)'
	$(Q)target/compare '$(EXPERIMENT)/results.jsonl' --markdown '$(EXPERIMENT)/comparison.md'
	+$(Q)$(MAKE) plot RESULTS='$(EXPERIMENT)/results.jsonl' OUT='$(EXPERIMENT)/plots'
	+$(Q)$(MAKE) report RESULTS='$(EXPERIMENT)/results.jsonl' OUT='$(EXPERIMENT)/report.html'

bench: bench-client

bench-client: client server-c-epoll $(THIN_CLIENTS) target/bench/client_overhead target/bench/client_goals target/bench/google_record \
	target/bench/edge_pause
	$(Q)target/bench/google_record
	$(Q)target/bench/edge_pause
	$(Q)target/bench/client_goals
	$(Q)target/bench/client_overhead

coverage: target/unit_tests
	$(Q)VOLLEY_COVERAGE_SEEDS=1000 target/unit_tests --gtest_filter='Coverage*'

coverage-real: client servers target/bench/coverage_real
	$(Q)target/bench/coverage_real

# PREFIX and DESTDIR reach the script through the environment, where make puts command-line variables.
install: client
	$(Q)client/install/install.sh install

uninstall:
	$(Q)client/install/install.sh uninstall

clean:
	$(Q)$(MAKE) -C servers clean
	$(Q)[ ! -d target ] || find target -mindepth 1 -maxdepth 1 ! -name sweep-results -exec rm -rf {} +
	$(Q)rmdir target 2>/dev/null || true
