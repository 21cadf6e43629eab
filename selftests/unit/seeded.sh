#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Do the harness, the sanitizers and the shim catch what they are there for?
# Each program of seeded/ has one fault, and must report its test as failed.

set -euo pipefail

dir=${OUTPUT:?is the directory that the unit tests were built in}
programs=("$dir"/seeded_*)
n=0

echo "TAP version 13"
echo "1..${#programs[@]}"
for program in "${programs[@]}"; do
	n=$((n + 1))
	# the report of the fault may not look like TAP in our own output
	if log=$("$program" 2>&1); then
		echo "not ok $n ${program##*/} passed"
	elif grep -q '^not ok 1' <<<"$log"; then
		echo "ok $n ${program##*/} is caught"
	else
		echo "not ok $n ${program##*/} ended without a result"
	fi
done
