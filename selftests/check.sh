#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh [STEP...]
#
# All tests, or those of the steps named; "make check" calls it.  The last line is
# "N passed, N failed, N skipped".  FULL=1 lifts the bounds on rounds and on time,
# JOBS=1 runs one emulator at a time.
#
# A step is a function below.  It runs as a process of its own, under a bound on
# its time, and prints TAP:
#
#	check.sh --> check.sh --one STEP --> .build/check/STEP.tap --> tally
#	                                     .build/check/STEP.log     all it said besides
#
# So a step that dies, hangs or stays silent is missing something in its TAP, which
# tally counts as failed, and the steps after it run all the same.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(dirname "$here")
out=$top/.build/check
tally=$here/checks/tally
kernels=(6.1 6.12)
export FULL=${FULL:-0}
jobs=${JOBS:-$(nproc)}
unset MAKEFLAGS MFLAGS MAKELEVEL	# of the make that called
cd "$top"

# Steps on one line run side by side
plan=(
	host-tools
	fetch
	modules
	sparse
	'checks unit'
	tools
	vthost
	'suites-6.1 suites-6.12'
	'two-cpus refusals'
	'strict profile'
	omissions
	guest
)

declare -A about=(
	[host-tools]='what building needs'
	[fetch]='emulator, kernels, headers, kselftest: from the cache, or into it'
	[modules]='vtx.ko for each kernel, with W=1'
	[sparse]='sparse over vtx.ko, on each kernel'
	[unit]='unit tests, under ASan and UBSan'
	[checks]='checkpatch, layering, and tests of the checks'
	[tools]='vmctl, the suites, the demo'
	[vthost]="vthost's protocol, and its box"
	[suites-6.1]='suites in the box, on 6.1'
	[suites-6.12]='suites in the box, on 6.12'
	[two-cpus]='suites in the box with two CPUs, on 6.1'
	[strict]='suites in the box with two CPUs, on the strict emulator'
	[omissions]='steps left out on purpose, on the strict emulator'
	[profile]='what the counting emulator counts'
	[refusals]='hosts that vtx refuses'
	[guest]='a stock Debian kernel as guest'
)

# ---------------------------------------------------------------------------
# The steps

# case_of NAME COMMAND...: one test case, whose output goes to the log
number=0
case_of() {
	number=$((number + 1))
	if "${@:2}" >&2; then
		echo "ok $number $1"
	else
		echo "not ok $number $1"
	fi
}

cases() { printf '%s\n' 'TAP version 13' "1..$1"; }

build() { make -j"$(nproc)" "$@"; }

step_host-tools() {
	cases 1
	case_of 'the tools that building needs' tools/vthost/prepare host-tools
}

