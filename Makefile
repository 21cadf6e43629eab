# SPDX-License-Identifier: GPL-2.0-only
#
# vtx: everything that is made lands in .build/, everything that is fetched in
# ${XDG_CACHE_HOME:-~/.cache}/vtx. "make help" lists the targets.

# "make demo SHELL=1" asks for a shell; make would take it for the shell of its recipes.
ifeq ($(origin SHELL),command line)
want_shell := $(SHELL)
override SHELL := /bin/sh
MAKEOVERRIDES := $(filter-out SHELL=%,$(MAKEOVERRIDES))
endif

MAKEFLAGS += --no-print-directory
top := $(CURDIR)
build := $(top)/.build
prepare := $(top)/tools/vthost/prepare
vthost := $(top)/tools/vthost/vthost

PREFIX ?= /usr/local
FULL ?= 0

# Which kernel the module is for. KERNEL=6.1 or 6.12: a stock Debian kernel, as
# the box boots it. Without it: the headers of the running kernel, KDIR, or those
# of 6.1 where there are none.
ifeq ($(KERNEL),)
KDIR ?= /lib/modules/$(shell uname -r)/build
kdir = $(if $(wildcard $(KDIR)/Makefile),$(KDIR),$(shell $(prepare) headers 6.1))
else
kdir = $(shell $(prepare) headers $(KERNEL))
endif

release_of = sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(1)/include/generated/utsrelease.h

all: modules vmctl selftests ## the module, vmctl and the selftests

help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(top)/Makefile | expand -t 14

host-tools:
	@$(prepare) host-tools

# The tree stays free of objects, and each kernel has its own: a farm of links to
# the sources is built in. BTF of modules wants pahole and serves nobody here. On
# the debug kernel the module's own coverage can be collected (kcov).
# OMIT=STEP leaves a step of kmod/host/omit.h out, for tools/vthost/strict_test.sh.
modules: host-tools ## vtx.ko against KDIR, or KERNEL=6.1|6.12|debug; C=2 runs sparse
	@dir='$(kdir)'; [ -n "$$dir" ] || exit 1; \
	release=$$($(call release_of,$$dir)) || exit 1; \
	echo "vtx.ko for $$release ($$dir)"; \
	farm=$(build)/$(if $(OMIT),omit-$(OMIT)/)$$release; mkdir -p $$farm; \
	cp -rsf $(top)/Kbuild $(top)/kmod $(top)/uapi $$farm/ && find $$farm -xtype l -delete && \
	$(MAKE) -s -C $$dir M=$$farm W=1 C=$(C) VTX_OMIT=$(OMIT) CONFIG_DEBUG_INFO_BTF_MODULES= \
		$(if $(filter debug,$(KERNEL)),KCOV_INSTRUMENT=y) modules

vmctl: host-tools ## the launcher
	@$(MAKE) -s -C tools O=$(build)

selftests: host-tools ## the suites that run in the box
	@$(MAKE) -s -C selftests install

# The inner loop: rebuild what changed, and run CMD as root on a host with vtx.ko.
KERNEL_OR_DEFAULT = $(or $(KERNEL),6.1)
try: ## run CMD='...' in the box; KERNEL=, OPTIONS= for vthost
	@$(MAKE) modules KERNEL=$(KERNEL_OR_DEFAULT)
	@$(MAKE) vmctl
	@$(vthost) --kernel $(KERNEL_OR_DEFAULT) $(OPTIONS) -- sh -c '$(subst ','\'',$(CMD))'

demo: ## boot a stock Debian kernel under vtx; SHELL=1 for its shell prompt
	@$(MAKE) modules KERNEL=6.1
	@$(MAKE) vmctl
	@$(MAKE) -s -C tools/vmctl/demo O=$(build)
	@tools/vmctl/demo/demo $(if $(filter 1,$(want_shell)),--shell)

check: ## all tests; ends with "N passed, N failed, N skipped"
	@FULL=$(FULL) selftests/check.sh

check-debug: ## the suites on a kernel with KASAN, lockdep, ...; FULL=1 for more rounds
	@$(MAKE) modules KERNEL=debug
	@$(MAKE) selftests
	@FULL=$(FULL) selftests/check-debug.sh

bench: ## ticks per exit, as a table
	@$(MAKE) modules KERNEL=6.1
	@$(MAKE) selftests
	@$(vthost) --real-tsc --put $(build)/selftests-install:/usr/lib/vtx/selftests \
		-- /usr/lib/vtx/selftests/bench/exits

install: modules vmctl ## vtx.ko for KDIR, vmctl, headers, manual; DESTDIR=, PREFIX=
	@release=$$($(call release_of,$(kdir))) && \
	install -D -m 644 $(build)/$$release/vtx.ko $(DESTDIR)/lib/modules/$$release/extra/vtx.ko
	@install -D -m 755 $(build)/vmctl $(DESTDIR)$(PREFIX)/bin/vmctl
	@install -D -m 644 tools/vmctl/vmctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/vmctl.1
	@install -D -m 644 uapi/linux/vtx.h $(DESTDIR)$(PREFIX)/include/linux/vtx.h
	@[ -n "$(DESTDIR)" ] || depmod $$($(call release_of,$(kdir)))

uninstall: ## what install put there
	rm -f $(DESTDIR)/lib/modules/*/extra/vtx.ko $(DESTDIR)$(PREFIX)/bin/vmctl
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/vmctl.1 $(DESTDIR)$(PREFIX)/include/linux/vtx.h

clean: ## what was built; the cache stays
	rm -rf $(build)

.PHONY: all help host-tools modules vmctl selftests try demo check check-debug bench install uninstall clean
