#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's checkpatch over every C, header and assembler file of the
# tree; errors, warnings and checks all count.

set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
cd "$top"
if [[ ${KSELFTEST_DIR-} ]]; then
	tools=$KSELFTEST_DIR/../../..
else
	tools=$(tools/vthost/prepare kernel-tools)
fi

# Types that are not wanted, and why.  BIT() and __packed and their like are the
# kernel's own: what userspace compiles has none of them.
uapi=BIT_MACRO
# What a guest or another thread changes is volatile here: there is no READ_ONCE()
userspace=BIT_MACRO,VOLATILE,PREFER_DEFINED_ATTRIBUTE_MACRO
# Tests keep tables of tests, which are neither expressions nor statements, define
# main() by macro, name labels of their own assembler code, for which there is no
# header, and have functions that are named like the instruction in them
selftests=$userspace,COMPLEX_MACRO,MACRO_ARG_REUSE,TRAILING_SEMICOLON
selftests+=,MACRO_WITH_FLOW_CONTROL,AVOID_EXTERNS,EMBEDDED_FUNCTION_NAME
# The shim is the kernel's own headers in small: it defines their types and macros
shim=$userspace,NEW_TYPEDEFS,MACRO_ARG_REUSE,COMPLEX_MACRO,CAMELCASE
# C++ inside of Bochs, whose names are in camel case
bochs=$userspace,CAMELCASE,UNSPECIFIED_INT

# kmod/hw has lists in the form of macros (X(...) rows, which cannot stand in
# parentheses), and labels of asm goto, which checkpatch takes for a modulo
hw=COMPLEX_MACRO,MACRO_ARG_REUSE,SPACING
# The kernel's own names of MTRR MSRs
kmod=CAMELCASE

# check NUMBER WHAT IGNORED-TYPES PATHSPEC...
check() {
	local files findings name
	mapfile -t files < <(git ls-files "${@:4}" | grep '\.[chS]$')
	name="$1 checkpatch: $2, ${#files[@]} files"
	if ((${#files[@]} == 0)); then
		echo "not ok $name"
	elif findings=$("$tools/scripts/checkpatch.pl" --no-tree --strict --terse \
			--show-types --no-summary ${3:+--ignore "$3"} -f "${files[@]}" 2>&1); then
		echo "ok $name"
	else
		echo "# ${findings//$'\n'/$'\n# '}"
		echo "not ok $name"
	fi
}

echo "TAP version 13"
echo "1..7"
check 1 kmod "$kmod" kmod ':!kmod/hw'
check 2 hw "$hw" kmod/hw
check 3 uapi "$uapi" uapi
check 4 shim "$shim" selftests/unit/shim
check 5 tools "$userspace" tools ':!tools/vthost/bochs'
check 6 bochs "$bochs" tools/vthost/bochs
check 7 selftests "$selftests" selftests ':!selftests/unit/shim'
