# SPDX-License-Identifier: GPL-2.0-only
#
# make		modules and tools, against the running kernel or KDIR=
# make demo	three guests, a death and a recovery, on this terminal;
#		PROVIDER=userbridge: the same with corosync in the guests
# make check	every test that a change must pass
#
# Results lie in build/; downloads and kernels in ~/.cache/vcs (safe to
# delete). "make help" lists the rest.

.DEFAULT_GOAL := all
.PHONY: all modules tools demo check style kunit kunit-plain kunit-debug \
	tools-check corosync-check sim fuzz vm vm-check vm-soak vm-debug \
	bench-bridge build-newer install uninstall clean help

# What each provider's guests need; its name is that of the provider.
needs_cman := tools
needs_userbridge := corosync
PROVIDER ?= cman
must_know_provider = $(if $(needs_$(PROVIDER)),,\
	$(error PROVIDER=$(PROVIDER): take cman or userbridge))

KDIR ?= $(shell scripts/kernel-headers)
DESTDIR ?=
PREFIX ?= /usr

all: modules tools

modules:
	@scripts/module-build stock "$(KDIR)" $(if $(W),W=$(W)) $(if $(C),C=$(C))

tools:
	@$(MAKE) --no-print-directory -C tools
	@$(MAKE) --no-print-directory -C samples/gfslike

demo:
	$(must_know_provider)
	@scripts/deps build $(needs_$(PROVIDER)) vm
	@$(MAKE) --no-print-directory all
	@tests/vm/demo --provider $(PROVIDER)

check:
	@scripts/check

style:
	@scripts/deps style tools
	@tests/style/run

# Two kernels of one processor each.
kunit:
	@scripts/deps kunit
	@$(MAKE) --no-print-directory -j2 kunit-plain kunit-debug

kunit-plain kunit-debug:
	@tests/kunit/run $(@:kunit-%=%)

# The user-space programs' own tests.
tools-check:
	@scripts/deps corosync sim
	@$(MAKE) --no-print-directory -C tools check

# The daemon on real corosyncs in namespaces; no guests.
corosync-check:
	@scripts/deps corosync vm
	@$(MAKE) --no-print-directory -C tools
	@tests/corosync/run

sim:
	@scripts/deps sim
	@tests/sim/run
	@tests/sim/run --keep --seeds 300
	@tests/sim/mutants

# SECONDS= how long, SEED= from which random numbers.
fuzz:
	@scripts/deps sim
	@tests/fuzz/run $(or $(SECONDS),30) $(SEED)

# Every scenario by each provider that it can be run by; vm-check: what "make
# check" has the time for.
vm vm-check:
	@scripts/deps build corosync vm
	@$(MAKE) --no-print-directory all
	@tests/vm/checker/run
	@tests/vm/run $(if $(filter vm-check,$@),--check)

# ROUNDS= kills in a row, SEED= which ones.
vm-soak:
	$(must_know_provider)
	@scripts/deps build $(needs_$(PROVIDER)) vm
	@$(MAKE) --no-print-directory all
	@tests/vm/soak --provider $(PROVIDER) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

vm-debug:
	@scripts/deps build corosync kunit vm
	@$(MAKE) --no-print-directory tools
	@tests/vm/run --check --debug-kernel

# SEED=; more options: tests/bench/run -h.
bench-bridge:
	@scripts/deps build corosync vm
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory -C tests/bench
	@scripts/module-build -m tests/bench stock "$(KDIR)"
	@tests/bench/run

# Against the newest kernels that Debian packages, not those that it runs.
build-newer:
	@scripts/deps build
	@scripts/build-newer

# What was built last, for the kernel that it was built for.
install: all
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install
	@$(MAKE) --no-print-directory -C tools install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

uninstall:
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" scripts/install -r
	@$(MAKE) --no-print-directory -C tools uninstall DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

clean:
	rm -rf build

help:
	@sed -n '3,10s/^# \{0,1\}//p' Makefile
	@echo "also: modules tools style kunit tools-check corosync-check sim fuzz vm vm-check vm-soak vm-debug bench-bridge build-newer install uninstall clean"
	@echo "variables: KDIR= (kernel build directory) W=1 C=2 (checks) ROUNDS= SEED= (vm-soak) SECONDS= SEED= (fuzz) PROVIDER= (demo, vm-soak) SEED= (bench-bridge) KEEP=1 (demo) DESTDIR= PREFIX= (install)"
