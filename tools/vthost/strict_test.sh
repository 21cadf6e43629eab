#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# strict_test.sh [STEP...]: does the strict emulator notice each step that a module
# leaves out, and has it nothing to say of vtx as it is, and of KVM?
#
# For each STEP of kmod/host/omit.h (all of them when none is named) builds a vtx.ko
# without it and runs a test that needs it: the run must end with status 125 and
# with the report that belongs to the step.  About 25 s each.  TAP on stdout.

set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top=$(readlink -f "$here/../..")
suites=/usr/lib/vtx/selftests
n=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# What is left out | CPUs | a part of the report | the command in the box, in suites/
steps='
ept_change	1	stale EPT translation	func/stale
ept_arrival	2	stale EPT translation	func/stale
vpid		1	the hypervisor changed CR3	func/stale
vmclear	2	a region that another CPU holds	func/stale
vmclear	1	ordinary access to a region in use	api/create_vm; func/smp; func/memory
vmclear	2	VMXOFF without VMCLEAR	cpu_goes_away
'

# A CPU goes offline after a vCPU has been on it
cpu_goes_away='cd api; taskset 2 ./hold_vm /tmp/held &
while [ ! -e /tmp/held ]; do sleep 0.01; done
echo 0 >/sys/devices/system/cpu/cpu1/online'

result() {
	n=$((n + 1))
	if (($1 == 0)); then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$log"
		failed=1
	fi
}

strict() { "$here/vthost" --strict --timeout 300 "$@" </dev/null >"$log" 2>&1; }

# in_suites COMMAND: what a shell in the box is to run
in_suites() {
	local command=$1
	if [[ $command == cpu_goes_away ]]; then
		command=$cpu_goes_away
	fi
	echo "cd $suites; $command"
}

# left_out STEP CPUS REPORT COMMAND
left_out() {
	local status=0 module
	make -s -C "$top" modules KERNEL=6.1 OMIT="$1" >"$log" 2>&1 || status=1
	module=$(echo "$top/.build/omit-$1/"*/vtx.ko)
	((status)) || VTHOST_MODULE=$module strict --cpus "$2" \
		--put "$top/.build/selftests-install:$suites" -- \
		sh -c "$(in_suites "$4")" || status=$?
	((status == 125)) && grep -q "strict: .*$3" "$log" && status=0 || status=1
	result "$status" "without $1: $3"
	((status)) || grep 'strict: ' "$log" | sed 's/^/# /'
}

# complete CPUS COMMAND: nothing is left out, and nothing is found
complete() {
	local status=0
	strict --cpus "$1" --put "$top/.build/selftests-install:$suites" -- \
		sh -c "set -e; $(in_suites "$2")" || status=$?
	result "$status" "complete, $1 CPUs: $2"
}

kvm_is_clean() {
	local status=0
	strict --cpus "$1" --no-module --kvm --put "$("$here/prepare" program kvmguest)" -- \
		/usr/lib/vtx/kvmguest || status=$?
	result "$status" "KVM, $1 CPUs"
}

make -s -C "$top" modules KERNEL=6.1 >"$log" 2>&1
make -s -C "$top" selftests >"$log" 2>&1
echo "TAP version 13"
while IFS=$'\t' read -r step cpus text command; do
	[[ $step && (! ${1-} || " $* " == *" $step "*) ]] || continue
	left_out "$step" "$cpus" "$text" "$command"
done < <(tr -s '\t' <<<"$steps")
if [[ ! ${1-} ]]; then
	complete 2 'cd func; ./stale; ./memory; ./smp; cd ../api; ./module.sh'
	complete 2 cpu_goes_away
	kvm_is_clean 1
	kvm_is_clean 2
fi
echo "1..$n"
exit $failed
