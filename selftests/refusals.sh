#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# refusals.sh [KERNEL]: hosts on which vtx.ko must not load, each in a box of its
# own: the errno, one line that names cause and remedy, and nothing left behind.

set -euo pipefail

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
kernel=${1:-6.1}
n=0

# refuses WHAT ERRNO-TEXT LINE VTHOST-OPTION...
refuses() {
	local what=$1 errno=$2 line=$3 out
	n=$((n + 1))
	out=$("$top/tools/vthost/vthost" --kernel "$kernel" --no-module --timeout 120 "${@:4}" -- sh -c '
		insmod /usr/lib/vtx/vtx.ko 2>&1
		[ -e /dev/vtx ] && echo "/dev/vtx is there"
		grep "^vtx " /proc/modules
		dmesg | grep "vtx: "' </dev/null 2>&1) || true
	if [[ $out == *"$errno"* && $out == *"$line"* && $out != *"/dev/vtx is there"* &&
	      $out != *$'\nvtx '* ]]; then
		echo "ok $n refuses $what"
	else
		echo "# ${out//$'\n'/$'\n# '}"
		echo "not ok $n refuses $what"
	fi
}

echo "TAP version 13"
echo "1..3"
refuses "a CPU without VT-x" "No such device" "this CPU has no VT-x" \
	--cpu-model p4_prescott_celeron_336
refuses "a CPU without EPT" "Operation not supported" "has no EPT, which vtx needs" \
	--cpu-model core2_penryn_t9600
refuses "a host where KVM is loaded" "resource busy" 'rmmod kvm_intel kvm" first' --kvm
