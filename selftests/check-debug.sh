#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-debug.sh [SUITE...]
#
# Runs installed suites (api func stress) on the debug kernel and then reads its log:
# a report of KASAN, lockdep, UBSAN, kmemleak, ... is a failure like any other.  Ends
# with "N passed, N failed, N skipped".  The logs stay in .build/check-debug.
# Environment: CPUS (2), and FULL, TIMEOUT and VTHOST_OPTIONS as for run-in-box.sh.

set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
logs=$top/.build/check-debug
(($#)) || set -- api func stress

mkdir -p "$logs"
cd "$logs"
rm -f console log suites.tap log.tap

# If the box dies, what there is to know of it is on its console
VTHOST_OPTIONS="--cpus ${CPUS:-2} --console console --get /run/log:log ${VTHOST_OPTIONS-}" \
TIMEOUT=${TIMEOUT:-7200} \
	"$top/selftests/run-in-box.sh" -k debug -o suites.tap "$@" || true
"$top/selftests/checks/klog" console log | tee log.tap || true

echo "check-debug: both together (the logs are in $logs):"
"$top/selftests/checks/tally" suites.tap log.tap
