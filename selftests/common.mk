# SPDX-License-Identifier: GPL-2.0-only
#
# What the suites that run in the box share.  A suite's Makefile lists nothing:
# every .c file of its folder is a test program, linked with selftests/lib/ into
# a static binary, every .sh file a test script.
#
# The programs map themselves into the guest at their own addresses (see
# lib/vtxtest.h), hence no PIE.  Guest code shares its stack with interrupts and
# has no %fs and no vector registers of its own, hence the other code options.

top := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/..)
lib := $(top)/selftests/lib
include $(top)/selftests/kselftest.mk

CFLAGS += -std=gnu11 -O2 -g -Wall -Wextra -Werror -pthread
CFLAGS += -fno-pie -fno-stack-protector -fcf-protection=none
CFLAGS += -mno-red-zone -mgeneral-regs-only -fno-tree-loop-distribute-patterns
CFLAGS += -I$(top)/uapi -I$(lib) -isystem $(KSELFTEST_DIR)
LDFLAGS += -static -no-pie

TEST_GEN_PROGS ?= $(patsubst %.c,%,$(wildcard *.c))
TEST_PROGS ?= $(wildcard *.sh)

lib_objs := $(patsubst $(lib)/%,$(OUTPUT)/lib/%.o,$(wildcard $(lib)/*.[cS]))
EXTRA_CLEAN += $(OUTPUT)/lib
LOCAL_HDRS += $(wildcard $(lib)/*.h) $(top)/uapi/linux/vtx.h
include $(KSELFTEST_DIR)/lib.mk

$(OUTPUT)/lib/%.o: $(lib)/% $(LOCAL_HDRS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -DVTXTEST_LIB -c $< -o $@

$(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED): $(lib_objs)
