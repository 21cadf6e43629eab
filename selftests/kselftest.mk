# SPDX-License-Identifier: GPL-2.0-only
#
# Finds the kernel's own kselftest, which is fetched, not committed, and says
# where a suite's programs go: outside of the source tree.

ifndef KSELFTEST_DIR
kernel_tools := $(shell $(top)/tools/vthost/prepare kernel-tools)
KSELFTEST_DIR := $(kernel_tools)/tools/testing/selftests
endif
export KSELFTEST_DIR

ifeq ($(wildcard $(KSELFTEST_DIR)/lib.mk),)
$(error no kselftest in $(KSELFTEST_DIR): tools/vthost/prepare kernel-tools fetches it)
endif

OUTPUT ?= $(top)/.build/selftests/$(notdir $(CURDIR))
$(shell mkdir -p $(OUTPUT))
