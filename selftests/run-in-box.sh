#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run-in-box.sh [-k KERNEL] [-o FILE] [SUITE...]
#
# Runs installed suites (api func stress guest, or all of them when none is named)
# on a freshly booted host with vtx.ko, and ends with the line "N passed, N failed,
# N skipped".  The TAP goes to FILE as well.  FULL=1 lifts the bounds on rounds;
# TIMEOUT is the bound in seconds of wall time, VTHOST_OPTIONS further options of vthost.

set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
installed=$top/.build/selftests-install
in_box=/usr/lib/vtx/selftests
kernel=6.1
out=

die() { echo "run-in-box: $*" >&2; exit 2; }

while getopts k:o: option; do
	case $option in
	k) kernel=$OPTARG ;;
	o) out=$OPTARG ;;
	*) die "usage: run-in-box.sh [-k KERNEL] [-o FILE] [SUITE...]" ;;
	esac
done
shift $((OPTIND - 1))

[[ -x $installed/run_kselftest.sh ]] ||
	die "no suites in $installed: make -C selftests install builds them"
for suite; do
	[[ -d $installed/$suite ]] || die "no suite $suite in $installed"
done

tap=${out:-$(mktemp)}
[[ $out ]] || trap 'rm -f "$tap"' EXIT
status=0
# shellcheck disable=SC2086 # VTHOST_OPTIONS are words
"$top/tools/vthost/vthost" --kernel "$kernel" --put "$installed:$in_box" --timeout "${TIMEOUT:-3600}" \
	${VTHOST_OPTIONS-} -- \
	env FULL="${FULL:-0}" "$in_box/box-suites" "$@" </dev/null | tee "$tap" || status=$?

"$top/selftests/checks/tally" "$tap" || status=1
# the box is there to have it: suites that all skip themselves have tested nothing
if grep -q 'SKIP no /dev/vtx' "$tap"; then
	echo "run-in-box: vtx.ko was not loaded in the box" >&2
	status=1
fi
exit "$status"