step_fetch() {
	local kernel
	cases $((4 + 2 * ${#kernels[@]}))
	case_of 'the emulator' tools/vthost/prepare bochs
	case_of 'the strict emulator' tools/vthost/prepare bochs strict
	case_of 'the emulator that counts' tools/vthost/prepare bochs profile
	case_of 'checkpatch and kselftest' tools/vthost/prepare kernel-tools
	for kernel in "${kernels[@]}"; do
		case_of "kernel $kernel" tools/vthost/prepare kernel "$kernel"
		case_of "headers of $kernel" tools/vthost/prepare headers "$kernel"
	done
}

step_modules() {
	local kernel
	cases ${#kernels[@]}
	for kernel in "${kernels[@]}"; do
		case_of "vtx.ko for $kernel" build modules "KERNEL=$kernel"
	done
}

step_sparse() {
	local kernel
	make_sparse_witness
	cases ${#kernels[@]}
	for kernel in "${kernels[@]}"; do
		case_of "no finding of sparse on $kernel" sparse_is_silent "$kernel"
	done
}

# That sparse says nothing proves something only when it has run
make_sparse_witness() {
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/bash' 'echo "checked: ${!#}" >&2' 'exec sparse "$@"' >"$out/sparse"
	chmod +x "$out/sparse"
}

sparse_is_silent() {
	local log=$out/sparse-$1.txt checked files
	build modules "KERNEL=$1" C=2 "CHECK=$out/sparse" >"$log" 2>&1 ||
		{ cat "$log"; return 1; }
	checked=$(grep -o '^checked: .*/kmod/.*\.c$' "$log" | sort -u | wc -l)
	files=$(find kmod -name '*.c' | wc -l)
	echo "kernel $1: sparse read $checked of $files files"
	((checked >= files)) && ! findings_in_our_files "$log"
}

# "FILE:LINE:COLUMN: warning: ...", of which the kernel's own headers have many
findings_in_our_files() {
	awk -F: -v tree="$top/" '/: (warning|error): / && index($1, tree) == 1 { print; found = 1 }
		END { exit !found }' "$1"
}

step_unit() { make -C selftests unit; }
step_checks() { make -C selftests checks; }

step_tools() {
	cases 3
	case_of 'vmctl and libvtx' build vmctl
	case_of 'the suites' build selftests
	case_of "the demo's guest" build -s -C tools/vmctl/demo "O=$top/.build"
}

# Scripts that count as they go: their plan comes last, and tally wants it first
with_plan_first() {
	local tap
	tap=$("$@" | tee >(cat >&2)) || true
	echo 'TAP version 13'
	grep '^1\.\.' <<<"$tap"
	grep -v -e '^1\.\.' -e '^TAP version' <<<"$tap"
}

step_vthost() { with_plan_first tools/vthost/selftest.sh; }

suites() {
	TIMEOUT=$((FULL ? 36000 : 1200)) selftests/run-in-box.sh -k "$1" api func stress
}

step_suites-6.1() { suites 6.1; }
step_two-cpus() { VTHOST_OPTIONS='--cpus 2' suites 6.1; }
step_strict() { VTHOST_OPTIONS='--strict --cpus 2' suites 6.1; }
step_omissions() { with_plan_first tools/vthost/strict_test.sh; }
step_profile() { with_plan_first tools/vthost/profile_test.sh; }
step_refusals() { selftests/refusals.sh; }
step_suites-6.12() { suites 6.12; }

step_guest() {
	cases 1
	case_of 'a guest boots, says that it runs under vtx, and powers off' tools/vmctl/demo/demo
}

# ---------------------------------------------------------------------------
# Running them

# one STEP: in a subshell of its own
one() {
	local pid status=0 start=$SECONDS
	timeout -k 10 $((FULL ? 40000 : 1500)) "$here/check.sh" --one "$1" \
		</dev/null >"$out/$1.tap" 2>"$out/$1.log" &
	pid=$!
	trap 'kill "$pid"; wait' TERM
	wait "$pid" || status=$?
	# a verdict of its own, where its cases do not tell of it
	if ((status)) && "$tally" "$out/$1.tap" >/dev/null; then
		printf '%s\n' 'TAP version 13' '1..1' "not ok 1 $1 ended with status $status" \
			>>"$out/$1.tap"
	fi
	times >"$out/$1.times"
	"$tally" "$out/$1.tap" >"$out/$1.tally" || true
	sed "s/^/   /; \$s/\$/ ($1: $((SECONDS - start)) s, $(cpu_seconds "$1") s of CPU)/" "$out/$1.tally"
	! grep -q '^failed: ' "$out/$1.tally" || echo "   see .build/check/$1.tap and $1.log"
}

# "0m1.5s 0m0.25s": user and system time of the children, in the second line of times
cpu_seconds() {
	awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 + 0.5 }' "$out/$1.times"
}

# How far it is: results so far, or what was said last
progress() {
	local results
	results=$(grep -cE '^(# )?(not )?ok ' "$out/$1.tap" || true)
	echo "   ... $1: $results results; $(tail -n 1 "$out/$1.log" | cut -c 1-70)"
}

together() {
	local step seconds=0
	for step; do
		echo "== ${about[$step]}"
		: >"$out/$step.tap"
		: >"$out/$step.log"
		one "$step" &
	done
	while [[ $(jobs -pr) ]]; do
		sleep 0.2
		((++seconds % 150)) || for step; do progress "$step"; done
	done
	wait
}

if [[ ${1-} == --one ]]; then
	"step_$2"
	exit
fi

(($#)) && plan=("$@")
# shellcheck disable=SC2048 # the steps of a line are words
for step in ${plan[*]}; do
	[[ ${about[$step]-} ]] || { echo "check.sh: no step $step; there are ${!about[*]}" >&2; exit 2; }
done
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM HUP
rm -rf "$out"
mkdir -p "$out"
taps=()
for line in "${plan[@]}"; do
	# shellcheck disable=SC2086 # the steps of a line are words
	if ((jobs > 1)); then
		together $line
	else
		for step in $line; do together "$step"; done
	fi
	for step in $line; do taps+=("$out/$step.tap"); done
done
echo "== all"
"$tally" "${taps[@]}"
